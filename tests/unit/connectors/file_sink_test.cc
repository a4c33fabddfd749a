#include <gtest/gtest.h>

#include "data/pretty.h"
#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

class FileSinkTest : public testing::Test {
 protected:
  std::shared_ptr<const Sink> sink(OptionMap more = {}) {
    more.insert({{"connector", "filesystem"}, {"path", "out/"}, {"format", "json"}});
    return make_sink({"a INT", std::move(more)});
  }
  // Returns a writer whose sink lives as long as the test.
  std::unique_ptr<SinkWriter> writer_of(OptionMap more, const Subtask& subtask = {}) {
    sinks_.push_back(sink(std::move(more)));
    return sinks_.back()->make_writer(world_.get(), subtask);
  }
  static Batch rows(const std::string& text) { return parse_batch(parse_schema("a INT"), text); }
  // Names in the directory, writer names replaced by W.
  std::string names() {
    std::string text;
    if (!world_.files().exists("out")) return "no directory";
    for (const FileInfo& entry : world_.files().list("out")) {
      std::string name = entry.path.substr(4);
      for (size_t i = 0; i + 8 <= name.size(); ++i)
        if (name.find_first_not_of("0123456789abcdef", i) >= i + 8) name.replace(i, 8, "W");
      text += name + "\n";
    }
    return text;
  }
  std::string contents() {  // of the finished files
    std::string text;
    for (const FileInfo& entry : world_.files().list("out"))
      if (entry.path.starts_with("out/part-")) text += world_.files().get(entry.path);
    return text;
  }

  SimulatedEnvironment world_{1};
  std::vector<std::shared_ptr<const Sink>> sinks_;
};

TEST_F(FileSinkTest, PublishesAtFinishAndNotBefore) {
  const auto sink_of = sink();
  EXPECT_EQ(sink_of->accepts(), SinkChangelog::kAppend);
  const auto writer = sink_of->make_writer(world_.get(), {2, 4});
  const auto committer = sink_of->make_committer(world_.get(), "");
  writer->seal(1);
  EXPECT_TRUE(writer->prepare(1).empty()) << "nothing written, nothing to finish";
  EXPECT_EQ(names(), "no directory");
  writer->write(rows("1\n2"));
  writer->write(rows("3"));
  writer->seal(2);
  writer->write(rows("4"));  // belongs to the next epoch
  const std::vector<Committable> prepared = writer->prepare(2);
  EXPECT_EQ(names(), ".part-2-W-0.inprogress\n");
  committer->finish(2, prepared);
  EXPECT_EQ(names(), "part-2-2-0-W\n");
  EXPECT_EQ(contents(), "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
  committer->finish(2, prepared);
  EXPECT_EQ(names(), "part-2-2-0-W\n") << "finishing again changes nothing";
  world_.files().power_cut();
  EXPECT_EQ(names(), "part-2-2-0-W\n") << "what is finished is durable";
  writer->seal(3);
  committer->finish(3, writer->prepare(3));
  EXPECT_EQ(names(), "part-2-2-0-W\npart-2-3-1-W\n");
  EXPECT_EQ(contents(), "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n");
}

TEST_F(FileSinkTest, WhatIsPreparedSurvivesAPowerCut) {
  const auto sink_of = sink();
  const auto writer = sink_of->make_writer(world_.get(), {});
  writer->write(rows("1"));
  writer->seal(1);
  const std::vector<Committable> prepared = writer->prepare(1);
  world_.files().power_cut();
  sink_of->make_committer(world_.get(), "")->recover(1, prepared);
  EXPECT_EQ(contents(), "{\"a\":1}\n");
}

TEST_F(FileSinkTest, RecoveryFinishesTheDecidedAndRemovesTheRest) {
  const auto sink_of = sink();
  const auto writer = sink_of->make_writer(world_.get(), {0, 1, "0000aaaa"});
  const auto other_job = sink_of->make_writer(world_.get(), {0, 1, "0000bbbb"});
  const auto committer = sink_of->make_committer(world_.get(), "0000aaaa");
  for (SinkWriter* of : {writer.get(), other_job.get()}) {
    of->write(rows("1"));
    of->seal(1);
  }
  // One that died before its first epoch.
  const auto dead = sink_of->make_writer(world_.get(), {1, 2, "0000aaaa"});
  dead->write(rows("9"));
  dead->seal(1);
  dead->prepare(1);
  const std::vector<Committable> decided = writer->prepare(1);
  const std::vector<Committable> others = other_job->prepare(1);
  writer->write(rows("2"));
  writer->seal(2);
  writer->prepare(2);  // never decided
  EXPECT_EQ(names(),
            ".part-0-WW-0.inprogress\n.part-0-WW-1.inprogress\n.part-0-WW-0.inprogress\n.part-1-WW-0.inprogress\n");
  committer->recover(1, decided);
  EXPECT_EQ(names(), ".part-0-WW-0.inprogress\npart-0-1-0-WW\n") << "another job's file stays";
  committer->recover(1, decided);
  committer->finish(1, others);
  EXPECT_EQ(names(), "part-0-1-0-WW\npart-0-1-0-WW\n");
  EXPECT_EQ(contents(), "{\"a\":1}\n{\"a\":1}\n") << "a second INSERT adds rows";
}

TEST_F(FileSinkTest, WhatARestartFromAnOlderEpochWritesAgainIsNotSeenTwice) {
  const auto sink_of = sink();
  const auto writer = sink_of->make_writer(world_.get(), {0, 1, "0000aaaa"});
  const auto other_job = sink_of->make_writer(world_.get(), {0, 1, "0000bbbb"});
  const auto committer = sink_of->make_committer(world_.get(), "0000aaaa");
  for (int64_t epoch = 1; epoch <= 3; ++epoch) {
    for (SinkWriter* of : {writer.get(), other_job.get()}) {
      of->write(rows(std::to_string(epoch)));
      of->seal(epoch);
      committer->finish(epoch, of->prepare(epoch));
    }
  }
  committer->recover(2, {});
  EXPECT_EQ(contents(), "{\"a\":1}\n{\"a\":1}\n{\"a\":2}\n{\"a\":2}\n{\"a\":3}\n");
  EXPECT_EQ(names().substr(0, 32), ".part-0-3-2-WW.superseded\npart-0");
  committer->recover(0, {});  // begun anew: nothing says that it writes the same again
  EXPECT_NE(names().find("\npart-0-2-1-WW\n"), std::string::npos);
}

TEST_F(FileSinkTest, SaysWhenADecidedFileIsGone) {
  const auto sink_of = sink();
  const auto writer = sink_of->make_writer(world_.get(), {});
  writer->write(rows("1"));
  writer->seal(1);
  const std::vector<Committable> prepared = writer->prepare(1);
  for (const FileInfo& entry : world_.files().list("out")) world_.files().remove(entry.path);
  const std::string error = user_error([&] { sink_of->make_committer(world_.get(), "")->finish(1, prepared); });
  EXPECT_NE(error.find("of epoch 1 is gone"), std::string::npos) << error;
}

TEST_F(FileSinkTest, RollsBySizeAndAge) {
  const auto by_size = writer_of({{"sink.rolling-policy.file-size", "10b"}});
  for (const std::string row : {"1", "2", "3"}) by_size->write(rows(row));  // 8 bytes a row
  by_size->seal(1);
  by_size->prepare(1);
  EXPECT_EQ(names(), ".part-0-W-0.inprogress\n.part-0-W-1.inprogress\n");
  const auto by_age = writer_of({{"path", "out/"}, {"sink.rolling-policy.rollover-interval", "1 min"}}, {7, 8});
  by_age->write(rows("1"));
  world_.clock().advance_to(world_.clock().now() + 59'999);
  by_age->write(rows("2"));
  world_.clock().advance_to(world_.clock().now() + 1);
  by_age->write(rows("3"));
  by_age->seal(1);
  EXPECT_EQ(by_age->prepare(1).size(), 2u) << "two files";
}

TEST_F(FileSinkTest, CsvFilesBeginWithTheirHeader) {
  const auto writer = writer_of({{"format", "csv"}, {"csv.header", "true"}});
  writer->write(rows("1"));
  writer->write(rows("2"));
  writer->seal(1);
  writer->prepare(1);
  EXPECT_EQ(world_.files().get(world_.files().list("out").front().path), "a\n1\n2\n");
}

TEST_F(FileSinkTest, RefusesPatterns) {
  EXPECT_EQ(
      user_error([] { make_sink({"a INT", {{"connector", "filesystem"}, {"path", "out/*"}, {"format", "json"}}}); }),
      "Table 't' cannot be written to: 'out/*' is a pattern | Name a directory in option 'path'.");
}

}  // namespace
}  // namespace tidemill
