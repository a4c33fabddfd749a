// Where a job begins: at its own checkpoint, at one that is named, or anew; what cannot be used is refused by name.
#include "job/starting_point.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "checkpoint/checkpoint_layout.h"
#include "env/simulated/simulated_environment.h"
#include "tests/unit/job/count_job.h"

namespace tidemill {
namespace {

// A job with two checkpoints in "ck" and a savepoint, killed afterwards.
class StartingPointTest : public testing::Test {
 protected:
  StartingPointTest() {
    JobExecution job(count_job(before_, 2, 2), environment_.get(), with_checkpoints());
    job.start();
    run_to_checkpoint(job, 200);
    std::optional<EpochResult> saved;
    job.save(BarrierKind::kSavepoint, "/backup/s", [&](const EpochResult& result) { saved = result; });
    job.run([&] { return saved.has_value(); });
    run_to_checkpoint(job, 600);
    environment_.executor().crash();
  }

  JobOptions options(const std::string& from, bool fresh = false, const std::string& directory = "ck") {
    JobOptions options = with_checkpoints();
    options.checkpoint_directory = directory;
    options.recovery.from = from;
    options.recovery.fresh = fresh;
    return options;
  }
  // Starts a job and returns what it says of its beginning, or the error with its hint.
  std::string start(const JobOptions& options) {
    sim::CommittedRows out;
    JobExecution job(count_job(out, 1, 3), environment_.get(), options);
    try {
      job.start();
    } catch (const UserError& error) {
      return fmt::format("{} / {}", error.what(), error.hint());
    }
    const std::string note = job.note();
    job.cancel();
    job.run();
    return note;
  }

  SimulatedEnvironment environment_{7};
  sim::CommittedRows before_;
};

TEST_F(StartingPointTest, GoesOnFromWhatIsNamed) {
  EXPECT_EQ(start(options("")), "goes on from checkpoint 3 in 'ck'");
  EXPECT_EQ(start(options("/backup/s", false, "a")), "begins from savepoint '/backup/s' (epoch 2 of job 'count')");
  EXPECT_EQ(start(options("/backup/s/", false, "")), "begins from savepoint '/backup/s' (epoch 2 of job 'count')");
  EXPECT_EQ(start(options("ck/chk-2", false, "b")), "begins from checkpoint 'ck/chk-2' (epoch 2 of job 'count')");
  EXPECT_EQ(start(options("ck", false, "c")), "begins from checkpoint 'ck/chk-3' (epoch 3 of job 'count')");
}

TEST_F(StartingPointTest, TheResultIsThatOfOneRun) {
  for (const std::string from : {"/backup/s", "ck/chk-2", "ck"}) {
    sim::CommittedRows out;
    JobExecution job(count_job(out, 3, 2), environment_.get(),
                     options(from, false, "d-" + from.substr(from.size() - 1)));
    job.start();
    job.run();
    EXPECT_EQ(out.folded(), expected_counts()) << from;
    EXPECT_EQ(job.summary().rows_in, kSplits * kRowsPerSplit);
  }
}

TEST_F(StartingPointTest, RunAgainWithTheSameCommandItGoesOnFromItsOwn) {
  for (int run = 0; run < 2; ++run) {
    sim::CommittedRows out;
    JobExecution job(count_job(out, 1, 1), environment_.get(), options("/backup/s", false, "own"));
    job.start();
    EXPECT_EQ(job.restored_epoch(), run == 0 ? 2 : 3) << job.note();
    EXPECT_EQ(run_to_checkpoint(job, 700), run == 0 ? 3 : 4);
    environment_.executor().crash();
  }
  // Also once the savepoint is gone; but another one is not what it began from.
  environment_.files().remove("/backup/s/_metadata");
  EXPECT_EQ(start(options("/backup/s", false, "own")), "goes on from checkpoint 4 in 'own'");
  EXPECT_EQ(
      start(options("ck/chk-2", false, "own")),
      "The job has checkpoints of its own in 'own', the newest is 4; beginning from 'ck/chk-2' would go back "
      "behind them / Leave --from (execution.state-recovery.path) out to go on from them, add --fresh to pass over "
      "them, or keep the new checkpoints in another directory");
}

TEST_F(StartingPointTest, FreshPassesOverAndKeepsWhatIsThere) {
  EXPECT_EQ(start(options("", true)), "begins anew; 2 checkpoints in 'ck' are passed over, and stay");
  // Killed before its first checkpoint: what was passed over stays so.
  EXPECT_EQ(start(options("")), "");
  sim::CommittedRows out;
  {
    JobExecution job(count_job(out, 1, 1), environment_.get(), options(""));
    job.start();
    EXPECT_EQ(job.restored_epoch(), 0);
    for (int64_t epoch = 4; epoch <= 7; ++epoch) EXPECT_EQ(run_to_checkpoint(job, 100 * epoch), epoch);
    environment_.executor().crash();
  }
  EXPECT_EQ(checkpoint_epochs(environment_.files(), "ck"), (std::vector<int64_t>{2, 3, 6, 7}));
  EXPECT_EQ(start(options("")), "goes on from checkpoint 7 in 'ck'");
  // One damaged: it falls back to the one before it, never to those that were passed over.
  for (const std::string name : {"ck/chk-7/_metadata", "ck/chk-6/_metadata"}) environment_.files().put(name, "x");
  EXPECT_NE(start(options("")).find("No checkpoint in 'ck' can be used"), std::string::npos);
  EXPECT_EQ(
      start(options("ck/chk-3", true)),
      "begins anew; 2 checkpoints in 'ck' are passed over, and stay; begins from checkpoint 'ck/chk-3' (epoch 3 of "
      "job 'count')");
}

TEST_F(StartingPointTest, RefusesWhatIsNoGoodCheckpointAndDeletesNothing) {
  SimulatedFileSystem& files = environment_.files();
  const std::string manifest = files.get("ck/chk-3/_metadata");
  files.put("file", "x");
  files.create_directories("empty");
  files.create_directories("ck/chk-9");
  files.create_directories("flink");
  files.put("flink/_metadata", std::string("\x49\x60\x67\x2d\0\0\0\x05", 8));
  files.create_directories("garbage");
  files.put("garbage/_metadata", "garbage");
  const std::string what_to_name =
      " / Name a savepoint, one checkpoint (chk-<n>), or a directory of checkpoints; 'tidemill checkpoint ls DIR' "
      "lists "
      "them";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"nowhere", "There is no 'nowhere'" + what_to_name},
      {"file", "'file' is a file, not a checkpoint" + what_to_name},
      {"ck/chk-3/_metadata",
       "'ck/chk-3/_metadata' is a file, not a checkpoint / Name the directory that it lies in, 'ck/chk-3'"},
      {"empty", "'empty' holds no checkpoint" + what_to_name},
      {"ck/chk-9",
       "The checkpoint 'ck/chk-9' was never completed: it has no _metadata / Name an older one, or the directory of "
       "checkpoints"},
      {"flink",
       "'flink/_metadata' was written by Flink, whose checkpoints cannot be read / Begin without it: the sources are "
       "read from their start, or from where their options say"},
      {"garbage", "Checkpoint is damaged: 'garbage/_metadata' has no checksum line / Use an older checkpoint"},
  };
  for (const auto& [from, refusal] : cases) EXPECT_EQ(start(options(from, false, "elsewhere")), refusal);
  files.put("file-too", "x");
  EXPECT_NE(start(options("", false, "file-too")).find("The checkpoint directory 'file-too' cannot be used: "),
            std::string::npos);
  EXPECT_EQ(files.get("ck/chk-3/_metadata"), manifest);
  EXPECT_EQ(checkpoint_epochs(files, "ck"), (std::vector<int64_t>{2, 3}));
}

TEST_F(StartingPointTest, RefusesAnotherJobsCheckpoint) {
  JobGraph other = count_job(before_, 1, 1);
  for (Vertex& vertex : other.vertices) vertex.id = "other-" + vertex.id;
  JobExecution job(std::move(other), environment_.get(), options(""));
  try {
    job.start();
    FAIL() << "it takes another job's state";
  } catch (const UserError& error) {
    EXPECT_TRUE(
        std::string(error.what())
            .starts_with("The checkpoint 3 in 'ck' belongs to another job, 'count': none of its operators is in "
                         "this one:\n"))
        << error.what();
  }
  EXPECT_EQ(checkpoint_epochs(environment_.files(), "ck"), (std::vector<int64_t>{2, 3}));
}

}  // namespace
}  // namespace tidemill
