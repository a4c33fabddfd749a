#include <gtest/gtest.h>

#include "connectors/filesystem/file_paths.h"
#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

class FileSourceTest : public testing::Test {
 protected:
  TestTable table(const std::string& path, OptionMap more = {}) const {
    more.insert({{"connector", "filesystem"}, {"path", path}, {"format", "json"}});
    return {"a INT", std::move(more)};
  }
  std::string rows(const TestTable& of, int32_t max_rows = 1024) { return read_table(of, world_.get(), max_rows); }
  void put(const std::string& path, const std::string& text) {
    const size_t slash = path.rfind('/');
    if (slash != std::string::npos) world_.files().create_directories(path.substr(0, slash));
    world_.files().put(path, text);
  }

  SimulatedEnvironment world_{1};
};

TEST_F(FileSourceTest, ReadsAFileADirectoryAndAGlobInPathOrder) {
  put("data/b.jsonl", "{\"a\":2}\n");
  put("data/a.jsonl", "{\"a\":1}\n{\"a\":11}\n");
  put("data/empty.jsonl", "");
  put("data/.hidden.jsonl", "{\"a\":3}\n");
  put("data/_temporary/x.jsonl", "{\"a\":4}\n");
  put("data/sub/c.jsonl", "{\"a\":5}\n");
  put("data/other.csv", "6\n");
  EXPECT_EQ(rows(table("data/a.jsonl")), "data/a.jsonl:1 +I[1]\ndata/a.jsonl:2 +I[11]\n");
  EXPECT_EQ(rows(table("data/*.jsonl")), "data/a.jsonl:1 +I[1]\ndata/a.jsonl:2 +I[11]\ndata/b.jsonl:1 +I[2]\n");
  EXPECT_EQ(rows(table("data/**/[b-c].jsonl")), "data/b.jsonl:1 +I[2]\ndata/sub/c.jsonl:1 +I[5]\n");
  EXPECT_EQ(rows(table("data/.h*")), "data/.hidden.jsonl:1 +I[3]\n") << "a hidden file may be named";
  EXPECT_EQ(rows(table("data/sub")), "data/sub/c.jsonl:1 +I[5]\n");
  EXPECT_EQ(rows(table("data", {{"source.path.regex-pattern", "data/(a|sub/.*)\\.?.*l"}})),
            "data/a.jsonl:1 +I[1]\ndata/a.jsonl:2 +I[11]\ndata/sub/c.jsonl:1 +I[5]\n");
  EXPECT_EQ(rows(table("data/empty.jsonl")), "") << "an empty file has no rows";
  EXPECT_EQ(local_path("file:///data/b.jsonl"), "/data/b.jsonl");
  EXPECT_EQ(local_path("file:/data/b.jsonl"), "/data/b.jsonl");
}

TEST_F(FileSourceTest, SaysWhatIsNotThere) {
  world_.files().create_directories("none");
  put("data/a.jsonl", "{\"a\":1}\n");
  const auto error = [&](const TestTable& of) { return user_error([&] { rows(of); }); };
  EXPECT_EQ(error(table("missing.jsonl")),
            "Table 't': no file or directory 'missing.jsonl' | Check option 'path'; a relative path starts at the "
            "working directory.");
  EXPECT_EQ(error(table("data/*.csv")),
            "Table 't': no file matches 'data/*.csv' | Check option 'path'; * matches within one directory, ** any "
            "number of directories.");
  EXPECT_EQ(
      error(table("none")),
      "Table 't': directory 'none' holds no files | Files whose names start with . or _ are not read. To wait for "
      "files, set 'source.monitor-interval' = '10 s'.");
  EXPECT_EQ(
      error(table("data", {{"source.path.regex-pattern", "x.*"}})),
      "Table 't': no file below 'data' has a path that matches 'x.*' | 'source.path.regex-pattern' must match the "
      "whole path, directories included.");
  EXPECT_EQ(
      error(table("s3://bucket/key")),
      "'s3://bucket/key' is not a path of the local file system | Copy or mount the files, and name them by their "
      "path.");
  EXPECT_EQ(error(table("data", {{"source.path.regex-pattern", "(?=x)"}})),
            "Option 'source.path.regex-pattern' is not a regular expression: invalid perl operator: (?= | Look-around "
            "and back-references are not supported.");
}

TEST_F(FileSourceTest, NamesTheFileAndLineOfABadRecord) {
  put("data/a.jsonl", "{\"a\":1}\n{\"a\":99999999999}\n");
  EXPECT_EQ(
      user_error([&] { rows(table("data")); }),
      "Table 't': JSON record cannot be read: data/a.jsonl line 2: column 'a': 99999999999 is out of range for INT "
      "(-2147483648 to 2147483647); the record is: {\"a\":99999999999} | Declare the column BIGINT.");
}

TEST_F(FileSourceTest, GivesMetadataOfTheFile) {
  put("data/a.jsonl", "{\"a\":1}\n");
  TestTable with = table("data/a.jsonl");
  with.metadata = {{"p", "file.path"}, {"n", "file.name"}, {"s", "file.size"}, {"m", "file.modification-time"}};
  EXPECT_EQ(rows(with), "data/a.jsonl:1 +I[1, data/a.jsonl, a.jsonl, 8, 2024-01-01T00:00:00Z]\n");
  with.metadata = {{"o", "offset"}};
  EXPECT_EQ(user_error([&] { rows(with); }),
            "Connector 'filesystem' of table 't' has no metadata 'offset' to read | It has: file.path, file.name, "
            "file.size, file.modification-time.");
}

TEST_F(FileSourceTest, ReadsThePreferredSplitAndResumesEach) {
  put("a", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
  put("b", "{\"a\":11}\n{\"a\":12}\n");
  const auto source = make_source(table("[ab]"));
  const auto enumerator = source->make_enumerator(world_.get(), "");
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits(enumerator->discover());
  EXPECT_EQ(read(*reader, 1, 1, "b"), "b:1 +I[11]\n");
  EXPECT_EQ(read(*reader, 1, 2, "a"), "a:1 +I[1]\na:2 +I[2]\n");
  EXPECT_EQ(reader->positions(), (std::vector<Split>{{"a", "16 3"}, {"b", "9 2"}}));
  const auto resumed = source->make_reader(world_.get(), {});
  resumed->add_splits(reader->positions());
  EXPECT_EQ(read(*resumed), "a:3 +I[3]\nb:2 +I[12]\n");
  EXPECT_TRUE(resumed->positions().empty());
  EXPECT_TRUE(source->make_enumerator(world_.get(), enumerator->snapshot())->discover().empty());
}

TEST_F(FileSourceTest, TellsTheEndOfEachSplit) {
  put("a", "{\"a\":1}\n");
  const auto source = make_source(table("a"));
  const auto reader = source->make_reader(world_.get(), {});
  EXPECT_EQ(reader->poll(10, "").next, ReadResult::Next::kEnd) << "no splits";
  reader->add_splits({{"a", ""}});
  const ReadResult rows = reader->poll(10, "");
  EXPECT_EQ(rows.split, "a");
  EXPECT_FALSE(rows.split_ended);
  EXPECT_EQ(rows.next, ReadResult::Next::kMore);
  const ReadResult end = reader->poll(10, "");
  EXPECT_EQ(end.split, "a");
  EXPECT_TRUE(end.split_ended);
  EXPECT_EQ(end.next, ReadResult::Next::kEnd);
}

TEST_F(FileSourceTest, ReadsMoreFilesThanItKeepsOpen) {
  std::string expected;
  for (int32_t i = 0; i < 200; ++i) put(fmt::format("many/{:03}", i), fmt::format("{{\"a\":{}}}\n{{\"a\":-1}}\n", i));
  const auto source = make_source(table("many"));
  const auto enumerator = source->make_enumerator(world_.get(), "");
  const auto reader = source->make_reader(world_.get(), {});
  const std::vector<Split> splits = enumerator->discover();
  ASSERT_EQ(splits.size(), 200u);
  reader->add_splits(splits);
  for (const Split& split : splits) {  // one row of each, so that all are begun
    expected += fmt::format("{0}:1 +I[{1}]\n", split.id, std::stoi(split.id.substr(5)));
  }
  std::string first;
  for (const Split& split : splits) first += read(*reader, 1, 1, split.id);
  EXPECT_EQ(first, expected);
  std::string rest;
  for (const Split& split : splits) rest += fmt::format("{}:2 +I[-1]\n", split.id);
  EXPECT_EQ(read(*reader, 1024), rest);
}

TEST_F(FileSourceTest, RefusesAFileThatShrank) {
  put("a", "{\"a\":1}\n");
  const auto source = make_source(table("a"));
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits({{"a", "100 9"}});
  EXPECT_EQ(user_error([&] { read(*reader); }),
            "Table 't': a has 8 bytes, but was read up to byte 100 before | The file was replaced or cut since the "
            "checkpoint: restore the file, or start without state.");
  const auto damaged = source->make_reader(world_.get(), {});
  damaged->add_splits({{"a", "x"}});
  EXPECT_EQ(user_error([&] { read(*damaged); }),
            "A saved position in a file is damaged: 'x' | The checkpoint cannot be used; restore an older one.");
}

TEST_F(FileSourceTest, WatchesForNewFiles) {
  world_.files().create_directories("in");
  const auto source = make_source(table("in", {{"source.monitor-interval", "5 s"}}));
  EXPECT_FALSE(source->bounded());
  const auto enumerator = source->make_enumerator(world_.get(), "");
  EXPECT_EQ(enumerator->rediscovery_interval_ms(), 5000);
  EXPECT_TRUE(enumerator->discover().empty()) << "an empty directory may fill";
  put("in/a", "{\"a\":1}\n");
  EXPECT_EQ(enumerator->discover(), (std::vector<Split>{{"in/a", ""}}));
  put("in/b", "{\"a\":1}\n");
  const auto restored = source->make_enumerator(world_.get(), enumerator->snapshot());
  EXPECT_EQ(restored->discover(), (std::vector<Split>{{"in/b", ""}}));
  EXPECT_TRUE(restored->discover().empty());
}

TEST_F(FileSourceTest, CountsAndKeepsBadRecords) {
  put("a", "{\"a\":1}\n{\"a\":\"x\"}\n\xff\n{\"a\":2}\n");
  const TestTable letters =
      table("a", {{"record.error-policy", "dead-letter"}, {"record.dead-letter.path", "bad/letters"}});
  EXPECT_EQ(rows(letters), "a:1 +I[1]\na:4 +I[2]\n");
  EXPECT_EQ(
      world_.files().get("bad/letters/t-0-0.jsonl"),
      "{\"split\":\"a\",\"offset\":2,\"error\":\"column 'a': 'x' is not an INT\",\"raw\":\"{\\\"a\\\":\\\"x\\\"}\"}\n"
      "{\"split\":\"a\",\"offset\":3,\"error\":\"it is not UTF-8 at character 1\",\"raw\":\"\xEF\xBF\xBD\"}\n");
  const std::string written = world_.files().get("bad/letters/t-0-0.jsonl");
  world_.files().power_cut();
  EXPECT_EQ(world_.files().get("bad/letters/t-0-0.jsonl"), written) << "durable before a checkpoint can pass them";
  rows(letters);
  EXPECT_TRUE(world_.files().exists("bad/letters/t-0-1.jsonl")) << "a new attempt writes a new file";

  const auto source = make_source(table("a", {{"record.error-policy", "skip"}}));
  const auto reader = source->make_reader(world_.get(), {});
  reader->add_splits({{"a", ""}});
  EXPECT_EQ(read(*reader), "a:1 +I[1]\na:4 +I[2]\n");
  EXPECT_EQ(reader->records_in_errors(), 2);
  EXPECT_EQ(user_error([&] { make_source(table("a", {{"record.dead-letter.path", "x"}})); }),
            "'record.dead-letter.path' has no effect without 'record.error-policy' = 'dead-letter' | Add "
            "'record.error-policy' = 'dead-letter', or take the path out.");
}

// From each position, the rest of the records that cannot be read comes, and none twice.
TEST_F(FileSourceTest, GivesBadRecordsOnce) {
  put("a", "{\"a\":1}\nx\n{\"a\":2}\n[{\"a\":3},{\"a\":\"y\"},{\"a\":4}]\n\nz\n");
  const auto source = make_source(table("a", {{"record.error-policy", "dead-letter"}}));
  EXPECT_EQ(source->rejected_records(), RejectedRecords::kOnlyGiven);
  for (int32_t polls = 0; polls < 8; ++polls) {
    for (const int32_t max_rows : {1, 2, 1024}) {
      std::vector<std::string> rejected;
      const auto first = source->make_reader(world_.get(), {});
      first->add_splits({{"a", ""}});
      std::string rows = read(*first, max_rows, polls, "", &rejected);
      const auto second = source->make_reader(world_.get(), {});
      second->add_splits(first->positions());
      rows += read(*second, 1, 1 << 20, "", &rejected);
      EXPECT_EQ(rows, "a:1 +I[1]\na:3 +I[2]\na:4 +I[3]\na:4 +I[4]\n") << polls << " " << max_rows;
      EXPECT_EQ(rejected, (std::vector<std::string>{"a:2 x", "a:4 [{\"a\":3},{\"a\":\"y\"},{\"a\":4}]", "a:6 z"}))
          << polls << " " << max_rows;
    }
  }
}

TEST(GlobTest, MatchesNames) {
  const struct {
    std::string_view pattern, name;
    bool expected;
  } cases[] = {{"*", "", true},
               {"*.csv", "a.csv", true},
               {"*.csv", "a.csvx", false},
               {"a?c", "abc", true},
               {"a?c", "ac", false},
               {"[a-c]x", "bx", true},
               {"[a-c]x", "dx", false},
               {"[!a-c]x", "dx", true},
               {"[", "[", true},
               {"a*b*c", "aXbXbXc", true},
               {"a*b*c", "aXbX", false},
               {"[]]", "]", true},
               {"**", "anything", true},
               {"", "", true},
               {"", "a", false}};
  for (const auto& one : cases)
    EXPECT_EQ(matches_glob(one.pattern, one.name), one.expected) << one.pattern << " " << one.name;
}

}  // namespace
}  // namespace tidemill
