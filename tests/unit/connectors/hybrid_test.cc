// tests/unit/connectors/hybrid_test.cc - files first, then a topic.
#include <gtest/gtest.h>

#include "connectors/hybrid/hybrid_reader.h"
#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

class HybridTest : public testing::Test {
 protected:
  void SetUp() override {
    world_.files().put("history/a.jsonl", "{\"a\": 1}\n{\"a\": 2}\n");
    world_.files().put("history/b.jsonl", "{\"a\": 3}\n");
    world_.kafka().cluster().create_topic("t", 1);
    for (const char* const value : {R"({"a": 4})", R"({"a": 5})"}) {
      SimulatedKafkaLog::Entry entry;
      entry.value = value;
      world_.kafka().cluster().append({"t", 0}, std::move(entry));
    }
  }

  static TestTable table(OptionMap more = {}) {
    more.merge(OptionMap{{"connector", "hybrid"},
                         {"first.connector", "filesystem"},
                         {"first.path", "history"},
                         {"first.format", "json"},
                         {"then.connector", "kafka"},
                         {"then.topic", "t"},
                         {"then.properties.bootstrap.servers", "simulated"},
                         {"then.scan.startup.mode", "earliest-offset"},
                         {"then.scan.bounded.mode", "latest-offset"},
                         {"then.format", "json"}});
    return {"a INT", more};
  }
  static std::set<std::string> ids(const std::vector<Split>& splits) {
    std::set<std::string> ids;
    for (const Split& split : splits) ids.insert(split.id);
    return ids;
  }

  SimulatedEnvironment world_{1};
};

TEST_F(HybridTest, TheSecondBeginsWhenNothingOfTheFirstIsOpen) {
  const auto source = make_source(table());
  const auto enumerator = source->make_enumerator(world_.get(), "");
  const std::vector<Split> files = enumerator->discover();
  EXPECT_EQ(ids(files), (std::set<std::string>{"history/a.jsonl", "history/b.jsonl"}));
  EXPECT_TRUE(enumerator->rediscovery_interval_ms().has_value());
  enumerator->set_open({"history/b.jsonl"});
  EXPECT_TRUE(enumerator->discover().empty());
  enumerator->set_open({});
  EXPECT_EQ(ids(enumerator->discover()), (std::set<std::string>{"t-0"}));
  EXPECT_FALSE(enumerator->rediscovery_interval_ms().has_value());  // the topic is bounded
}

TEST_F(HybridTest, ARestartGoesOnWhereItWas) {
  const auto source = make_source(table());
  const auto first = source->make_enumerator(world_.get(), "");
  const std::vector<Split> files = first->discover();
  const auto in_files = source->make_enumerator(world_.get(), first->snapshot());
  in_files->set_open(ids(files));
  EXPECT_TRUE(in_files->discover().empty());
  in_files->set_open({});
  EXPECT_EQ(ids(in_files->discover()), (std::set<std::string>{"t-0"}));
  const auto in_topic = source->make_enumerator(world_.get(), in_files->snapshot());
  in_topic->set_open({"t-0"});
  EXPECT_TRUE(in_topic->discover().empty());
  EXPECT_THROW(source->make_enumerator(world_.get(), "x"), UserError);
}

TEST_F(HybridTest, EachSplitIsReadByTheReaderOfItsSource) {
  const auto source = make_source(table());
  const auto enumerator = source->make_enumerator(world_.get(), "");
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(enumerator->discover());
  EXPECT_EQ(read(*reader, 1, 1), "history/a.jsonl:1 +I[1]\n");
  const auto restored = source->make_reader(world_.get(), {});
  restored->add_splits(reader->positions());
  EXPECT_EQ(read(*restored), "history/a.jsonl:2 +I[2]\nhistory/b.jsonl:1 +I[3]\n");
  EXPECT_TRUE(restored->positions().empty());
  enumerator->set_open({});
  restored->add_splits(enumerator->discover());
  EXPECT_EQ(read(*restored), "t-0:0 +I[4]\nt-0:1 +I[5]\n");
  EXPECT_THROW(restored->add_splits({{"t-0", "17"}}), UserError);
}

TEST_F(HybridTest, ProgressIsThatOfTheTopic) {
  const auto source = make_source(table());
  const std::vector<Split> splits = {{"t-0", "then 17"}, {"history/a.jsonl", "first 3 1"}};
  const std::optional<GroupProgress> progress = source->progress(splits);
  ASSERT_TRUE(progress && progress->offsets.size() == 1);
  EXPECT_EQ(progress->offsets.front().offset, 17);
}

TEST_F(HybridTest, ThePositionOfAnEndedPartitionIsThatOfTheTopic) {
  const auto source = make_source(table());
  const auto enumerator = source->make_enumerator(world_.get(), "");
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(enumerator->discover());
  const auto ended = [&] {
    std::vector<Split> ended;
    for (int i = 0; i < 20; ++i) {
      const ReadResult result = reader->poll(10, "");
      if (result.split_ended) ended.push_back({std::string(result.split), result.end_position});
    }
    return ended;
  };
  for (const Split& file : ended()) EXPECT_EQ(file.position, "");
  enumerator->set_open({});
  reader->add_splits(enumerator->discover());
  const std::vector<Split> partitions = ended();
  EXPECT_EQ(partitions, (std::vector<Split>{{"t-0", "then 2 to 2"}}));
  EXPECT_EQ(source->progress(partitions)->offsets.front().offset, 2);
}

TEST_F(HybridTest, WhatIsReadFirstHasAnEnd) {
  const auto refused = [](OptionMap options) { return user_error([&] { make_source(table(std::move(options))); }); };
  EXPECT_NE(refused({{"first.source.monitor-interval", "1 s"}}).find("what is read first must have an end"),
            std::string::npos);
  EXPECT_NE(refused({{"then.topik", "t"}}).find("(options 'then.…')"), std::string::npos);
  EXPECT_NE(refused({{"then.connector", "print"}}).find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace tidemill
