#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "expr/lag.h"
#include "expr/row_position.h"
#include "operators/make_operator.h"
#include "tests/operators/harness/operator_case.h"
#include "tests/unit/operators/test_specs.h"

namespace tidemill {
namespace {

constexpr std::string_view kInput = "k STRING, x INT, y INT";

AggregateSpec position(PositionKind kind) {
  AggregateSpec call;
  call.function = std::make_shared<PositionFunction>(kind, Type::null());
  call.text = std::string(position_name(kind)) + "()";
  return call;
}

AggregateSpec lag(int64_t offset) {
  AggregateSpec call;
  call.function = std::make_shared<LagFunction>(Type::integer(), offset, Value::null(Type::integer()));
  call.argument = make_column(2, Type::integer());
  call.text = fmt::format("LAG(y, {})", offset);
  return call;
}

FrameBound bound(FrameBound::Kind kind, int64_t offset = 0) { return {.kind = kind, .offset = offset}; }

// SUM, COUNT and MIN of y, RANK and DENSE_RANK, and LAG; ahead: also what a walk from the middle cannot give.
SortedOverSpec spec_of(const WindowFrame& frame, bool ahead) {
  AggregationText text(kInput);
  text.aggregate("SUM(y)").aggregate("COUNT(*)").aggregate("MIN(y)");
  SortedOverSpec spec;
  spec.keys = {0};
  spec.order = {{1, false, true}};
  spec.frame = frame;
  spec.calls = text.groups().aggregates;
  spec.calls.push_back(position(PositionKind::kRank));
  spec.calls.push_back(position(PositionKind::kDenseRank));
  spec.calls.push_back(lag(1));
  if (ahead) spec.calls.push_back(lag(-2));
  if (ahead) spec.calls.push_back(position(PositionKind::kCumeDist));
  std::vector<Field> fields = text.input()->fields();
  for (const AggregateSpec& call : spec.calls) fields.push_back({call.text, call.function->result_type()});
  spec.schema = make_schema(std::move(fields));
  spec.input_retracts = true;
  return spec;
}

OperatorCase case_of(const SortedOverSpec& spec) {
  return OperatorCase([spec] { return make_operator(spec); },
                      {.inputs = {parse_schema(kInput)}, .output = spec.schema});
}

// OVER as its definition says it: after every row all results anew, and what is another than before.
class Model {
 public:
  explicit Model(const SortedOverSpec& spec) : spec_(spec) {}

  void insert(const std::string& key, std::optional<int32_t> x, int32_t y) {
    std::vector<Row>& rows = partitions_[key];
    const auto behind = std::ranges::upper_bound(rows, x, {}, &Row::x);
    rows.insert(behind, {x, y, {}});
    tell(key);
  }
  void remove(const std::string& key, size_t index) {
    std::vector<Row>& rows = partitions_[key];
    changes_ += "-D | " + text(key, rows[index], rows[index].results);
    rows.erase(rows.begin() + static_cast<ptrdiff_t>(index));
    tell(key);
  }
  // The first row that is equal to one of the partition chosen by number.
  std::optional<size_t> row_like(const std::string& key, size_t number) const {
    const auto found = partitions_.find(key);
    if (found == partitions_.end() || found->second.empty()) return std::nullopt;
    const Row& like = found->second[number % found->second.size()];
    const auto first =
        std::ranges::find_if(found->second, [&](const Row& row) { return row.x == like.x && row.y == like.y; });
    return static_cast<size_t>(first - found->second.begin());
  }
  std::string input(const std::string& key, size_t index) const {
    const Row& row = partitions_.at(key)[index];
    return fmt::format("{} | {} | {}", key, shown(row.x), row.y);
  }
  std::string take_changes() { return std::exchange(changes_, {}); }
  std::string all_rows() const {
    std::string all;
    for (const auto& [key, rows] : partitions_)
      for (const Row& row : rows) all += "+I | " + text(key, row, row.results);
    return all;
  }

 private:
  struct Row {
    std::optional<int32_t> x;
    int32_t y;
    std::string results;
  };
  static std::string shown(const std::optional<int32_t>& value) { return value ? std::to_string(*value) : "NULL"; }
  static std::string text(const std::string& key, const Row& row, const std::string& results) {
    return fmt::format("{} | {} | {}{}\n", key, shown(row.x), row.y, results);
  }

  bool in_frame(const std::vector<Row>& rows, size_t row, size_t other) const {
    const auto distance = static_cast<int64_t>(other) - static_cast<int64_t>(row);
    const auto inside = [&](const FrameBound& bound, int64_t sign) {
      if (bound.kind == FrameBound::Kind::kUnbounded) return true;
      if (spec_.frame.rows) return sign * distance <= sign * bound.offset;
      return sign * distance <= 0 || rows[row].x == rows[other].x;
    };
    return inside(spec_.frame.start, -1) && inside(spec_.frame.end, 1);
  }

  std::string results_of(const std::vector<Row>& rows, size_t row) const {
    std::vector<int32_t> frame;
    std::vector<std::optional<int32_t>> before;
    int64_t rank = 1;
    int64_t peers_end = 0;
    for (size_t other = 0; other < rows.size(); ++other) {
      if (in_frame(rows, row, other)) frame.push_back(rows[other].y);
      if (rows[other].x <= rows[row].x) ++peers_end;
      if (rows[other].x >= rows[row].x) continue;
      ++rank;
      if (before.empty() || before.back() != rows[other].x) before.push_back(rows[other].x);
    }
    int32_t sum = 0;
    for (const int32_t y : frame) sum += y;
    std::string text = frame.empty()
                           ? " | NULL | 0 | NULL"
                           : fmt::format(" | {} | {} | {}", sum, frame.size(), *std::ranges::min_element(frame));
    text +=
        fmt::format(" | {} | {} | {}", rank, before.size() + 1, row == 0 ? "NULL" : std::to_string(rows[row - 1].y));
    if (spec_.calls.size() == 6) return text;
    const std::string share = fmt::format("{}", static_cast<double>(peers_end) / static_cast<double>(rows.size()));
    return text + fmt::format(" | {} | {}", row + 2 < rows.size() ? std::to_string(rows[row + 2].y) : "NULL",
                              share == "1" ? "1.0" : share);
  }

  void tell(const std::string& key) {
    std::vector<Row>& rows = partitions_[key];
    for (size_t i = 0; i < rows.size(); ++i) {
      const std::string now = results_of(rows, i);
      const std::string old = std::exchange(rows[i].results, now);
      if (old == now) continue;
      if (!old.empty()) changes_ += "-U | " + text(key, rows[i], old);
      changes_ += (old.empty() ? "+I | " : "+U | ") + text(key, rows[i], now);
    }
  }

  SortedOverSpec spec_;
  std::map<std::string, std::vector<Row>> partitions_;
  std::string changes_;
};

void expect_like_model(const SortedOverSpec& spec, uint32_t seed) {
  SCOPED_TRACE(fmt::format("{} final {} seed {}", spec.frame.rows ? "ROWS" : "RANGE", spec.final_only, seed));
  std::mt19937 random(seed);
  Model model(spec);
  std::string rows;
  for (int32_t i = 0; i < 40; ++i) {
    const std::string key(1, static_cast<char>('a' + random() % 2));
    const std::optional<size_t> gone = random() % 3 == 0 ? model.row_like(key, random()) : std::nullopt;
    if (gone) {
      rows += "-D | " + model.input(key, *gone) + "\n";
      model.remove(key, *gone);
      continue;
    }
    // Often behind all others, which is a way of its own.
    const int32_t value = random() % 2 == 0 ? i : static_cast<int32_t>(random() % 12);
    const std::optional<int32_t> x = random() % 8 == 0 ? std::nullopt : std::optional(value);
    const auto y = static_cast<int32_t>(random() % 4);
    rows += fmt::format("+I | {} | {} | {}\n", key, x ? std::to_string(*x) : "NULL", y);
    model.insert(key, x, y);
  }
  OperatorCase test = case_of(spec);
  test.rows(rows);
  if (!spec.final_only) test.expect(model.take_changes());
  test.finish();
  test.expect(spec.final_only ? model.all_rows() : "");
  test.run();
}

std::vector<WindowFrame> frames() {
  using enum FrameBound::Kind;
  WindowFrame by_row;
  by_row.rows = true;
  WindowFrame around = by_row;
  around.start = bound(kOffset, -1);
  around.end = bound(kOffset, 1);
  WindowFrame before = by_row;
  before.start = bound(kOffset, -3);
  before.end = bound(kOffset, -2);
  WindowFrame behind = by_row;
  behind.start = bound(kOffset, 2);
  behind.end = bound(kUnbounded);
  WindowFrame peers;
  peers.start = bound(kCurrentRow);
  WindowFrame rest = peers;
  rest.end = bound(kUnbounded);
  return {WindowFrame(), by_row, around, before, behind, peers, rest};
}

TEST(SortedOver, GivesTheChangesOfEachRow) {
  for (const WindowFrame& frame : frames())
    for (uint32_t seed = 1; seed <= 3; ++seed) expect_like_model(spec_of(frame, false), seed);
}

TEST(SortedOver, LooksAhead) {
  for (uint32_t seed = 1; seed <= 3; ++seed) expect_like_model(spec_of(WindowFrame(), true), seed);
}

TEST(SortedOver, GivesEachRowOnceAtTheEnd) {
  for (const WindowFrame& frame : frames()) {
    SortedOverSpec spec = spec_of(frame, true);
    spec.final_only = true;
    expect_like_model(spec, 7);
  }
}

// More rows than a cursor reads, and than changes wait: sums of a frame that moves over all of them.
TEST(SortedOver, WalksLongPartitions) {
  using enum FrameBound::Kind;
  WindowFrame frame;
  frame.rows = true;
  frame.start = bound(kOffset, -5000);
  frame.end = bound(kUnbounded);
  SortedOverSpec spec = spec_of(frame, false);
  spec.final_only = true;
  spec.input_retracts = false;
  OperatorHarness harness([spec] { return make_operator(spec); },
                          {.inputs = {parse_schema(kInput)}, .output = spec.schema});
  const int32_t count = 12000;
  std::string rows;
  for (int32_t i = 0; i < count; ++i) rows += fmt::format("a | {} | 1\n", (i * 7919) % count);
  harness.push(rows);
  harness.finish();
  const std::vector<std::string> results = harness.take_rows();
  ASSERT_EQ(results.size(), static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) {
    const int32_t in_frame = i < 5000 ? count : count - (i - 5000);
    const std::string lagged = i == 0 ? "NULL" : "1";
    EXPECT_EQ(results[static_cast<size_t>(i)],
              fmt::format("+I | a | {0} | 1 | {1} | {1} | 1 | {2} | {2} | {3}", i, in_frame, i + 1, lagged));
  }
}

TEST(SortedOver, ForgetsPartitionsByTimeToLive) {
  SortedOverSpec spec = spec_of(WindowFrame(), false);
  spec.state_ttl_ms = 1000;
  OperatorCase test = case_of(spec);
  test.rows("a | 1 | 5");
  test.expect("+I | a | 1 | 5 | 5 | 1 | 5 | 1 | 1 | NULL");
  test.set_time(500);
  test.rows("a | 2 | 6");
  test.expect("+I | a | 2 | 6 | 11 | 2 | 5 | 2 | 2 | 5");
  test.set_time(1600);
  test.rows("a | 2 | 7");
  test.expect("+I | a | 2 | 7 | 7 | 1 | 7 | 1 | 1 | NULL");
  test.rows("-D | a | 1 | 5");
  test.expect("");
  test.expect_counter("numUnknownRetractionsDropped", 1);
  test.run();
}

}  // namespace
}  // namespace tidemill
