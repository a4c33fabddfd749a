// Checkpoints that fail: the job goes on without them as long as it may, and no row is lost or shown twice.
#include <gtest/gtest.h>

#include "base/error.h"
#include "env/simulated/simulated_environment.h"
#include "tests/unit/job/count_job.h"

namespace tidemill {
namespace {

// Passes rows on, and counts them in state: output flows all the time.
class CountingRelay final : public Operator {
 public:
  void open(OperatorContext& context) override { context_ = &context; }
  void process(Batch input, int32_t, Output& output) override {
    OperatorScalars& scalars = context_->state().scalars();
    scalars.set("rows", ScalarMerge::kSum, scalars.get("rows").value_or(0) + input.num_rows());
    output.emit(std::move(input));
  }

 private:
  OperatorContext* context_ = nullptr;
};

struct Told {
  JobOptions options = with_checkpoints();
  std::vector<std::string> notices;
  Told() {
    options.checkpoint_failures_tolerated = 1'000'000;
    options.tell = [this](std::string text) { notices.push_back(std::move(text)); };
  }
};

// What a relay must show: every row of the input once.
std::vector<std::string> all_rows() {
  std::vector<std::string> rows;
  for (int32_t split = 0; split < kSplits; ++split)
    for (int32_t i = 0; i < kRowsPerSplit; ++i) rows.push_back(fmt::format("k{} | {}", i % 10, i));
  std::sort(rows.begin(), rows.end());
  return rows;
}

EpochResult checkpoint(JobExecution& job, BarrierKind kind = BarrierKind::kCheckpoint) {
  std::optional<EpochResult> result;
  job.trigger({kind, [&](const EpochResult& given) { result = given; }});
  job.run([&] { return result.has_value(); });
  return result.value_or(EpochResult{});
}

TEST(FailedCheckpoint, TheJobGoesOnAndTheNextOneHoldsEverything) {
  for (const std::string fault : {"file.append", "file.sync", "file.rename", "file.open"})
    for (const BarrierKind kind : {BarrierKind::kCheckpoint, BarrierKind::kSavepoint}) {
      SimulatedEnvironment environment(3);
      sim::CommittedRows out;
      Told told;
      {
        JobExecution job(count_job(out, 2, 2), environment.get(), told.options);
        job.start();
        EXPECT_EQ(run_to_checkpoint(job, 300), 1);
        environment.faults().enable(fault, 1.0, 1);
        const EpochResult failed = checkpoint(job, kind);
        EXPECT_FALSE(failed.decided) << fault;
        EXPECT_NE(failed.problem.find(fault), std::string::npos) << failed.problem;
        EXPECT_FALSE(environment.files().exists(fmt::format("ck/chk-{}", failed.epoch))) << fault;
        ASSERT_EQ(told.notices.size(), 1u);
        EXPECT_NE(told.notices[0].find("Checkpoint 2 failed"), std::string::npos) << told.notices[0];
        EXPECT_NE(told.notices[0].find("ck/chk-2"), std::string::npos) << told.notices[0];
        EXPECT_EQ(job.checkpoint_statistics().failed, 1);
        EXPECT_EQ(job.checkpoint_statistics().completed, 1);
        EXPECT_EQ(run_to_checkpoint(job, 700), 3);
        environment.executor().crash();
      }
      JobExecution job(count_job(out, 1, 1), environment.get(), told.options);
      job.start();
      EXPECT_EQ(job.restored_epoch(), 3);
      job.run();
      EXPECT_EQ(out.folded(), expected_counts()) << fault;
    }
}

TEST(FailedCheckpoint, WhatSinksPreparedForItIsShownOnceWithALaterOne) {
  int64_t struck = 0;
  for (const std::string fault : {"file.append", "file.sync", "file.rename", "file.open", "file.sync_directory"})
    for (uint64_t seed = 1; seed <= 6; ++seed) {
      SimulatedEnvironment environment(seed);
      sim::CommittedRows out;
      Told told;
      told.options.runtime.make_operator = [](const Vertex&) { return std::make_unique<CountingRelay>(); };
      told.options.checkpoint_interval_ms = 5;
      for (int64_t life = 0;; ++life) {
        JobGraph graph = count_job(out, 2, 3);
        std::get<SourceSpec>(graph.vertices[0].spec).source = count_source({.wait_probability = 0.3});
        JobExecution job(std::move(graph), environment.get(), told.options);
        job.start();
        environment.faults().enable(fault, 0.1);
        const int64_t steps = environment.executor().steps();
        bool failed = false;
        try {
          job.run([&] { return life < 3 && environment.executor().steps() > steps + 400; });
        } catch (const TransientError&) {
          // A decision of which nobody knows whether it holds ends the attempt.
          EXPECT_EQ(fault, "file.sync_directory");
          failed = true;
        }
        struck += environment.faults().struck(fault);
        environment.faults().disable_all();
        if (job.finished() && !failed) break;
        environment.executor().crash();
      }
      EXPECT_EQ(out.folded(), all_rows()) << fault << " seed " << seed;
    }
  EXPECT_GT(struck, 60);
}

TEST(FailedCheckpoint, TheJobEndsWhenTooManyFailInARow) {
  SimulatedEnvironment environment(3);
  sim::CommittedRows out;
  Told told;
  told.options.checkpoint_failures_tolerated = 2;
  JobExecution job(count_job(out, 2, 2, {.ignore_preferred = true, .bounded = false}), environment.get(), told.options);
  job.start();
  environment.faults().enable("file.append", 1.0);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(checkpoint(job).decided);
  EXPECT_FALSE(checkpoint(job, BarrierKind::kSavepoint).decided);  // does not count
  environment.faults().disable_all();
  EXPECT_TRUE(checkpoint(job).decided);  // begins the count anew
  environment.faults().enable("file.append", 1.0);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(checkpoint(job).decided);
  EXPECT_FALSE(job.finished());
  try {
    checkpoint(job);
    FAIL() << "the job goes on";
  } catch (const TransientError& error) {
    EXPECT_NE(std::string(error.what()).find("failed, as did the 2 before it: Simulated fault file.append"),
              std::string::npos)
        << error.what();
  }
}

TEST(FailedCheckpoint, TheLastEpochIsTriedAgainUntilItIsDecided) {
  SimulatedEnvironment environment(4);
  sim::CommittedRows out;
  Told told;
  JobExecution job(count_job(out, 2, 2), environment.get(), told.options);
  job.start();
  environment.faults().enable("file.append", 1.0, 3);
  const EpochMillis begun = environment.clock().now();
  job.run();
  EXPECT_EQ(job.checkpoint_statistics().failed, environment.faults().struck("file.append") > 1 ? 2 : 1);
  EXPECT_GE(environment.clock().now() - begun, 1'000);
  EXPECT_EQ(out.folded(), expected_counts());
}

TEST(FailedCheckpoint, StoppingWaitsForTheLastEpochToo) {
  SimulatedEnvironment environment(4);
  sim::CommittedRows out;
  Told told;
  JobExecution job(count_job(out, 2, 2, {.ignore_preferred = true, .bounded = false}), environment.get(), told.options);
  job.start();
  job.run([&] { return job.metrics().sum(counter::kRecordsOut, "source") >= 300; });
  environment.faults().enable("file.sync", 1.0, 1);
  EpochResult stopped;
  job.stop([&](const EpochResult& result) { stopped = result; });
  job.run();
  EXPECT_TRUE(stopped.decided);
  EXPECT_EQ(stopped.epoch, 2);
  EXPECT_EQ(job.checkpoint_statistics().failed, 1);
}

TEST(FailedCheckpoint, OneThatTakesTooLongIsGivenUp) {
  SimulatedEnvironment environment(4);
  sim::CommittedRows out;
  Told told;
  told.options.checkpoint_timeout_ms = 50;
  told.options.runtime.make_operator = [](const Vertex&) { return std::make_unique<CountingRelay>(); };
  JobExecution job(count_job(out, 2, 2, {.ignore_preferred = true, .bounded = false}), environment.get(), told.options);
  job.start();
  job.run([&] { return job.metrics().sum(counter::kRecordsOut, "source") >= 100; });
  out.hold(true);  // the sink takes no rows: the barrier does not arrive
  const EpochMillis begun = environment.clock().now();
  std::optional<EpochResult> late;
  job.trigger({BarrierKind::kCheckpoint, [&](const EpochResult& result) { late = result; }});
  job.run([&] { return !told.notices.empty(); });
  EXPECT_EQ(environment.clock().now() - begun, 50);
  EXPECT_NE(told.notices[0].find("longer than 50 ms (execution.checkpointing.timeout); it has not passed count-0"),
            std::string::npos)
      << told.notices[0];
  out.hold(false);
  job.run([&] { return late.has_value(); });
  EXPECT_FALSE(late->decided);
  EXPECT_TRUE(checkpoint(job).decided);
  job.run([&] { return job.metrics().sum(counter::kRecordsOut, "source") == kSplits * kRowsPerSplit; });
  job.stop();
  job.run();
  EXPECT_EQ(out.folded(), all_rows());
}

TEST(FailedCheckpoint, PausesHoldBetweenCheckpoints) {
  for (const DurationMillis pause_ms : {0, 100}) {
    SimulatedEnvironment environment(1);
    sim::CommittedRows out;
    Told told;
    told.options.checkpoint_interval_ms = 30;
    told.options.checkpoint_min_pause_ms = pause_ms;
    JobExecution job(count_job(out, 1, 2, {.ignore_preferred = true, .bounded = false}), environment.get(),
                     told.options);
    job.start();
    const EpochMillis begun = environment.clock().now();
    job.run([&] { return environment.clock().now() >= begun + 1'000; });
    EXPECT_NEAR(static_cast<double>(job.checkpoint_statistics().completed), pause_ms == 0 ? 33 : 10, 1) << pause_ms;
    job.cancel();
    job.run();
  }
}

}  // namespace
}  // namespace tidemill
