#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "base/error.h"
#include "operators/make_operator.h"
#include "operators/row_outcomes.h"
#include "tests/operators/harness/operator_case.h"

namespace tidemill {
namespace {

using Conflict = SinkMaterializeSpec::Conflict;

SinkMaterializeSpec spec_of(Conflict conflict, bool keyed = true) {
  SinkMaterializeSpec spec;
  spec.schema = parse_schema("id INT NOT NULL, p STRING NOT NULL, v INT");
  spec.primary_key = {1};
  if (keyed) spec.upsert_key = std::vector<int32_t>{0};
  spec.conflict = conflict;
  spec.table = "t";
  return spec;
}

OperatorHarness harness_of(const SinkMaterializeSpec& spec) {
  return OperatorHarness([spec] { return make_operator(spec); }, {.inputs = {spec.schema}, .output = spec.schema});
}

OperatorCase case_of(const SinkMaterializeSpec& spec) {
  OperatorCase test([spec] { return make_operator(spec); }, {.inputs = {spec.schema}, .output = spec.schema});
  test.only_barriers_of_the_script();
  return test;
}

TEST(SinkMaterializer, ChangesAreNettedAtBarriers) {
  OperatorCase test = case_of(spec_of(Conflict::kDeduplicate));
  test.compare_by({1});
  test.rows("+I | 1 | L | 1\n+I | 2 | L | 2\n+I | 9 | P | NULL");
  test.expect("");
  test.barrier();
  test.expect("+I | 2 | L | 2\n+I | 9 | P | NULL");
  test.rows("-U | 2 | L | 2\n+U | 2 | L | 3\n-U | 9 | P | NULL\n+U | 9 | P | NULL");
  test.barrier();
  test.expect("+U | 2 | L | 3");
  test.rows("-D | 2 | L | 3");
  test.barrier();
  test.expect("+U | 1 | L | 1");
  test.rows("+I | 5 | M | 5\n-D | 5 | M | 5\n-D | 7 | L | 7");
  test.barrier();
  test.expect("");
  test.expect_counter(kUnknownRetractionsCounter, 1);
  test.rows("-D | 1 | L | 1");
  test.finish();
  test.expect("-D | 1 | L | 1");
  test.run();
}

TEST(SinkMaterializer, TheFirstRowStaysWithItsUpdates) {
  OperatorCase test = case_of(spec_of(Conflict::kNothing));
  test.rows("+I | 1 | L | 1\n+I | 2 | L | 2");
  test.barrier();
  test.expect("+I | 1 | L | 1");
  test.rows("+I | 3 | L | 3\n-U | 1 | L | 1\n+U | 1 | L | 11");
  test.barrier();
  test.expect("+U | 1 | L | 11");
  // What was left out is gone: its retraction is of a row that is not there.
  test.rows("-D | 3 | L | 3\n-D | 1 | L | 11");
  test.barrier();
  test.expect("-D | 1 | L | 11");
  test.rows("+I | 4 | L | 4");
  test.finish();
  test.expect("+I | 4 | L | 4");
  test.run();
}

TEST(SinkMaterializer, AConflictIsOneAtABarrierOnly) {
  OperatorHarness harness = harness_of(spec_of(Conflict::kError));
  harness.push("+I | 1 | L | 1\n+I | 2 | L | 2\n-D | 1 | L | 1");
  harness.barrier();
  EXPECT_EQ(harness.take_rows(), std::vector<std::string>{"+I | 2 | L | 2"});
  harness.push("+I | 3 | L | 3");
  try {
    harness.barrier();
    FAIL() << "no conflict";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("Conflicting key: [p=L] of table t"), std::string::npos) << error.what();
  }
}

// Rows of one primary key, in the order in which they came; the simplest program that does what the operator must.
class Model {
 public:
  Model(Conflict conflict, bool keyed) : conflict_(conflict), keyed_(keyed) {}

  void apply(bool retracts, int32_t id, int32_t v) {
    const auto same = [&](const auto& row) { return row.first == id && (keyed_ || row.second == v); };
    const auto found = std::ranges::find_if(rows_, same);
    if (retracts) {
      if (found != rows_.end()) rows_.erase(found);
    } else if (keyed_ && found != rows_.end()) {
      found->second = v;
    } else {
      rows_.emplace_back(id, v);
    }
  }
  // What the table shows from here on.
  std::optional<std::pair<int32_t, int32_t>> settle() {
    if (rows_.empty()) {
      shown_.reset();
    } else if (conflict_ == Conflict::kDeduplicate) {
      shown_ = rows_.back();
    } else {
      auto kept = rows_.end();
      if (shown_)
        kept = std::ranges::find_if(
            rows_, [&](const auto& row) { return row.first == shown_->first && (keyed_ || row == *shown_); });
      shown_ = kept == rows_.end() ? rows_.front() : *kept;
      rows_ = {*shown_};
    }
    return shown_;
  }

 private:
  Conflict conflict_;
  bool keyed_;
  std::vector<std::pair<int32_t, int32_t>> rows_;
  std::optional<std::pair<int32_t, int32_t>> shown_;
};

void compare_with_model(Conflict conflict, bool keyed, uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](uint32_t count) { return static_cast<int32_t>(random() % count); };
  OperatorHarness harness = harness_of(spec_of(conflict, keyed));
  std::map<std::string, Model> models;
  std::map<std::string, std::string> table;
  for (int32_t epoch = 0; epoch < 60; ++epoch) {
    std::string rows;
    for (int32_t i = below(8); i >= 0; --i) {
      const std::string p(1, static_cast<char>('a' + below(3)));
      const int32_t id = below(4);
      const int32_t v = below(3);
      const bool retracts = below(5) < 2;
      rows += fmt::format("{} | {} | {} | {}\n", retracts ? "-D" : "+I", id, p, v);
      models.try_emplace(p, conflict, keyed).first->second.apply(retracts, id, v);
    }
    harness.push(rows);
    harness.barrier();
    for (const std::string& change : harness.take_rows()) {
      const std::string row = change.substr(5);
      const std::string p = row.substr(row.find(" | ") + 3, 1);
      EXPECT_EQ(change.substr(0, 2) == "+I", !table.contains(p)) << change;
      if (change.starts_with("-D")) {
        EXPECT_EQ(table[p], row) << change;
        table.erase(p);
      } else {
        table[p] = row;
      }
    }
    std::map<std::string, std::string> expected;
    for (auto& [p, model] : models)
      if (const auto shown = model.settle()) expected[p] = fmt::format("{} | {} | {}", shown->first, p, shown->second);
    ASSERT_EQ(table, expected) << "epoch " << epoch << " of seed " << seed << " after\n" << rows;
  }
}

TEST(SinkMaterializer, EqualsASimplerProgram) {
  for (uint32_t seed = 1; seed <= 20; ++seed)
    for (const Conflict conflict : {Conflict::kDeduplicate, Conflict::kNothing})
      for (const bool keyed : {true, false}) compare_with_model(conflict, keyed, seed);
}

}  // namespace
}  // namespace tidemill
