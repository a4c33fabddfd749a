#include "tests/differential/random_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>

namespace tidemill::differential {
namespace {

std::string name(int32_t variable) { return std::string(1, static_cast<char>('A' + variable)); }

// The rows of a partition in order, and which variable each row of a beginning of a match is of.
struct Beginning {
  const std::vector<Row>* rows = nullptr;
  size_t start = 0;
  std::vector<int32_t> variables;
};

bool fits(const Match& match, Beginning beginning, int32_t variable) {
  const Condition& condition = match.conditions[static_cast<size_t>(variable)];
  const size_t at = beginning.start + beginning.variables.size();
  const int64_t x = *(*beginning.rows)[at].x;
  beginning.variables.push_back(variable);
  const auto x_of = [&](size_t i) { return *(*beginning.rows)[beginning.start + i].x; };
  const size_t count = beginning.variables.size();
  switch (condition.kind) {
    case Condition::Kind::kNone:
      return true;
    case Condition::Kind::kBelow:
      return x < condition.number;
    case Condition::Kind::kAtLeast:
      return x >= condition.number;
    case Condition::Kind::kAboveLast:
      for (size_t i = count; i-- > 0;)
        if (beginning.variables[i] == condition.other) return x > x_of(i);
      return false;
    case Condition::Kind::kRising:
      return count < 2 || x > x_of(count - 2);
    case Condition::Kind::kSumBelow: {
      int64_t sum = 0;
      for (size_t i = 0; i < count; ++i) sum += beginning.variables[i] == variable ? x_of(i) : 0;
      return sum < condition.number;
    }
    case Condition::Kind::kFewer:
      return static_cast<int64_t>(count) < condition.number;
    case Condition::Kind::kAboveFirst:
      return x >= x_of(0);
    case Condition::Kind::kFalling:
      return at + 1 < beginning.rows->size() && x > *(*beginning.rows)[at + 1].x;
    case Condition::Kind::kBelowNext:
      return at + 2 >= beginning.rows->size() || x < *(*beginning.rows)[at + 2].x;
  }
  return false;
}

bool may_be_empty(const Part& part) {
  if (part.kind == Part::Kind::kVariable) return false;
  if (part.kind == Part::Kind::kRepetition) return part.least == 0 || may_be_empty(part.parts[0]);
  if (part.kind == Part::Kind::kChoice) return std::ranges::any_of(part.parts, may_be_empty);
  return std::ranges::all_of(part.parts, may_be_empty);
}

void add_first_variables(const Part& part, std::set<int32_t>& variables) {
  if (part.kind == Part::Kind::kVariable) variables.insert(part.variable);
  for (const Part& inner : part.parts) {
    add_first_variables(inner, variables);
    if (part.kind == Part::Kind::kSequence && !may_be_empty(inner)) return;
  }
}

// All ways in which a pattern fits rows from one row on, the preferred one first.
class Walk {
 public:
  Walk(const Match& match, const std::vector<Row>& rows, size_t start) : match_(match), beginning_{&rows, start, {}} {}

  struct Whole {
    size_t end = 0;  // its last row
    std::vector<int32_t> variables;
  };
  std::vector<Whole> wholes;
  size_t alive_until = 0;  // the first row that no way asked for; the number of rows and one: beyond the end

  void run() {
    alive_until = beginning_.start;
    go(match_.pattern, {}, [&](const std::set<int32_t>&) {
      if (!beginning_.variables.empty())
        wholes.push_back({beginning_.start + beginning_.variables.size() - 1, beginning_.variables});
    });
  }

 private:
  using Guards = std::set<int32_t>;  // variables that the next row must not fit
  using Next = std::function<void(const Guards&)>;

  void go(const Part& part, const Guards& guards, const Next& next) {
    switch (part.kind) {
      case Part::Kind::kVariable:
        return take(part.variable, guards, next);
      case Part::Kind::kSequence:
        return go_sequence(part, 0, guards, next);
      case Part::Kind::kChoice:
        for (const Part& choice : part.parts) go(choice, guards, next);
        return;
      case Part::Kind::kRepetition:
        return repeat(part, 0, guards, next);
    }
  }

  void go_sequence(const Part& part, size_t index, const Guards& guards, const Next& next) {
    if (index == part.parts.size()) return next(guards);
    go(part.parts[index], guards, [&, index](const Guards& then) { go_sequence(part, index + 1, then, next); });
  }

  void repeat(const Part& part, int32_t done, const Guards& guards, const Next& next) {
    const size_t rows = beginning_.variables.size();
    if (!part.most || done < *part.most) {
      go(part.parts[0], guards, [&, done, rows](const Guards& then) {
        if (beginning_.variables.size() == rows && done >= part.least) return;  // around nothing
        repeat(part, done + 1, then, next);
      });
    }
    if (done < part.least) return;
    Guards then = guards;
    const bool optional = part.least == 0 && part.most == 1;
    if (part.greedy && part.most != part.least && !optional) add_first_variables(part.parts[0], then);
    next(then);
  }

  void take(int32_t variable, const Guards& guards, const Next& next) {
    if (++steps_ > kStepsMax) throw TooManyWays("too many ways: " + match_.sql());
    const size_t row = beginning_.start + beginning_.variables.size();
    alive_until = std::max(alive_until, row + 1);
    if (row >= beginning_.rows->size()) return;
    const int64_t begun = (*beginning_.rows)[beginning_.start].ts_ms;
    if (match_.within_ms && (*beginning_.rows)[row].ts_ms - begun >= *match_.within_ms) return;
    if (!fits(match_, beginning_, variable)) return;
    for (const int32_t guard : guards)
      if (fits(match_, beginning_, guard)) return;
    beginning_.variables.push_back(variable);
    next({});
    beginning_.variables.pop_back();
  }

  static constexpr int64_t kStepsMax = 2'000'000;

  const Match& match_;
  Beginning beginning_;
  int64_t steps_ = 0;
};

class Matcher {
 public:
  Matcher(const Match& match, const std::vector<Row>& rows, Answer& answer)
      : match_(match), rows_(rows), answer_(answer) {
    for (size_t start = 0; start < rows.size(); ++start) {
      walks_.emplace_back(match, rows, start);
      walks_.back().run();
    }
  }

  void run() {
    skipped_.assign(rows_.size(), false);
    for (size_t row = 0; row < rows_.size(); ++row) {
      expire(row);
      for (size_t start = 0; start <= row; ++start) {
        for (const Walk::Whole& whole : walks_[start].wholes)
          if (whole.end == row && !skipped_[start]) waiting_.push_back({start, &whole});
      }
      std::ranges::stable_sort(waiting_, {}, &Waiting::start);
      emerge(row);
    }
    expire(rows_.size());
  }

 private:
  struct Waiting {
    size_t start = 0;
    const Walk::Whole* whole = nullptr;
  };

  // Whether a match from `start` may still become complete behind `row`.
  bool is_alive(size_t start, size_t row) const {
    return start <= row && !skipped_[start] && !expired_.contains(start) && walks_[start].alive_until > row + 1;
  }

  void expire(size_t row) {
    if (!match_.within_ms || row == 0) return;
    bool any = false;
    for (size_t start = 0; start < row; ++start) {
      const bool ends = row == rows_.size() || rows_[row].ts_ms - rows_[start].ts_ms >= *match_.within_ms;
      if (ends && is_alive(start, row - 1)) any = expired_.insert(start).second || any;
    }
    if (any) emerge(row - 1);
  }

  void emerge(size_t row) {
    while (!waiting_.empty()) {
      const Waiting first = waiting_.front();
      for (size_t start = 0; start < first.start; ++start)
        if (is_alive(start, row)) return;
      waiting_.erase(waiting_.begin());
      add(*first.whole, first.start);
      const size_t from = skip_from(*first.whole, first.start);
      for (size_t start = 0; start < std::min(from, row + 1); ++start) skipped_[start] = true;
      std::erase_if(waiting_, [&](const Waiting& other) { return other.start < from; });
    }
  }

  size_t skip_from(const Walk::Whole& whole, size_t start) const {
    if (match_.skip == Match::Skip::kToNextRow) return start + 1;
    return match_.skip == Match::Skip::kPastLastRow ? whole.end + 1 : whole.end;  // the last variable has the last row
  }

  void add(const Walk::Whole& whole, size_t start) {
    const auto text = [](int64_t number) { return std::optional(std::to_string(number)); };
    std::vector<std::optional<std::string>> cells = {rows_[start].k, text(rows_[start].number),
                                                     text(rows_[whole.end].number)};
    for (size_t variable = 0; variable < match_.conditions.size(); ++variable)
      cells.push_back(text(std::ranges::count(whole.variables, static_cast<int32_t>(variable))));
    const size_t next = whole.end + 1;
    cells.push_back(next < rows_.size() ? text(rows_[next].number) : std::nullopt);
    answer_.rows.push_back(std::move(cells));
  }

  const Match& match_;
  const std::vector<Row>& rows_;
  Answer& answer_;
  std::vector<Walk> walks_;
  std::vector<bool> skipped_;
  std::set<size_t> expired_;
  std::vector<Waiting> waiting_;
};

Part random_part(Dice& dice, int32_t& variables, int32_t depth) {
  Part part;
  const bool nested = depth < 2 && variables < 3 && dice.chance(30);
  if (!nested) {
    part.variable = variables++;
  } else {
    part.kind = dice.chance(50) ? Part::Kind::kChoice : Part::Kind::kSequence;
    part.parts.push_back(random_part(dice, variables, depth + 1));
    part.parts.push_back(random_part(dice, variables, depth + 1));
  }
  if (dice.chance(40)) return part;
  Part repetition;
  repetition.kind = Part::Kind::kRepetition;
  repetition.parts = {part};
  repetition.least = dice.below(3);
  if (dice.chance(50)) repetition.most = std::max(1, repetition.least + dice.below(2));
  repetition.greedy = dice.chance(60);
  return repetition;
}

Condition random_pattern_condition(Dice& dice, int32_t own) {
  Condition condition;
  condition.kind = static_cast<Condition::Kind>(dice.below(10));
  condition.number = 1 + dice.below(8);
  if (condition.kind == Condition::Kind::kSumBelow) condition.number += 8;
  condition.other = own > 0 ? dice.below(own) : 0;
  return condition;
}

}  // namespace

std::string Part::sql() const {
  if (kind == Kind::kVariable) return name(variable);
  std::string text;
  for (const Part& part : parts) text += (text.empty() ? "" : kind == Kind::kChoice ? " | " : " ") + part.sql();
  if (kind != Kind::kRepetition) return fmt::format("({})", text);
  if (least == 0 && !most)
    text += "*";
  else if (least == 1 && !most)
    text += "+";
  else if (least == 0 && most == 1)
    text += "?";
  else
    text += most ? fmt::format("{{{},{}}}", least, *most) : fmt::format("{{{},}}", least);
  return greedy ? text : text + "?";
}

std::string Condition::sql(int32_t own) const {
  switch (kind) {
    case Kind::kNone:
      return "TRUE";
    case Kind::kBelow:
      return fmt::format("x < {}", number);
    case Kind::kAtLeast:
      return fmt::format("{}.x >= {}", name(own), number);
    case Kind::kAboveLast:
      return fmt::format("x > LAST({}.x{})", name(other), other == own ? ", 0" : "");
    case Kind::kRising:
      return "LAST(x, 1) IS NULL OR x > LAST(x, 1)";
    case Kind::kSumBelow:
      return fmt::format("SUM({}.x) < {}", name(own), number);
    case Kind::kFewer:
      return fmt::format("COUNT(*) < {}", number);
    case Kind::kAboveFirst:
      return "x >= FIRST(x)";
    case Kind::kFalling:
      return "x > NEXT(x)";
    case Kind::kBelowNext:
      return fmt::format("NEXT(x, 2) IS NULL OR {}.x < NEXT(x, 2)", name(own));
  }
  return "";
}

std::string Match::table_sql() {
  return "CREATE TABLE t (k STRING, n BIGINT, x BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' "
         "SECOND) "
         "WITH ('connector' = 'test')";
}

std::string Match::sql() const {
  constexpr std::array kSkips = {"PAST LAST ROW", "TO NEXT ROW", "TO FIRST ", "TO LAST "};
  const auto last = static_cast<int32_t>(conditions.size()) - 1;
  std::string counts, definitions;
  for (int32_t variable = 0; variable <= last; ++variable) {
    counts += fmt::format(", COUNT({0}.n) AS c{0}", name(variable));
    definitions += fmt::format("{}{} AS {}", variable == 0 ? "" : ", ", name(variable),
                               conditions[static_cast<size_t>(variable)].sql(variable));
  }
  const bool to_variable = skip == Skip::kToFirst || skip == Skip::kToLast;
  return fmt::format(
      "SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES FIRST(n) AS f, LAST(n) AS l{}, NEXT(n) AS "
      "nx "
      "AFTER MATCH SKIP {}{} PATTERN ({}){} DEFINE {})",
      counts, kSkips[static_cast<size_t>(skip)], to_variable ? name(last) : "", pattern.sql(),
      within_ms ? fmt::format(" WITHIN INTERVAL '{}' SECOND", *within_ms / 1000) : "", definitions);
}

Match random_match(Dice& dice) {
  Match match;
  int32_t variables = 0;
  match.skip = static_cast<Match::Skip>(dice.below(4));
  match.pattern.kind = Part::Kind::kSequence;
  if (match.skip >= Match::Skip::kToFirst) {  // the last row is then never the first one
    match.pattern.parts.emplace_back();
    match.pattern.parts.back().variable = variables++;
  }
  const int32_t parts = 1 + dice.below(3);
  for (int32_t i = 0; i < parts; ++i) match.pattern.parts.push_back(random_part(dice, variables, 0));
  match.pattern.parts.emplace_back();
  match.pattern.parts.back().variable = variables++;
  const bool simple = dice.chance(40);
  for (int32_t variable = 0; variable < variables; ++variable) {
    match.conditions.push_back(random_pattern_condition(dice, variable));
    Condition& condition = match.conditions.back();
    if (simple && condition.kind >= Condition::Kind::kAboveLast) condition.kind = Condition::Kind::kBelow;
  }
  if (dice.chance(40)) match.within_ms = 1000 * (1 + dice.below(6));
  return match;
}

std::vector<Row> random_match_rows(Dice& dice) {
  std::vector<Row> rows;
  const int32_t count = 1 + dice.below(14);
  for (int32_t i = 0; i < count; ++i) {
    Row row;
    row.k = dice.chance(75) ? "a" : "b";
    row.x = dice.below(10);
    row.number = i;
    row.ts_ms = 10'000 + 1000 * i + (dice.chance(20) ? 1000 * (dice.below(7) - 3) : 0);
    rows.push_back(row);
  }
  return rows;
}

Answer match_naively(const Match& match, const std::vector<Row>& rows) {
  Answer answer;
  std::map<std::string, std::vector<Row>> partitions;
  for (const Row& row : rows) partitions[*row.k].push_back(row);
  for (auto& [key, partition] : partitions) {
    std::ranges::stable_sort(partition, {}, &Row::ts_ms);
    Matcher(match, partition, answer).run();
  }
  return answer;
}

}  // namespace tidemill::differential
