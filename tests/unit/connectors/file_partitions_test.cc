#include <gtest/gtest.h>

#include "connectors/filesystem/partition_commit.h"
#include "connectors/filesystem/partition_paths.h"
#include "data/calendar.h"
#include "data/pretty.h"
#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

TEST(PartitionPaths, EscapesWhatHiveDoes) {
  EXPECT_EQ(escape_path_name("00:10"), "00%3A10");
  EXPECT_EQ(escape_path_name(" !\"#$%&'()*+,-.:;<=>?@[\\]^_`{|}~"),
            " !%22%23$%25&%27()%2A+,-.%3A;<%3D>%3F@%5B%5C%5D%5E_`%7B|%7D~")
      << "as Flink 2.3 writes it";
  EXPECT_EQ(escape_path_name("a/b=c d-ü_.~}"), "a%2Fb%3Dc d-ü_.~%7D");
  EXPECT_EQ(escape_path_name(std::string("\0\x01\n\x1f\x7f", 5)), "%00%01%0A%1F%7F");
  EXPECT_EQ(escape_path_name("\"#%'*?\\{[]^"), "%22%23%25%27%2A%3F%5C%7B%5B%5D%5E");
  for (const std::string text : {"00:10", "a/b=c d-ü_.~}", "\"#%'*?\\{[]^", "%3A", "100%", ""})
    EXPECT_EQ(unescape_path_name(escape_path_name(text)), text);
  EXPECT_EQ(unescape_path_name("%3a%zz%4"), ":%zz%4") << "what is no escape stands for itself";
  EXPECT_EQ(unescape_path_name("%E9x"), "éx") << "a code point";
}

Partitioning two_columns() {
  const SchemaPtr schema = parse_schema("a INT, dt STRING, hm STRING");
  const std::vector<int32_t> keys = {1, 2};
  return make_partitioning("t", schema, keys, "__DEFAULT_PARTITION__");
}

TEST(PartitionPaths, FindsThePartitionOfADirectory) {
  const Partitioning partitioning = two_columns();
  const auto values = [&](std::string_view directory) {
    const auto found = find_partition(partitioning, directory);
    return found ? fmt::format("{}", fmt::join(*found, "|")) : "none";
  };
  EXPECT_EQ(values("out/dt=2024-01-01/hm=00%3A10"), "2024-01-01|00:10");
  EXPECT_EQ(values("/dt=x/hm=y/out//dt=1/hm=2/below"), "1|2") << "the last ones";
  EXPECT_EQ(values("out/dt=1"), "none");
  EXPECT_EQ(values("out/hm=1/dt=1"), "none");
  EXPECT_EQ(values("out/dt=1/x/hm=1"), "none");
  EXPECT_EQ(values("out/dt=/hm=1"), "none");
  EXPECT_EQ(values(""), "none");
}

// Rows that follow each other in a partition, rows that come back to one, NULL beside its value, and zeros of two
// signs.
TEST(PartitionPaths, GroupsRowsByTheirDirectories) {
  const SchemaPtr schema = parse_schema("a INT, d DOUBLE, s STRING");
  const std::vector<int32_t> keys = {1, 2};
  const Partitioning partitioning = make_partitioning("t", schema, keys, "none");
  const Batch batch = parse_batch(schema,
                                  "0 | 0.0 | x\n1 | 0.0 | x\n2 | -0.0 | x\n3 | 0.0 | x\n4 | 0.0 | NULL\n5 | 0.0 | ''\n"
                                  "6 | NULL | a-long-text-of-a-partition\n7 | NULL | a-long-text-of-a-partition\n"
                                  "8 | NULL | a-long-text-of-a-Partition\n9 | 0.0 | x\n10 | NULL | x");
  std::string found;
  for (const RowsOfPartition& partition : rows_by_partition(partitioning, batch))
    found += fmt::format("{}: {}\n", partition.directory, fmt::join(partition.rows, " "));
  EXPECT_EQ(found,
            "d=0.0/s=x: 0 1 3 9\n"
            "d=-0.0/s=x: 2\n"
            "d=0.0/s=none: 4 5\n"
            "d=none/s=a-long-text-of-a-partition: 6 7\n"
            "d=none/s=a-long-text-of-a-Partition: 8\n"
            "d=none/s=x: 10\n");
}

std::optional<EpochMillis> time_of(const std::string& dt, const std::string& hm, std::optional<std::string> pattern,
                                   std::optional<std::string> formatter = std::nullopt) {
  PartitionCommitSettings settings;
  settings.pattern = std::move(pattern);
  settings.formatter = std::move(formatter);
  const std::vector<std::string> values = {dt, hm};
  return time_of_partition(settings, two_columns(), values);
}

TEST(PartitionTime, IsThatOfThePattern) {
  constexpr EpochMillis kDay = 19723 * kMillisPerDay;  // 2024-01-01
  EXPECT_EQ(time_of("2024-01-01", "00:10", "$dt $hm:00"), kDay + 600'000);
  EXPECT_EQ(time_of("2024-01-01", "00:10", std::nullopt), kDay) << "the first value";
  EXPECT_EQ(time_of("2024-1-1 1:2:3.5", "", std::nullopt), kDay + 3'723'500);
  EXPECT_EQ(time_of("2023-13-01", "24:00", "$dt $hm:00"), kDay + kMillisPerDay) << "lenient";
  EXPECT_EQ(time_of("2024-01-01", "00:10", "$dt $hm"), std::nullopt) << "seconds are wanted";
  EXPECT_EQ(time_of("__DEFAULT_PARTITION__", "", std::nullopt), std::nullopt);
  EXPECT_EQ(time_of("20240101", "0010", "$dt$hm", "yyyyMMddHHmm"), kDay + 600'000);
  EXPECT_EQ(time_of("20240101", "", "$dt", "yyyyMMdd"), kDay);
  EXPECT_EQ(time_of("2024-01-01", "", "$dt", "yyyyMMdd"), std::nullopt);
}

class FilePartitionsTest : public testing::Test {
 protected:
  static OptionMap options(OptionMap more) {
    more.insert({{"connector", "filesystem"}, {"path", "out"}, {"format", "json"}});
    return more;
  }
  static TableDescription description(OptionMap more, std::optional<std::vector<std::string>> columns = std::nullopt) {
    TableDescription table =
        describe({"a INT, dt STRING, hm STRING", options(std::move(more)), {}, std::move(columns)});
    table.partition_keys = {1, 2};
    return table;
  }
  std::shared_ptr<const Sink> sink(OptionMap more = {}) {
    const TableDescription table = description(std::move(more));
    return test_connectors().of_table(table.options).make_sink(table, test_formats());
  }
  std::string read(std::optional<std::vector<std::string>> columns = std::nullopt) {
    const TableDescription table = description({}, std::move(columns));
    const auto source = test_connectors().of_table(table.options).make_source(table, test_formats());
    const auto reader = source->make_reader(world_.get(), {});
    reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
    std::string text;
    std::string line;
    for (const char c : tidemill::read(*reader)) {
      line += c;
      if (c != '\n') continue;
      text += line.substr(line.find(' ') + 1);
      line.clear();
    }
    return text;
  }
  static Batch rows(const std::string& text) { return parse_batch(parse_schema("a INT, dt STRING, hm STRING"), text); }
  // Writes rows, and finishes their epoch.
  void write(SinkWriter& writer, SinkCommitter& committer, int64_t epoch, const std::string& text,
             EpochMillis watermark = kNoWatermark) {
    committer.finish(epoch, prepare(writer, epoch, text, watermark));
  }
  std::vector<Committable> prepare(SinkWriter& writer, int64_t epoch, const std::string& text, EpochMillis watermark) {
    if (!text.empty()) writer.write(rows(text));
    writer.set_watermark(watermark);
    writer.seal(epoch);
    return writer.prepare(epoch);
  }
  // Directories and files below one, in name order; of part files only what they are.
  std::string tree(const std::string& directory = "out") {
    std::string text;
    for (const FileInfo& entry : world_.files().list(directory)) {
      const std::string name = entry.path.substr(4);
      const std::string_view file = std::string_view(entry.path).substr(entry.path.rfind('/') + 1);
      if (entry.is_directory) {
        text += tree(entry.path);
      } else if (file.starts_with("part-") || file.starts_with(".part-")) {
        text += fmt::format("{}/{}{}\n", directory_of(name), file.starts_with('.') ? "." : "",
                            file.ends_with(".superseded") ? "superseded" : "part");
      } else {
        text += name + "\n";
      }
    }
    return text;
  }
  bool is_committed(const std::string& partition) { return world_.files().exists("out/" + partition + "/_SUCCESS"); }

  static OptionMap by_partition_time() {
    return {{"sink.partition-commit.policy.kind", "success-file"},
            {"sink.partition-commit.trigger", "partition-time"},
            {"sink.partition-commit.delay", "1 min"},
            {"partition.time-extractor.timestamp-pattern", "$dt $hm:00"}};
  }
  static constexpr EpochMillis kDay = 19723 * kMillisPerDay;  // 2024-01-01
  static constexpr EpochMillis kMinute = 60'000;

  SimulatedEnvironment world_{1};
};

TEST_F(FilePartitionsTest, WritesADirectoryAPartitionAndReadsItBack) {
  const auto sink_of = sink();
  const auto writer = sink_of->make_writer(world_.get(), {});
  const auto committer = sink_of->make_committer(world_.get(), "");
  const std::vector<Committable> prepared =
      prepare(*writer, 1, "1 | 2024-01-01 | 00:10\n2 | 2024-01-01 | 00:11\n3 | 2024-01-01 | 00:10\n4 | NULL | ''", 0);
  EXPECT_EQ(prepared.size(), 3u);
  world_.files().power_cut();
  committer->finish(1, prepared);
  committer->finish(1, prepared);
  world_.files().power_cut();
  EXPECT_EQ(tree(),
            "dt=2024-01-01/hm=00%3A10/part\ndt=2024-01-01/hm=00%3A11/part\n"
            "dt=__DEFAULT_PARTITION__/hm=__DEFAULT_PARTITION__/part\n");
  for (const FileInfo& entry : world_.files().list("out/dt=2024-01-01/hm=00%3A10"))
    EXPECT_EQ(world_.files().get(entry.path), "{\"a\":1}\n{\"a\":3}\n") << "partition columns are in the path alone";
  EXPECT_EQ(read(),
            "+I[1, 2024-01-01, 00:10]\n+I[3, 2024-01-01, 00:10]\n+I[2, 2024-01-01, 00:11]\n+I[4, null, null]\n");
  EXPECT_EQ(read(std::vector<std::string>{"hm", "a"}), "+I[00:10, 1]\n+I[00:10, 3]\n+I[00:11, 2]\n+I[null, 4]\n");
  EXPECT_EQ(read(std::vector<std::string>{"dt"}), "+I[2024-01-01]\n+I[2024-01-01]\n+I[2024-01-01]\n+I[null]\n");
  world_.files().put("out/stray", "{\"a\":9}\n");
  world_.files().create_directories("out/dt=5");
  world_.files().put("out/dt=5/stray", "{\"a\":9}\n");
  EXPECT_EQ(read(std::vector<std::string>{"a"}), "+I[1]\n+I[3]\n+I[2]\n+I[4]\n") << "files beside the partitions";
}

TEST_F(FilePartitionsTest, HoldsFewFilesOpenHoweverManyPartitionsThereAre) {
  const auto sink_of = sink();
  const auto writer = sink_of->make_writer(world_.get(), {});
  const auto committer = sink_of->make_committer(world_.get(), "");
  std::string text;
  for (int32_t i = 0; i < 200; ++i) text += fmt::format("{} | d | {}\n", i, i % 100);
  writer->write(rows(text));
  std::string expected;
  int32_t written = 0;
  for (const FileInfo& entry : world_.files().list("out/dt=d")) written += entry.is_directory ? 1 : 0;
  EXPECT_EQ(written, 36) << "64 of 100 are still in memory";
  write(*writer, *committer, 1, "7 | d | 0\n7 | d | 99");
  const std::string found = read();
  EXPECT_EQ(std::ranges::count(found, '\n'), 202);
  EXPECT_NE(found.find("+I[100, d, 0]\n+I[7, d, 0]\n"), std::string::npos) << "a partition goes on in another file";
}

TEST_F(FilePartitionsTest, RecoversInEveryPartition) {
  const auto sink_of = sink();
  const auto writer = sink_of->make_writer(world_.get(), {0, 1, "0000aaaa"});
  const auto other_job = sink_of->make_writer(world_.get(), {0, 1, "0000bbbb"});
  const auto committer = sink_of->make_committer(world_.get(), "0000aaaa");
  write(*other_job, *committer, 5, "8 | x | 1");
  prepare(*other_job, 6, "9 | x | 1", 0);
  write(*writer, *committer, 1, "1 | x | 1\n2 | y | 1");
  const std::vector<Committable> decided = prepare(*writer, 2, "3 | x | 1", 0);
  prepare(*writer, 3, "4 | x | 1\n5 | z | 1", 0);
  committer->recover(2, decided);
  EXPECT_EQ(tree(), "dt=x/hm=1/.part\ndt=x/hm=1/part\ndt=x/hm=1/part\ndt=x/hm=1/part\ndt=y/hm=1/part\n");
  EXPECT_EQ(read(std::vector<std::string>{"a"}).find("+I[4]"), std::string::npos);
  committer->recover(1, {});
  EXPECT_EQ(std::ranges::count(read(), '\n'), 3)
      << "what came after the first epoch comes again: 1, 2, and 8 of another";
  EXPECT_NE(tree().find("dt=x/hm=1/.superseded\n"), std::string::npos);
}

TEST_F(FilePartitionsTest, CommitsBehindTheWatermarkOfEverySubtask) {
  const auto sink_of = sink(by_partition_time());
  const auto first = sink_of->make_writer(world_.get(), {0, 2, "0000aaaa"});
  const auto second = sink_of->make_writer(world_.get(), {1, 2, "0000aaaa"});
  const auto committer = sink_of->make_committer(world_.get(), "0000aaaa");
  const auto finish = [&](int64_t epoch, const std::string& text, EpochMillis one, EpochMillis other) {
    std::vector<Committable> prepared = prepare(*first, epoch, text, one);
    for (const Committable& committable : prepare(*second, epoch, "", other)) prepared.push_back(committable);
    committer->finish(epoch, prepared);
  };
  finish(1, "1 | 2024-01-01 | 00:10\n2 | 2024-01-01 | 00:11", kDay + 12 * kMinute, kDay + 11 * kMinute);
  EXPECT_FALSE(is_committed("dt=2024-01-01/hm=00%3A10")) << "the watermark must go beyond";
  finish(2, "", kDay + 12 * kMinute, kDay + 11 * kMinute + 1);
  EXPECT_TRUE(is_committed("dt=2024-01-01/hm=00%3A10"));
  EXPECT_FALSE(is_committed("dt=2024-01-01/hm=00%3A11"));
  EXPECT_EQ(world_.files().get("out/.pending-0000aaaa"), "1 1704067920000 dt=2024-01-01/hm=00%3A11\n");
  world_.files().remove("out/dt=2024-01-01/hm=00%3A10/_SUCCESS");
  finish(3, "3 | 2024-01-01 | 00:10", kDay + 12 * kMinute, kDay + 12 * kMinute);
  EXPECT_TRUE(is_committed("dt=2024-01-01/hm=00%3A10")) << "again, behind late rows";
  finish(4, "", kMaxWatermark, kMaxWatermark);
  EXPECT_TRUE(is_committed("dt=2024-01-01/hm=00%3A11")) << "the input has ended";
  EXPECT_FALSE(world_.files().exists("out/.pending-0000aaaa"));
}

TEST_F(FilePartitionsTest, WaitingPartitionsSurviveARestartAtAnyStep) {
  const OptionMap with = by_partition_time();
  // The restart is after the decision of epoch 2: before its finish, between any two of its calls, or after it.
  for (int64_t failing = 1; failing < 100; ++failing) {
    SimulatedEnvironment world{1};
    const auto sink_of = sink(with);
    const auto writer = sink_of->make_writer(world.get(), {0, 1, "0000aaaa"});
    const auto committer = sink_of->make_committer(world.get(), "0000aaaa");
    write(*writer, *committer, 1, "1 | 2024-01-01 | 00:10\n2 | 2024-01-01 | 00:20", kDay);
    const std::vector<Committable> decided = prepare(*writer, 2, "3 | 2024-01-01 | 00:30", kDay + 15 * kMinute);
    bool failed = false;
    world.files().fail_call(failing);
    try {
      committer->finish(2, decided);
    } catch (const TransientError&) {
      failed = true;
    }
    world.files().no_call_fails();
    world.files().power_cut();
    const auto restored = sink_of->make_committer(world.get(), "0000aaaa");
    restored->recover(2, decided);
    const auto exists = [&](const std::string& hm) {
      return world.files().exists("out/dt=2024-01-01/hm=00%3A" + hm + "/_SUCCESS");
    };
    EXPECT_TRUE(exists("10")) << failing;
    EXPECT_FALSE(exists("20") || exists("30")) << failing;
    const auto next = sink_of->make_writer(world.get(), {0, 1, "0000aaaa"});
    write(*next, *restored, 3, "", kDay + 40 * kMinute);
    EXPECT_TRUE(exists("20") && exists("30")) << failing;
    if (!failed) {
      EXPECT_GT(failing, 10);
      return;
    }
  }
  FAIL() << "finish() never came through";
}

TEST_F(FilePartitionsTest, ARestartFromAnOlderEpochForgetsWhatBeganToWaitLater) {
  const auto sink_of = sink(by_partition_time());
  const auto writer = sink_of->make_writer(world_.get(), {0, 1, "0000aaaa"});
  const auto committer = sink_of->make_committer(world_.get(), "0000aaaa");
  write(*writer, *committer, 1, "1 | 2024-01-01 | 00:10", kDay);
  write(*writer, *committer, 2, "2 | 2024-01-01 | 00:20", kDay);
  committer->recover(1, {});
  const auto next = sink_of->make_writer(world_.get(), {0, 1, "0000aaaa"});
  write(*next, *committer, 2, "", kDay + 40 * kMinute);
  EXPECT_TRUE(is_committed("dt=2024-01-01/hm=00%3A10"));
  EXPECT_FALSE(is_committed("dt=2024-01-01/hm=00%3A20")) << "its rows come again";
}

TEST_F(FilePartitionsTest, CommitsByTheClock) {
  const auto sink_of = sink({{"sink.partition-commit.policy.kind", "success-file"},
                             {"sink.partition-commit.success-file.name", "_DONE"},
                             {"sink.partition-commit.delay", "10 s"}});
  const auto writer = sink_of->make_writer(world_.get(), {});
  const auto committer = sink_of->make_committer(world_.get(), "");
  write(*writer, *committer, 1, "1 | x | 1");
  world_.clock().advance_to(world_.clock().now() + 10'000);
  write(*writer, *committer, 2, "2 | x | 1");
  EXPECT_FALSE(world_.files().exists("out/dt=x/hm=1/_DONE"));
  world_.clock().advance_to(world_.clock().now() + 1);
  write(*writer, *committer, 3, "");
  EXPECT_TRUE(world_.files().exists("out/dt=x/hm=1/_DONE"));
  const auto at_once = sink({{"sink.partition-commit.policy.kind", "success-file"}, {"path", "now"}});
  const auto other = at_once->make_writer(world_.get(), {});
  write(*other, *at_once->make_committer(world_.get(), ""), 1, "1 | x | 1");
  EXPECT_TRUE(world_.files().exists("now/dt=x/hm=1/_SUCCESS"));
}

TEST_F(FilePartitionsTest, SaysWhichPartitionHasNoTime) {
  const auto sink_of = sink(by_partition_time());
  const auto writer = sink_of->make_writer(world_.get(), {});
  EXPECT_EQ(user_error([&] { writer->write(rows("1 | 2024-01-01 | x")); }).substr(0, 83),
            "Table 't': '2024-01-01 x:00' of partition 'dt=2024-01-01/hm=x' is no time | 'sink.p");
}

TEST_F(FilePartitionsTest, ValuesAreOfTheirColumnsTypes) {
  TableDescription table = describe({"a INT, b BIGINT, c BOOLEAN, d DATE, e TIMESTAMP(3)", options({})});
  table.partition_keys = {1, 2, 3, 4};
  const Connector& connector = test_connectors().of_table(table.options);
  const auto sink_of = connector.make_sink(table, test_formats());
  const auto writer = sink_of->make_writer(world_.get(), {});
  writer->write(parse_batch(table.physical,
                            "1 | -5 | TRUE | 2024-02-29 | 2024-02-29 10:00:00\n"
                            "2 | NULL | NULL | NULL | 2024-02-29 10:00:01.500"));
  writer->seal(1);
  sink_of->make_committer(world_.get(), "")->finish(1, writer->prepare(1));
  EXPECT_NE(tree().find("b=-5/c=true/d=2024-02-29/e=2024-02-29T10%3A00/part\n"), std::string::npos) << tree();
  const auto read_all = [&] {
    const auto source = connector.make_source(table, test_formats());
    const auto reader = source->make_reader(world_.get(), {});
    reader->add_splits(source->make_enumerator(world_.get(), "")->discover());
    return tidemill::read(*reader);
  };
  const std::string found = read_all();
  EXPECT_NE(found.find("+I[1, -5, true, 2024-02-29, 2024-02-29T10:00]"), std::string::npos) << found;
  EXPECT_NE(found.find("+I[2, null, null, null, 2024-02-29T10:00:01.500]"), std::string::npos) << found;
  world_.files().create_directories("out/b=x/c=true/d=2024-02-29/e=2024-02-29T10%3A00");
  world_.files().put("out/b=x/c=true/d=2024-02-29/e=2024-02-29T10%3A00/f", "{\"a\":1}\n");
  EXPECT_NE(user_error(read_all).find("'b=x' is no value of column 'b', which is BIGINT"), std::string::npos);
}

TEST_F(FilePartitionsTest, RefusesWhatNoDirectoryCanSay) {
  const auto error = [&](const std::string& schema, std::vector<int32_t> keys, OptionMap more = {}) {
    TableDescription table = describe({schema, options(std::move(more))});
    table.partition_keys = std::move(keys);
    const std::string text =
        user_error([&] { test_connectors().of_table(table.options).make_sink(table, test_formats()); });
    return text.substr(0, text.find(" | "));
  };
  EXPECT_EQ(error("a INT, b DECIMAL(5, 2)", {1}),
            "Table 't': PARTITIONED BY column 'b' is DECIMAL(5, 2), which a directory's name cannot hold");
  EXPECT_EQ(error("a INT, _b INT", {1}), "Table 't': PARTITIONED BY column '_b' makes hidden directories");
  EXPECT_EQ(error("a INT", {0}), "Table 't': every column is in PARTITIONED BY, nothing is left for its files");
  const std::string kind = "sink.partition-commit.policy.kind";
  EXPECT_EQ(error("a INT, b INT", {1}, {{kind, "metastore,success-file"}}),
            "Option 'sink.partition-commit.policy.kind': 'metastore' is for tables of Hive");
  EXPECT_EQ(error("a INT, b INT", {1}, {{kind, "success-file,custom"}}),
            "Option 'sink.partition-commit.policy.kind': 'custom' is not supported");
  EXPECT_EQ(error("a INT, b INT", {1}, {{"sink.partition-commit.watermark-time-zone", "Mars"}}),
            "Option 'sink.partition-commit.watermark-time-zone': there is no time zone 'Mars'");
}

}  // namespace
}  // namespace tidemill
