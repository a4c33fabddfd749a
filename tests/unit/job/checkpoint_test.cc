// Checkpoints of whole jobs: what is decided is gone on from, at any parallelism; what is not, never happened.
#include <gtest/gtest.h>

#include "base/error.h"
#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"
#include "tests/unit/job/count_job.h"

namespace tidemill {
namespace {

TEST(JobCheckpoint, ARestoredJobGoesOnAtAnyParallelism) {
  for (const int32_t before : {1, 2, 4})
    for (const int32_t after : {1, 3}) {
      SimulatedEnvironment environment(static_cast<uint64_t>(before * 10 + after));
      sim::CommittedRows out;
      {
        JobExecution job(count_job(out, before, before), environment.get(), with_checkpoints());
        job.start();
        EXPECT_EQ(run_to_checkpoint(job, 500), 1);
        EXPECT_EQ(job.checkpoint_statistics().completed, 1);
        EXPECT_GT(job.checkpoint_statistics().last_bytes, 0u);
        job.run([&] { return job.metrics().sum(counter::kRecordsOut, "source") >= 800; });
        environment.executor().crash();
      }
      JobExecution job(count_job(out, after, after), environment.get(), with_checkpoints());
      job.start();
      EXPECT_EQ(job.restored_epoch(), 1);
      EXPECT_TRUE(job.warnings().empty());
      job.run();
      EXPECT_EQ(out.folded(), expected_counts()) << before << " to " << after;
      EXPECT_EQ(job.summary().rows_in, kSplits * kRowsPerSplit);
      EXPECT_EQ(job.summary().metrics.sum(counter::kRecordsIn, "count"), kSplits * kRowsPerSplit);
    }
}

TEST(JobCheckpoint, TheSameOnThreads) {
  SimulatedEnvironment memory(1);
  RealEnvironment threads(3);
  Environment mixed{threads.get().clock,  threads.get().executor,  threads.get().files,   threads.get().services,
                    threads.get().kafka,  threads.get().libraries, threads.get().console, threads.get().random,
                    threads.get().faults, threads.get().http};
  const std::string directory = fmt::format("{}tidemill_checkpoint_{}", testing::TempDir(), mixed.random.next());
  sim::CommittedRows out;
  JobOptions options = with_checkpoints();
  options.checkpoint_directory = directory;
  {
    // Unbounded: however fast the threads are, the job is still there for the second checkpoint.
    JobExecution job(count_job(out, 2, 3, {.bounded = false}), mixed, options);
    job.start();
    EXPECT_EQ(run_to_checkpoint(job, 300), 1);
    EXPECT_EQ(run_to_checkpoint(job, 600), 2);
    job.cancel();
    job.run();
  }
  JobExecution job(count_job(out, 3, 2), mixed, options);
  job.start();
  EXPECT_EQ(job.restored_epoch(), 2);
  job.run();
  EXPECT_EQ(out.folded(), expected_counts());
  for (const FileInfo& entry : mixed.files.list(directory)) {
    if (entry.is_directory)
      for (const FileInfo& file : mixed.files.list(entry.path)) mixed.files.remove(file.path);
    mixed.files.remove(entry.path);
  }
  mixed.files.remove(directory);
}

TEST(JobCheckpoint, AJobThatHasEndedHasNothingLeftToDo) {
  SimulatedEnvironment environment(1);
  sim::CommittedRows out;
  for (int round = 0; round < 2; ++round) {
    JobExecution job(count_job(out, 2, 2), environment.get(), with_checkpoints());
    job.start();
    job.run();
    EXPECT_EQ(out.folded(), expected_counts());
  }
}

TEST(JobCheckpoint, IntervalsTakeCheckpointsWhileRowsFlow) {
  SimulatedEnvironment environment(1);
  sim::CommittedRows out;
  JobGraph graph = count_job(out, 1, 2);
  std::get<SourceSpec>(graph.vertices[0].spec).source = count_source({.wait_probability = 0.3});
  JobOptions options = with_checkpoints();
  options.checkpoint_interval_ms = 30;
  options.publish_interval_ms = 10;
  JobExecution job(std::move(graph), environment.get(), options);
  job.start();
  job.run();
  EXPECT_EQ(out.folded(), expected_counts());
  EXPECT_GT(job.checkpoint_statistics().completed, 3);
  EXPECT_GT(job.checkpoint_statistics().published, 3);
  const auto entries = environment.files().list("ck");
  EXPECT_EQ(entries.size(), 4u);  // two retained, the lock and the tag
}

TEST(JobCheckpoint, AnErrorWhileSavingEndsTheAttemptAndTheLastCheckpointHolds) {
  for (const std::string fault : {"file.append", "file.sync", "file.rename", "file.open", "file.sync_directory"}) {
    SimulatedEnvironment environment(3);
    sim::CommittedRows out;
    {
      JobExecution job(count_job(out, 2, 2), environment.get(), with_checkpoints());
      job.start();
      EXPECT_EQ(run_to_checkpoint(job, 300), 1);
      environment.faults().enable(fault, 1.0, 1);
      job.trigger({BarrierKind::kCheckpoint});
      EXPECT_THROW(job.run(), TransientError) << fault;
      EXPECT_TRUE(job.finished());
    }
    JobExecution job(count_job(out, 1, 1), environment.get(), with_checkpoints());
    job.start();
    EXPECT_EQ(job.restored_epoch(), 1);
    job.run();
    EXPECT_EQ(out.folded(), expected_counts()) << fault;
  }
}

TEST(JobCheckpoint, ADamagedCheckpointIsPassedOverWithAWarning) {
  SimulatedEnvironment environment(3);
  sim::CommittedRows out;
  {
    JobExecution job(count_job(out, 2, 2), environment.get(), with_checkpoints());
    job.start();
    EXPECT_EQ(run_to_checkpoint(job, 300), 1);
    EXPECT_EQ(run_to_checkpoint(job, 500), 2);
    environment.executor().crash();
  }
  environment.files().put("ck/chk-2/_metadata", "{}\n");
  out.allow_taking_back();
  JobExecution job(count_job(out, 2, 2), environment.get(), with_checkpoints());
  job.start();
  EXPECT_EQ(job.restored_epoch(), 1);
  ASSERT_EQ(job.warnings().size(), 1u);
  EXPECT_NE(job.warnings()[0].find("ck/chk-2/_metadata"), std::string::npos);
  job.run();
  EXPECT_EQ(out.folded(), expected_counts());
}

TEST(JobCheckpoint, RefusesAnotherMaximumParallelismAndNamesStateThatIsLost) {
  SimulatedEnvironment environment(3);
  sim::CommittedRows out;
  {
    JobExecution job(count_job(out, 2, 2), environment.get(), with_checkpoints());
    job.start();
    EXPECT_EQ(run_to_checkpoint(job, 300), 1);
    environment.executor().crash();
  }
  JobGraph other = count_job(out, 2, 2);
  other.max_parallelism = 64;
  JobExecution refused(std::move(other), environment.get(), with_checkpoints());
  EXPECT_THROW(refused.start(), UserError);
  JobGraph renamed = count_job(out, 2, 2);
  renamed.vertices[1].id = "count-2";
  JobExecution losing(renamed, environment.get(), with_checkpoints());
  try {
    losing.start();
    FAIL() << "state is lost in silence";
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()),
              "The query has changed since the checkpoint 1 in 'ck', and state would be lost:\n"
              "  kept  Source  source\n"
              "  lost  Count   count\n"
              "        lost: state 'counts'\n"
              "  kept  Sink    sink\n"
              "  new   Count   count-2");
  }
  JobOptions options = with_checkpoints();
  options.recovery.allow_state_loss = true;
  JobExecution job(std::move(renamed), environment.get(), options);
  job.start();
  EXPECT_EQ(job.restored_epoch(), 1);
  ASSERT_EQ(job.warnings().size(), 1u);
  EXPECT_NE(job.warnings()[0].find("lost: state 'counts'"), std::string::npos);
  job.run();
}

}  // namespace
}  // namespace tidemill
