// Client 3: a FULL JOIN on two keys with retractions on both sides: each row keeps the number of its matches, so that
// padding with NULL comes and goes at the right moment.
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "state/ordered_encoding.h"
#include "tests/unit/state/clients/client_tasks.h"

namespace tidemill::state_test {
namespace {

struct Row {
  std::optional<int64_t> first;
  std::optional<std::string> second;
  std::string value;
  int64_t sign = 1;
  bool operator<(const Row& other) const {
    return std::tie(first, second, value) < std::tie(other.first, other.second, other.value);
  }
};

std::string row_text(const Row& row) {
  return fmt::format("{}|{}|{}", row.first ? std::to_string(*row.first) : "NULL", row.second.value_or("NULL"),
                     row.value);
}

// Joined rows with how often each is there.
using Folded = std::map<std::string, int64_t>;

class FullJoin {
 public:
  explicit FullJoin(StateStore& store)
      : store_(&store),
        sides_{&store.ordered_table(descriptor("left"), SubKeyKind::kBytes),
               &store.ordered_table(descriptor("right"), SubKeyKind::kBytes)} {}

  // Adds the changes that the rows of one side cause to `output`.
  void process(size_t side, const std::vector<Row>& rows, Folded& output) {
    std::vector<std::optional<int64_t>> first;
    std::vector<std::optional<std::string>> second;
    for (const Row& row : rows) {
      first.push_back(row.first);
      second.push_back(row.second);
    }
    const std::vector<ColumnPtr> columns = {big_ints(first), strings(second)};
    KeyBatch keys(sides_[side]->key_layout());
    keys.assign(columns, static_cast<int32_t>(rows.size()));
    for (size_t i = 0; i < rows.size(); ++i) change(side, keys[static_cast<int32_t>(i)], rows[i], output);
    store_->release();
  }

 private:
  struct Counts {
    int64_t rows = 0;     // how often this row is there
    int64_t matches = 0;  // rows of the other side that match it
  };

  static TableDescriptor descriptor(const std::string& name) {
    TableDescriptor descriptor;
    descriptor.name = name;
    descriptor.key_types = {Type::big_int(), Type::string()};
    descriptor.fields = {RecordField::int64("rows"), RecordField::int64("matches")};
    return descriptor;
  }

  static Counts& counts(std::byte* record) { return *reinterpret_cast<Counts*>(record); }

  static void emit(size_t side, const std::string& own, const std::string& other, int64_t times, Folded& output) {
    const std::string text = side == 0 ? own + " + " + other : other + " + " + own;
    int64_t& count = output[text];
    count += times;
    // A retraction of a row never sent would be a broken changelog.
    EXPECT_GE(count, 0) << text;
    if (count == 0) output.erase(text);
  }

  void change(size_t side, KeyRef key, const Row& row, Folded& output) {
    OrderedTable& own = *sides_[side];
    OrderedTable& other = *sides_[1 - side];
    const std::string text = row_text(row);
    int64_t matches = 0;
    if (row.first && row.second) {
      other.scan_for_update(key, SubKeyRange::all(), ScanDirection::kForward,
                            [&](const SubKey& sub_key, std::byte* record) {
                              Counts& match = counts(record);
                              const std::string match_text(sub_key.bytes);
                              if (match.matches == 0 && row.sign > 0)
                                emit(1 - side, match_text, "NULL", -match.rows, output);
                              emit(side, text, match_text, row.sign * match.rows, output);
                              match.matches += row.sign;
                              if (match.matches == 0) emit(1 - side, match_text, "NULL", match.rows, output);
                              matches += match.rows;
                              return true;
                            });
    }
    if (matches == 0) emit(side, text, "NULL", row.sign, output);
    bool created = false;
    Counts& mine = counts(own.upsert(key, SubKey::of_bytes(text), created));
    EXPECT_TRUE(created || mine.matches == matches);
    mine.rows += row.sign;
    mine.matches = matches;
    if (mine.rows == 0) own.erase(key, SubKey::of_bytes(text));
  }

  StateStore* store_;
  std::array<OrderedTable*, 2> sides_;
};

Folded join_naively(const std::array<std::map<Row, int64_t>, 2>& sides) {
  Folded joined;
  const auto matches = [](const Row& a, const Row& b) {
    return a.first && a.second && a.first == b.first && a.second == b.second;
  };
  for (const auto& [left, left_count] : sides[0]) {
    bool matched = false;
    for (const auto& [right, right_count] : sides[1]) {
      if (!matches(left, right)) continue;
      matched = true;
      joined[row_text(left) + " + " + row_text(right)] += left_count * right_count;
    }
    if (!matched) joined[row_text(left) + " + NULL"] += left_count;
  }
  for (const auto& [right, right_count] : sides[1]) {
    bool matched = false;
    for (const auto& [left, left_count] : sides[0]) matched = matched || matches(left, right);
    if (!matched) joined["NULL + " + row_text(right)] += right_count;
  }
  return joined;
}

void run(uint64_t seed) {
  TestRandom random(seed);
  ClientTasks<FullJoin> tasks(random.between(1, 3), random.chance(50));
  const KeyLayout layout({Type::big_int(), Type::string()});
  std::array<std::map<Row, int64_t>, 2> sides;
  Folded found;
  for (int step = 0; step < 50; ++step) {
    const auto side = static_cast<size_t>(random.below(2));
    std::map<FullJoin*, std::vector<Row>> batches;
    for (int32_t i = random.below(25); i > 0; --i) {
      Row row;
      if (!sides[side].empty() && random.chance(45)) {
        auto victim = sides[side].begin();
        std::advance(victim, random.below(static_cast<int32_t>(sides[side].size())));
        row = victim->first;
        row.sign = -1;
        if (--victim->second == 0) sides[side].erase(victim);
      } else {
        if (random.chance(90)) row.first = random.below(4);
        if (random.chance(90)) row.second = std::string(static_cast<size_t>(random.below(3)) * 9, 'k');
        row.value = std::string(static_cast<size_t>(random.below(4)) * 5, 'v');
        ++sides[side][row];
      }
      std::string key;
      const std::vector<ColumnPtr> columns = {big_ints({row.first}), strings({row.second})};
      append_key(layout, columns, 0, key);
      batches[&tasks.of(hash_key(layout, key))].push_back(row);
    }
    for (auto& [task, rows] : batches) task->process(side, rows, found);
    ASSERT_TRUE(found == join_naively(sides)) << "step " << step;
    if (random.chance(30)) tasks.restart(random.between(1, 3));
  }
}

TEST(StateClients, FullJoinOnTwoKeysWithRetractions) {
  for (uint64_t seed = 1; seed <= 40 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    run(seed);
  }
}

}  // namespace
}  // namespace tidemill::state_test
