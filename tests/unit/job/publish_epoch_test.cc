// Publish epochs: they come by themselves, make nothing durable, and change no result; splits turn idle at them.
#include <gtest/gtest.h>

#include "data/pretty.h"
#include "env/simulated/simulated_environment.h"
#include "job/job_execution.h"
#include "sim/committed_sink.h"
#include "sim/log_source.h"

namespace tidemill {
namespace {

const SchemaPtr kRows = parse_schema("k STRING, ts TIMESTAMP(3) *ROWTIME*");

std::vector<sim::LogSplit> logs(int32_t splits) {
  std::vector<sim::LogSplit> logs;
  for (int32_t s = 0; s < splits; ++s) {
    std::string text;
    for (int32_t i = 0; i < 50; ++i) text += fmt::format("k{} | 2024-01-01 00:00:{:02}\n", i % 7, s * 5 + i);
    logs.push_back({fmt::format("split{}", s), parse_batch(kRows, text)});
  }
  return logs;
}

// One split after the other is read to its end; the source never ends.
JobGraph endless_job(sim::CommittedRows& out, DurationMillis idle_timeout_ms) {
  SourceSpec source;
  source.source = sim::make_log_source(kRows, logs(2), {.random_batches = false, .bounded = false});
  source.schema = kRows;
  source.rowtime = 1;
  source.watermark = make_column(1, Type::timestamp(3));
  source.idle_timeout = idle_timeout_ms;
  source.table = "rows";
  SinkSpec sink;
  sink.sink = sim::make_committed_sink(out);
  sink.schema = kRows;
  JobGraph graph;
  graph.name = "endless";
  graph.vertices.push_back({"source", "Source[rows]", source, {}, 1});
  graph.vertices.push_back({"sink", "Sink[out]", sink, {{0, Shipping::kGather, {}}}, 1});
  return graph;
}

JobOptions publishing(DurationMillis interval_ms) {
  JobOptions options;
  options.publish_interval_ms = interval_ms;
  options.checkpoint_directory = "ck";
  return options;
}

// Runs the world until the clock says `time_ms` after its start.
void run_until(JobExecution& job, SimulatedEnvironment& environment, EpochMillis time_ms) {
  environment.executor().at(SimulatedClock::kStart + time_ms, [] {});
  job.run(
      [&] { return environment.clock().now() >= SimulatedClock::kStart + time_ms && environment.executor().quiet(); });
}

std::vector<SplitInspection> splits_of(JobExecution& job) {
  std::optional<std::vector<TaskInspection>> answers;
  job.inspect([&](std::vector<TaskInspection> tasks) { answers = std::move(tasks); });
  job.run([&] { return answers.has_value(); });
  EXPECT_EQ(answers->size(), 1u);
  return answers->at(0).splits;
}

TEST(PublishEpoch, ComesAtItsIntervalAndWritesNoFile) {
  SimulatedEnvironment environment(1);
  sim::CommittedRows out;
  JobExecution job(endless_job(out, 10'000), environment.get(), publishing(100));
  job.start();
  run_until(job, environment, 1000);
  EXPECT_EQ(job.checkpoint_statistics().published, 10);
  EXPECT_EQ(job.checkpoint_statistics().completed, 0);
  EXPECT_EQ(environment.files().list("ck").size(), 2u);  // the lock and the tag
  EXPECT_EQ(out.epochs(), 0);                            // committed with checkpoints only
  job.stop();
  job.run();
  EXPECT_EQ(out.rows().size(), 100u);
}

TEST(PublishEpoch, ACheckpointThatIsDueDuringOneIsNotLost) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SimulatedEnvironment environment(seed);
    sim::CommittedRows out;
    JobOptions options = publishing(10);
    options.checkpoint_interval_ms = 25;
    JobExecution job(endless_job(out, 10'000), environment.get(), options);
    job.start();
    run_until(job, environment, 1000);
    EXPECT_EQ(job.checkpoint_statistics().completed, 40) << seed;
    job.cancel();
    job.run();
  }
}

TEST(PublishEpoch, SplitsTurnIdleAtIt) {
  SimulatedEnvironment environment(1);
  sim::CommittedRows out;
  JobExecution job(endless_job(out, 1050), environment.get(), publishing(100));
  job.start();
  run_until(job, environment, 1099);  // the timeout has passed, the next epoch has not come
  for (const SplitInspection& split : splits_of(job)) EXPECT_FALSE(split.idle) << split.id;
  run_until(job, environment, 1101);
  const std::vector<SplitInspection> splits = splits_of(job);
  ASSERT_EQ(splits.size(), 2u);
  for (const SplitInspection& split : splits) EXPECT_TRUE(split.idle) << split.id;
  // Idle never yields more than the maximum held.
  EXPECT_EQ(job.metrics().watermark, std::max(splits[0].watermark, splits[1].watermark));
  job.cancel();
  job.run();
}

TEST(PublishEpoch, WithoutThemSplitsTurnIdleByThemselves) {
  SimulatedEnvironment environment(1);
  sim::CommittedRows out;
  JobExecution job(endless_job(out, 1050), environment.get(), publishing(0));
  job.start();
  run_until(job, environment, 1060);
  for (const SplitInspection& split : splits_of(job)) EXPECT_TRUE(split.idle) << split.id;
  EXPECT_EQ(job.checkpoint_statistics().published, 0);
  job.cancel();
  job.run();
}

}  // namespace
}  // namespace tidemill
