// expr/row_pattern.cc - patterns of rows to automata. Rule: parts are compiled from the last one backwards, each to the
// node where it begins; ways without a row are followed at the end (after Flink's NFACompiler).
#include "expr/row_pattern.h"

#include <algorithm>
#include <map>

#include "base/check.h"

namespace tidemill {
namespace {

constexpr size_t kNodesMax = 10'000;  // a pattern as A{1000} is one
constexpr size_t kEdgesMax = 10'000;  // ways of all states

bool fits_nothing(const RowPatternTerm& term) {
  switch (term.kind) {
    case RowPatternKind::kVariable:
      return false;
    case RowPatternKind::kSequence:
      return std::ranges::all_of(term.parts, fits_nothing);
    case RowPatternKind::kAlternation:
      return std::ranges::any_of(term.parts, fits_nothing);
    case RowPatternKind::kRepetition:
      return term.least == 0 || fits_nothing(term.parts.front());
  }
  CHECK(false);
}

// X? takes a row or not as it comes, and X{3} has no choice.
bool holds_on(const RowPatternTerm& repetition) {
  return repetition.greedy && repetition.most != repetition.least && !(repetition.least == 0 && repetition.most == 1);
}

// True where the last rows may be those of a greedy repetition, which would end a match only with a row that is none.
bool ends_greedily(const RowPatternTerm& term) {
  switch (term.kind) {
    case RowPatternKind::kVariable:
      return false;
    case RowPatternKind::kSequence:
      for (size_t i = term.parts.size(); i-- > 0;) {
        if (ends_greedily(term.parts[i])) return true;
        if (!fits_nothing(term.parts[i])) return false;
      }
      return false;
    case RowPatternKind::kAlternation:
      return std::ranges::any_of(term.parts, ends_greedily);
    case RowPatternKind::kRepetition:
      return holds_on(term) || ends_greedily(term.parts.front());
  }
  CHECK(false);
}

// Adds the variables that a pattern's first row may be of.
void add_beginnings(const RowPatternTerm& term, std::vector<int32_t>& variables) {
  switch (term.kind) {
    case RowPatternKind::kVariable:
      if (std::ranges::find(variables, term.variable) == variables.end()) variables.push_back(term.variable);
      return;
    case RowPatternKind::kSequence:
      for (const RowPatternTerm& part : term.parts) {
        add_beginnings(part, variables);
        if (!fits_nothing(part)) return;
      }
      return;
    case RowPatternKind::kAlternation:
    case RowPatternKind::kRepetition:
      for (const RowPatternTerm& part : term.parts) add_beginnings(part, variables);
      return;
  }
}

class Compiler {
 public:
  explicit Compiler(SourceLocation location) : location_(location) { nodes_.emplace_back(); }

  PatternAutomaton compile(const RowPatternTerm& pattern) {
    state_of(begin(pattern, kEnd));
    for (size_t i = 0; i < entries_.size(); ++i) {
      PatternState state;
      reached_.clear();
      follow(entries_[i], {}, state);
      if ((edges_ += state.edges.size()) > kEdgesMax) refuse_size();
      automaton_.push_back(std::move(state));
    }
    return std::move(automaton_);
  }

 private:
  static constexpr int32_t kEnd = 0;

  // A node takes a row of its variable, or (-1) none; it leads to each of its targets.
  struct Node {
    int32_t variable = -1;
    std::vector<int32_t> targets;
    std::vector<int32_t> unless;  // nothing goes on here with a row that fits one of these
  };

  [[noreturn]] void refuse_size() const {
    throw UserError(location_,
                    fmt::format("PATTERN is too large: it has more than {} steps or ways between them", kNodesMax),
                    "Quantifiers with a number stand for as many copies: make it smaller.");
  }

  int32_t add(Node node) {
    if (nodes_.size() >= kNodesMax) refuse_size();
    nodes_.push_back(std::move(node));
    return static_cast<int32_t>(nodes_.size()) - 1;
  }

  // Returns the node where the term begins, whose end is `next`.
  int32_t begin(const RowPatternTerm& term, int32_t next) {
    switch (term.kind) {
      case RowPatternKind::kVariable:
        return add({term.variable, {next}, {}});
      case RowPatternKind::kSequence:
        for (size_t i = term.parts.size(); i-- > 0;) next = begin(term.parts[i], next);
        return next;
      case RowPatternKind::kAlternation: {
        Node choice;
        for (const RowPatternTerm& part : term.parts) choice.targets.push_back(begin(part, next));
        return add(std::move(choice));
      }
      case RowPatternKind::kRepetition:
        return begin_repetition(term, next);
    }
    CHECK(false);
  }

  int32_t begin_repetition(const RowPatternTerm& term, int32_t next) {
    const RowPatternTerm& body = term.parts.front();
    if (holds_on(term)) {
      Node guard{-1, {next}, {}};
      add_beginnings(body, guard.unless);
      next = add(std::move(guard));
    }
    int32_t entry = next;
    int32_t copies = term.least;
    if (!term.most) {
      const int32_t loop = add({});
      entry = begin(body, loop);
      nodes_[static_cast<size_t>(loop)].targets = {entry, next};
      if (copies == 0) return loop;
      --copies;
    } else {
      for (int32_t i = term.least; i < *term.most; ++i) entry = add({-1, {begin(body, entry), next}, {}});
    }
    for (int32_t i = 0; i < copies; ++i) entry = begin(body, entry);
    return entry;
  }

  // Returns the number of the state that is entered at a node.
  int32_t state_of(int32_t node) {
    const auto [known, is_new] = states_.try_emplace(node, static_cast<int32_t>(entries_.size()));
    if (is_new) entries_.push_back(node);
    return known->second;
  }

  // Adds to `state` where rows lead from a node, and whether the end is reached without one.
  void follow(int32_t index, std::vector<int32_t> unless, PatternState& state) {
    if (index == kEnd) {
      state.accepts = true;
      return;
    }
    const Node node = nodes_[static_cast<size_t>(index)];
    for (const int32_t variable : node.unless)
      if (std::ranges::find(unless, variable) == unless.end()) unless.push_back(variable);
    std::ranges::sort(unless);
    if (node.variable >= 0) return add_edge({node.variable, state_of(node.targets.front()), unless}, state);
    // A preferred way led here with no more in its way; so does a loop around nothing.
    std::vector<std::vector<int32_t>>& ways = reached_[index];
    if (std::ranges::any_of(ways, [&](const auto& way) { return std::ranges::includes(unless, way); })) return;
    if (ways.size() >= kEdgesMax) refuse_size();
    ways.push_back(unless);
    for (const int32_t target : node.targets) follow(target, unless, state);
  }

  void add_edge(PatternEdge edge, PatternState& state) const {
    for (const PatternEdge& known : state.edges) {
      if (known.variable == edge.variable && known.target == edge.target &&
          std::ranges::includes(edge.unless, known.unless))
        return;
    }
    if (state.edges.size() >= kEdgesMax) refuse_size();
    state.edges.push_back(std::move(edge));
  }

  SourceLocation location_;
  std::vector<Node> nodes_;  // the first is the end
  std::map<int32_t, int32_t> states_;
  std::map<int32_t, std::vector<std::vector<int32_t>>> reached_;  // node ▸ what is in the way there, of one state
  std::vector<int32_t> entries_;                                  // by state: its node
  PatternAutomaton automaton_;
  size_t edges_ = 0;
};

// How many rows PREV (sign -1) or NEXT (1) goes at most.
int64_t rows_looked(const RowPatternDefinition& definition, int64_t sign) {
  int64_t rows = 0;
  for (const std::vector<PatternReference>* references : {&definition.tested, &definition.measured})
    for (const PatternReference& reference : *references) rows = std::max(rows, sign * reference.shift);
  return rows;
}

}  // namespace

PatternAutomaton compile_pattern(const RowPatternTerm& pattern, SourceLocation location) {
  if (fits_nothing(pattern))
    throw UserError(location, "PATTERN could match no rows at all", "At least one variable must always have a row.");
  if (ends_greedily(pattern))
    throw UserError(location,
                    "The last part of PATTERN is greedy: a match would end only with a row that is none of it",
                    "Make it reluctant (+?, *?, {n,m}?), or put a variable behind it that ends the match.");
  return Compiler(location).compile(pattern);
}

std::string pattern_text(const RowPatternTerm& pattern, const std::vector<std::string>& variables) {
  if (pattern.kind == RowPatternKind::kVariable) return variables[static_cast<size_t>(pattern.variable)];
  std::string text;
  for (const RowPatternTerm& part : pattern.parts) {
    if (!text.empty()) text += pattern.kind == RowPatternKind::kAlternation ? " | " : " ";
    const bool nested = part.kind == RowPatternKind::kSequence || part.kind == RowPatternKind::kAlternation;
    const std::string inner = pattern_text(part, variables);
    text += nested ? fmt::format("({})", inner) : inner;
  }
  if (pattern.kind != RowPatternKind::kRepetition) return text;
  if (!pattern.most)
    text += pattern.least == 0 ? "*" : pattern.least == 1 ? "+" : fmt::format("{{{},}}", pattern.least);
  else if (pattern.least == 0 && pattern.most == 1)
    text += "?";
  else
    text += fmt::format("{{{},{}}}", pattern.least, *pattern.most);
  return pattern.greedy ? text : text + "?";
}

int64_t rows_looked_back(const RowPatternDefinition& definition) { return rows_looked(definition, -1); }

int64_t rows_looked_ahead(const RowPatternDefinition& definition) { return rows_looked(definition, 1); }

}  // namespace tidemill
