#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "operators/make_operator.h"
#include "tests/operators/harness/operator_case.h"

namespace tidemill {
namespace {

RankSpec top(int64_t first, int64_t last, bool numbers) {
  RankSpec spec;
  spec.keys = {0};
  spec.order = {{1, true, false}};
  spec.first = first;
  spec.last = last;
  spec.numbers = numbers;
  spec.schema = parse_schema(numbers ? "k STRING, x INT, id INT, n BIGINT NOT NULL" : "k STRING, x INT, id INT");
  return spec;
}

OperatorHarness harness_of(const RankSpec& spec) {
  return OperatorHarness([spec] { return make_operator(spec); },
                         {.inputs = {parse_schema("k STRING, x INT, id INT")}, .output = spec.schema});
}

// Folds a changelog: every -U and -D must take back a row that is there.
class Folded {
 public:
  void apply(const std::vector<std::string>& changes) {
    for (const std::string& change : changes) {
      const std::string kind = change.substr(0, 2);
      const std::string row = change.substr(5);
      if (kind == "+I" || kind == "+U") {
        ++rows_[row];
        continue;
      }
      ASSERT_GT(rows_[row], 0) << "taken back, and not there: " << change;
      if (--rows_[row] == 0) rows_.erase(row);
    }
  }
  std::vector<std::string> rows() const {
    std::vector<std::string> all;
    for (const auto& [row, count] : rows_) all.insert(all.end(), static_cast<size_t>(count), row);
    return all;
  }

 private:
  std::map<std::string, int32_t> rows_;
};

struct KeptRow {
  std::string key;
  int32_t x, id;
};

std::vector<std::string> expected_rows(const std::vector<KeptRow>& rows, const RankSpec& spec) {
  std::map<std::string, std::vector<KeptRow>> partitions;
  for (const KeptRow& row : rows) partitions[row.key].push_back(row);
  std::vector<std::string> expected;
  for (auto& [key, partition] : partitions) {
    std::ranges::stable_sort(partition, std::ranges::greater(), &KeptRow::x);
    for (size_t i = 0; i < partition.size(); ++i) {
      const auto number = static_cast<int64_t>(i) + 1;
      if (number < spec.first || number > spec.last) continue;
      std::string text = fmt::format("{} | {} | {}", key, partition[i].x, partition[i].id);
      if (spec.numbers) text += fmt::format(" | {}", number);
      expected.push_back(std::move(text));
    }
  }
  std::ranges::sort(expected);
  return expected;
}

void expect_like_model(RankSpec spec, bool retracts, uint32_t seed) {
  SCOPED_TRACE(fmt::format("{} to {}{}{} seed {}", spec.first, spec.last, spec.numbers ? " with numbers" : "",
                           retracts ? ", retracting" : "", seed));
  spec.input_retracts = retracts;
  std::mt19937 random(seed);
  std::vector<KeptRow> rows;
  OperatorHarness harness = harness_of(spec);
  Folded folded;
  for (int32_t i = 0; i < 120; ++i) {
    if (retracts && !rows.empty() && random() % 3 == 0) {
      const size_t gone = random() % rows.size();
      harness.push(fmt::format("-D | {} | {} | {}", rows[gone].key, rows[gone].x, rows[gone].id));
      rows.erase(rows.begin() + static_cast<ptrdiff_t>(gone));
    } else {
      rows.push_back({std::string(1, static_cast<char>('a' + random() % 2)), static_cast<int32_t>(random() % 8), i});
      harness.push(fmt::format("{} | {} | {}", rows.back().key, rows.back().x, i));
    }
    if (i % 7 == 0) harness.snapshot_and_restore();
    folded.apply(harness.take_rows());
    ASSERT_EQ(folded.rows(), expected_rows(rows, spec)) << "after row " << i;
  }
}

TEST(TopN, IsWhatItsDefinitionSaysAfterEveryRow) {
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    for (const bool retracts : {false, true}) {
      for (const bool numbers : {false, true}) {
        expect_like_model(top(1, 1, numbers), retracts, seed);
        expect_like_model(top(1, 3, numbers), retracts, seed);
        expect_like_model(top(2, 4, numbers), retracts, seed);
        expect_like_model(top(3, 3, numbers), retracts, seed);
        expect_like_model(top(1, 64, numbers), retracts, seed);  // the most that one record holds
        expect_like_model(top(1, 65, numbers), retracts, seed);
      }
    }
  }
}

TEST(TopN, GivesManyChangesInPieces) {
  OperatorHarness harness = harness_of(top(1, 5000, true));
  std::string rows;
  for (int32_t i = 0; i < 5000; ++i) rows += fmt::format("a | {} | {}\n", -i, i);
  harness.push(rows);
  EXPECT_EQ(harness.take_rows().size(), 5000U);
  harness.push("a | 1 | -1\n a | 2 | -2");  // every row moves twice
  EXPECT_EQ(harness.take_rows().size(), 20000U);
}

TEST(TopN, KeepsLongTextsOfTheRowsThatStay) {
  RankSpec spec = top(1, 2, false);
  spec.schema = parse_schema("k STRING, x INT, text STRING");
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {spec.schema}, .output = spec.schema});
  const auto text = [](int32_t x) { return fmt::format("{} and a text that is longer than twelve bytes", x); };
  std::vector<int32_t> kept;
  for (const int32_t x : {3, 1, 7, 5, 9, 2, 8}) {
    harness.push(fmt::format("a | {} | {}", x, text(x)));
    std::vector<std::string> expected;
    kept.push_back(x);
    std::ranges::sort(kept, std::ranges::greater());
    const bool stays = kept.size() <= 2 || kept.back() != x;
    if (kept.size() > 2 && stays) expected.push_back(fmt::format("-D | a | {} | {}", kept.back(), text(kept.back())));
    if (stays) expected.push_back(fmt::format("+I | a | {} | {}", x, text(x)));
    if (kept.size() > 2) kept.pop_back();
    EXPECT_EQ(harness.take_rows(), expected) << x;
    harness.snapshot_and_restore();
  }
}

TEST(TopN, LeavesOutWhatTakesBackWhatIsNotThere) {
  RankSpec spec = top(1, 2, false);
  spec.input_retracts = true;
  OperatorHarness harness = harness_of(spec);
  harness.push("a | 1 | 1\n -D | a | 1 | 2\n -D | b | 1 | 1");
  EXPECT_EQ(harness.take_rows(), std::vector<std::string>{"+I | a | 1 | 1"});
}

TEST(FinalRank, KeepsNoMoreRowsThanComeOut) {
  RankSpec spec = top(2, 3, true);
  spec.final_only = true;
  OperatorCase test([spec] { return make_operator(spec); },
                    {.inputs = {parse_schema("k STRING, x INT, id INT")}, .output = spec.schema});
  test.compare_by({0});
  test.rows("a | 1 | 1\n a | 5 | 2\n b | 7 | 3\n a | 5 | 4\n a | 9 | 5\n b | 8 | 6\n a | 5 | 7");
  test.expect("");
  test.finish();
  test.expect("a | 5 | 2 | 2\n a | 5 | 4 | 3\n b | 7 | 3 | 2");
  test.run();
}

DeduplicateSpec by_time(bool keep_last) {
  DeduplicateSpec spec;
  spec.keys = {0};
  spec.time_column = 2;
  spec.keep_last = keep_last;
  spec.schema = parse_schema("k STRING, x INT, ts TIMESTAMP(3)");
  return spec;
}

TEST(Deduplicate, KeepsTheFirstOrTheLastByTimeHoweverRowsCome) {
  for (const bool keep_last : {false, true}) {
    const DeduplicateSpec spec = by_time(keep_last);
    OperatorCase test([spec] { return make_operator(spec); }, {.inputs = {spec.schema}, .output = spec.schema});
    test.compare_by({0});
    test.read_from_split(0, {.time_column = 2, .delay_ms = 1000});
    test.rows("a | 1 | T5\n a | 2 | T5\n b | 3 | T9\n a | 4 | T4\n a | 5 | T6\n b | 6 | T9\n b | 7 | T8");
    if (keep_last)
      test.expect(
          "+I | a | 1 | T5\n -U | a | 1 | T5\n +U | a | 2 | T5\n -U | a | 2 | T5\n +U | a | 5 | T6\n"
          "+I | b | 3 | T9\n -U | b | 3 | T9\n +U | b | 6 | T9");
    test.finish();
    test.expect(keep_last ? "" : "a | 4 | T4\n b | 7 | T8");
    test.run();
  }
}

}  // namespace
}  // namespace tidemill
