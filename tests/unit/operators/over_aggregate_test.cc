#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "operators/make_operator.h"
#include "tests/operators/harness/operator_case.h"
#include "tests/unit/operators/test_specs.h"

namespace tidemill {
namespace {

OverAggregateSpec spec_of(const OverFrame& frame) {
  AggregationText text("k STRING, x INT, ts TIMESTAMP(3)");
  text.keys("k").aggregate("COUNT(*)").aggregate("SUM(x)").aggregate("MIN(x)").aggregate("MAX(x)");
  OverAggregateSpec spec;
  spec.keys = {0};
  spec.time_column = 2;
  spec.frame = frame;
  spec.aggregates = text.groups().aggregates;
  std::vector<Field> fields = text.input()->fields();
  for (const AggregateSpec& aggregate : spec.aggregates)
    fields.push_back({aggregate.text, aggregate.function->result_type()});
  spec.schema = make_schema(std::move(fields));
  return spec;
}

OperatorCase case_of(const OverAggregateSpec& spec, DurationMillis delay_ms) {
  std::vector<Field> fields = spec.schema->fields();
  fields.resize(3);
  OperatorCase test([spec] { return make_operator(spec); },
                    {.inputs = {make_schema(std::move(fields))}, .output = spec.schema});
  test.compare_by({0});
  test.read_from_split(0, {.time_column = 2, .delay_ms = delay_ms});
  return test;
}

// OVER as its definition says it: every row looked at anew for every row.
class Model {
 public:
  Model(const OverFrame& frame, DurationMillis delay_ms) : frame_(frame), delay_ms_(delay_ms) {}

  void add(const std::string& key, int32_t x, EpochMillis time) {
    const EpochMillis watermark = greatest_ == kNoWatermark ? kNoWatermark : greatest_ - delay_ms_;
    fire(watermark);
    Partition& partition = partitions_[key];
    if (partition.forget_at && *partition.forget_at <= watermark && partition.forget_from < watermark)
      partition = Partition();
    const bool late = frame_.preceding ? partition.fired && time <= *partition.fired : time <= watermark;
    if (late) {
      ++late_;
    } else {
      partition.waiting.push_back({time, x, watermark});
      touch(partition, time, watermark);
    }
    greatest_ = std::max(greatest_, time);
  }
  std::string finish() {
    fire(kMaxWatermark);
    return std::move(text_);
  }
  int64_t late() const { return late_; }

 private:
  struct Row {
    EpochMillis time;
    int32_t x;
    EpochMillis came_at;  // the watermark then: it comes out with a later one
  };
  struct Partition {
    std::vector<Row> waiting, done;
    std::optional<EpochMillis> fired, forget_at;
    EpochMillis forget_from = kNoWatermark;  // with a later watermark than this
  };

  void touch(Partition& partition, EpochMillis time, EpochMillis watermark) const {
    if (!frame_.preceding || frame_.rows) return;
    if (partition.forget_at && *partition.forget_at >= time + *frame_.preceding + 1) return;
    partition.forget_at = time + *frame_.preceding + *frame_.preceding / 2 + 1;
    partition.forget_from = watermark;
  }
  void fire(EpochMillis watermark) {
    for (auto& [key, partition] : partitions_) {
      std::ranges::stable_sort(partition.waiting, {}, &Row::time);
      while (!partition.waiting.empty() && partition.waiting.front().time <= watermark &&
             partition.waiting.front().came_at < watermark)
        fire_time(key, partition, partition.waiting.front().time);
    }
  }
  void fire_time(const std::string& key, Partition& partition, EpochMillis time) {
    std::vector<Row> rows;
    std::erase_if(partition.waiting, [&](const Row& row) {
      if (row.time == time) rows.push_back(row);
      return row.time == time;
    });
    if (!frame_.rows) partition.done.insert(partition.done.end(), rows.begin(), rows.end());
    for (const Row& row : rows) {
      if (frame_.rows) partition.done.push_back(row);
      emit(key, row, partition.done);
    }
    partition.fired = time;
  }
  void emit(const std::string& key, const Row& row, const std::vector<Row>& done) {
    std::vector<int32_t> values;
    for (size_t i = 0; i < done.size(); ++i) {
      const bool in = !frame_.preceding ? true
                      : frame_.rows     ? done.size() - i <= static_cast<size_t>(*frame_.preceding) + 1
                                        : done[i].time >= row.time - *frame_.preceding;
      if (in) values.push_back(done[i].x);
    }
    int32_t sum = 0;
    for (const int32_t value : values) sum += value;
    text_ += fmt::format("{} | {} | T{} | {} | {} | {} | {}\n", key, row.x, row.time, values.size(), sum,
                         *std::ranges::min_element(values), *std::ranges::max_element(values));
  }

  OverFrame frame_;
  DurationMillis delay_ms_;
  EpochMillis greatest_ = kNoWatermark;
  std::map<std::string, Partition> partitions_;
  std::string text_;
  int64_t late_ = 0;
};

void expect_like_model(const OverFrame& frame, uint32_t seed) {
  SCOPED_TRACE(fmt::format("{} {} seed {}", frame.rows ? "ROWS" : "RANGE", frame.preceding.value_or(-1), seed));
  std::mt19937 random(seed);
  const DurationMillis delay_ms = 20;
  Model model(frame, delay_ms);
  std::string rows;
  EpochMillis time = 1000;
  for (int32_t i = 0; i < 60; ++i) {
    const std::string key(1, static_cast<char>('a' + random() % 3));
    const auto x = static_cast<int32_t>(random() % 20);
    time += static_cast<EpochMillis>(random() % 12);
    const EpochMillis at = time - static_cast<EpochMillis>(random() % 45);
    rows += fmt::format("{} | {} | T{}\n", key, x, at);
    model.add(key, x, at);
  }
  OperatorCase test = case_of(spec_of(frame), delay_ms);
  test.rows(rows);
  test.finish();
  test.expect(model.finish());
  test.expect_late(model.late());
  test.run();
}

TEST(OverAggregate, GivesWhatItsDefinitionSaysHoweverRowsCome) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    expect_like_model({.rows = false, .preceding = std::nullopt}, seed);
    expect_like_model({.rows = true, .preceding = std::nullopt}, seed);
    expect_like_model({.rows = true, .preceding = 3}, seed);
    expect_like_model({.rows = true, .preceding = 0}, seed);
    expect_like_model({.rows = false, .preceding = 10}, seed);
    expect_like_model({.rows = false, .preceding = 40}, seed);
    expect_like_model({.rows = false, .preceding = 0}, seed);
  }
}

TEST(OverAggregate, ALongFrameThatEndsAtOnceBeginsAnew) {
  std::string rows;
  for (int32_t i = 0; i < 9000; ++i) rows += fmt::format("a | 1 | T{}\n", i);  // more than are taken back at once
  OperatorHarness harness([spec = spec_of({.rows = false, .preceding = 100'000})] { return make_operator(spec); },
                          {.inputs = {parse_schema("k STRING, x INT, ts TIMESTAMP(3)")}});
  harness.push(rows);
  harness.watermark(9000);
  EXPECT_EQ(harness.take_rows().size(), 9000U);
  harness.push("a | 7 | T109000");
  harness.finish();
  EXPECT_EQ(harness.take_rows(), std::vector<std::string>{"+I | a | 7 | 1970-01-01 00:01:49 | 1 | 7 | 7 | 7"});
}

}  // namespace
}  // namespace tidemill
