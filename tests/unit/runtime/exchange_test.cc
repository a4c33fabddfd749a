#include "runtime/exchange.h"

#include <gtest/gtest.h>

#include "data/pretty.h"
#include "env/simulated/simulated_environment.h"
#include "state/key_encoding.h"
#include "state/key_groups.h"

namespace tidemill {
namespace {

class HashExchangeTest : public testing::Test {
 protected:
  void open(int32_t targets, DurationMillis buffer_timeout_ms = 100) {
    std::vector<Channel*> channels;
    for (int32_t i = 0; i < targets; ++i) {
      channels_.push_back(std::make_unique<Channel>(64));
      channels_.back()->connect(environment_.get().executor, 0, 1);
      channels.push_back(channels_.back().get());
    }
    exchange_.emplace(
        std::move(channels), std::vector<int32_t>{0}, 128, BatchingPolicy(buffer_timeout_ms), [this] { return now_; },
        &budget_);
  }
  Batch rows(int64_t first, int32_t count) {
    std::string text;
    for (int64_t i = first; i < first + count; ++i)
      text += fmt::format("{} | a text longer than twelve {}\n", i % 10, i);
    return parse_batch(schema_, text);
  }
  Batch of_split(Batch batch, const std::string& split, EpochMillis watermark, EpochMillis others, int64_t offset) {
    RowProgress progress;
    progress.from_split = true;
    progress.watermark = watermark;
    progress.other_splits = others;
    batch.set_progress(progress);
    batch.set_origin({std::make_shared<const std::string>(split), offset, nullptr});
    return batch;
  }
  std::vector<Event> take(int32_t target) {
    std::vector<Event> events;
    while (auto event = channels_[static_cast<size_t>(target)]->pop()) events.push_back(std::move(*event));
    return events;
  }
  int32_t owner(int64_t key) {
    const std::vector<ColumnPtr> column = {parse_batch(schema_, fmt::format("{} | x", key)).column(0)};
    uint64_t hash = 0;
    hash_keys(column, std::span(&hash, 1));
    return subtask_of_key_group(128, static_cast<int32_t>(channels_.size()), key_group_of(hash, 128));
  }

  SimulatedEnvironment environment_{1};
  MemoryBudget budget_;
  SchemaPtr schema_ = parse_schema("k BIGINT, v STRING");
  EpochMillis now_ = 0;
  std::vector<std::unique_ptr<Channel>> channels_;
  std::optional<HashExchange> exchange_;
};

TEST_F(HashExchangeTest, SendsEachRowToTheOwnerOfItsKeyInOrder) {
  open(3);
  for (int64_t i = 0; i < 5; ++i) exchange_->accept(rows(i * 100, 100));
  exchange_->flush(std::nullopt);
  std::map<int64_t, std::vector<std::string>> by_key;
  for (int32_t target = 0; target < 3; ++target) {
    const std::vector<Event> events = take(target);
    EXPECT_LE(events.size(), 1u);  // gathered over the five batches
    for (const Event& event : events) {
      const Batch& batch = std::get<Batch>(event);
      for (int32_t row = 0; row < batch.num_rows(); ++row) {
        const int64_t key = batch.column(0)->decode<int64_t>()[row];
        EXPECT_EQ(owner(key), target);
        by_key[key].push_back(std::string(batch.column(1)->text(row)));
      }
    }
  }
  ASSERT_EQ(by_key.size(), 10u);
  for (const auto& [key, values] : by_key) {
    ASSERT_EQ(values.size(), 50u);
    for (int64_t i = 0; i < 50; ++i)
      EXPECT_EQ(values[static_cast<size_t>(i)], fmt::format("a text longer than twelve {}", i * 10 + key));
  }
}

TEST_F(HashExchangeTest, FlushesBeforeControlAndGivesControlToAll) {
  open(3);
  exchange_->accept(rows(0, 30));
  EXPECT_TRUE(take(0).empty() && take(1).empty() && take(2).empty());
  exchange_->accept(Barrier{1});
  int32_t rows = 0;
  for (int32_t target = 0; target < 3; ++target) {
    const std::vector<Event> events = take(target);
    ASSERT_FALSE(events.empty());
    EXPECT_TRUE(std::holds_alternative<Barrier>(events.back()));
    for (const Event& event : events)
      if (const auto* batch = std::get_if<Batch>(&event)) rows += batch->num_rows();
  }
  EXPECT_EQ(rows, 30);
}

TEST_F(HashExchangeTest, NeverMixesSplits) {
  open(2);
  exchange_->accept(of_split(rows(0, 20), "a", 5, 9, 0));
  exchange_->accept(of_split(rows(20, 20), "b", 7, 9, 0));
  exchange_->accept(of_split(rows(40, 20), "b", 8, 9, 20));
  exchange_->accept(of_split(rows(60, 20), "b", 8, 10, 40));  // the other splits have moved on
  exchange_->flush(std::nullopt);
  for (int32_t target = 0; target < 2; ++target) {
    std::vector<std::string> batches;
    for (const Event& event : take(target)) {
      const Batch& batch = std::get<Batch>(event);
      batches.push_back(fmt::format("{} others {}", *batch.origin().split, batch.progress().other_splits));
      for (int32_t row = 0; row < batch.num_rows(); ++row) {
        const int64_t number = std::stoll(std::string(batch.column(1)->text(row)).substr(26));
        EXPECT_EQ(batch.origin().at(row), *batch.origin().split == "a" ? number : number - 20);
        EXPECT_EQ(batch.progress().at(row), number < 20 ? 5 : number < 40 ? 7 : 8);
      }
    }
    EXPECT_EQ(batches, (std::vector<std::string>{"a others 9", "b others 9", "b others 10"}));
  }
}

TEST_F(HashExchangeTest, KeepsKindsOfMixedBatches) {
  open(2);
  exchange_->accept(parse_batch(schema_, "1 | a\n2 | b\n3 | c"));
  exchange_->accept(parse_batch(schema_, "-D | 1 | a\n-D | 2 | b\n+I | 4 | d"));
  exchange_->flush(std::nullopt);
  std::vector<std::string> lines;
  for (int32_t target = 0; target < 2; ++target)
    for (const Event& event : take(target)) {
      const Batch& batch = std::get<Batch>(event);
      for (int32_t row = 0; row < batch.num_rows(); ++row) lines.push_back(row_to_pretty(batch, row));
    }
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(lines, (std::vector<std::string>{"+I | 1 | a", "+I | 2 | b", "+I | 3 | c", "+I | 4 | d", "-D | 1 | a",
                                             "-D | 2 | b"}));
}

TEST_F(HashExchangeTest, SendsWhatIsOverdueOrEnough) {
  open(2);
  exchange_->accept(rows(0, 20));
  now_ = 99;
  exchange_->flush(now_);
  EXPECT_TRUE(take(0).empty() && take(1).empty());
  now_ = 100;
  exchange_->flush(now_);
  EXPECT_FALSE(take(0).empty() || take(1).empty());
  for (int64_t i = 0; i < 40; ++i) exchange_->accept(rows(i * 100, 100));
  EXPECT_FALSE(take(0).empty());  // 1,024 rows are enough
}

TEST_F(HashExchangeTest, WithoutTimeoutRowsLeaveAtOnce) {
  open(2, 0);
  exchange_->accept(rows(0, 20));
  EXPECT_FALSE(take(0).empty() || take(1).empty());
}

TEST_F(HashExchangeTest, CopiesTextsThatWouldKeepMuchMoreAlive) {
  open(2);
  std::string text = fmt::format("1 | {}\n", std::string(100000, 'x'));
  for (int i = 0; i < 10; ++i) text += "1 | a text longer than twelve\n";
  const Batch big = parse_batch(schema_, text);
  const std::vector<int32_t> small = {1, 2, 3};
  RowGatherer gatherer;
  gatherer.add(big, small);
  const Batch gathered = gatherer.finish();
  EXPECT_EQ(gathered.column(1)->text(2), "a text longer than twelve");
  EXPECT_LT(gathered.memory_bytes(), 20000u);
  EXPECT_GT(big.memory_bytes(), 100000u);
}

TEST_F(HashExchangeTest, GathersNullsOfEveryEncoding) {
  const SchemaPtr schema = parse_schema("v STRING, n INT");
  const Batch flat = parse_batch(schema, "NULL | 1\nanother text longer than twelve | NULL\nshort | 3");
  const ColumnPtr constant = Column::all_null(Type::string(), 2);
  const Batch nulls(schema, {constant, Value::of(Type::integer(), 9).to_column(2)}, 2);
  RowGatherer gatherer;
  gatherer.add(flat, {2, 1, 0});
  gatherer.add(nulls, {1});
  EXPECT_EQ(to_pretty(gatherer.finish()),
            "+I | short | 3\n+I | another text longer than twelve | NULL\n+I | NULL | 1\n+I | NULL | 9\n");
}

TEST(RoundRobinOutput, GivesBatchesInTurnAndControlToAll) {
  SimulatedEnvironment environment(1);
  Channel a, b;
  a.connect(environment.get().executor, 0, 1);
  b.connect(environment.get().executor, 0, 2);
  RoundRobinOutput output({&a, &b}, 1);
  const Batch batch = parse_batch(parse_schema("x INT"), "1\n2");
  for (int i = 0; i < 3; ++i) output.accept(batch);
  output.accept(Watermark{5});
  EXPECT_EQ(a.size(), 2);
  EXPECT_EQ(b.size(), 3);
  EXPECT_EQ(output.counters().rows, 6);
  EXPECT_EQ(output.counters().batches, 3);
}

TEST_F(HashExchangeTest, ChargesABatchOnceHoweverManyTargetsGatherRowsOfIt) {
  open(3);
  const Batch first = rows(0, 30), second = rows(30, 30);
  const auto bytes = [](const Batch& batch) { return static_cast<int64_t>(batch.memory_bytes()); };
  exchange_->accept(first);
  EXPECT_EQ(budget_.used_bytes(MemoryKind::kChannels), bytes(first));
  exchange_->accept(second);
  EXPECT_EQ(budget_.used_bytes(MemoryKind::kChannels), bytes(first) + bytes(second));
  exchange_->flush(std::nullopt);  // these channels are not charged
  EXPECT_EQ(budget_.used_bytes(), 0);
}

}  // namespace
}  // namespace tidemill
