// Checkpoints of whole jobs: what is decided is gone on from, at any parallelism; what is not, never happened.
#include <gtest/gtest.h>

#include "base/error.h"
#include "data/pretty.h"
#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"
#include "job/job_execution.h"
#include "sim/committed_sink.h"
#include "sim/log_source.h"

namespace tidemill {
namespace {

const SchemaPtr kRows = parse_schema("k STRING, x BIGINT");
constexpr int32_t kSplits = 3, kRowsPerSplit = 400;

std::vector<sim::LogSplit> logs() {
  std::vector<sim::LogSplit> logs;
  for (int32_t s = 0; s < kSplits; ++s) {
    std::string text;
    for (int32_t i = 0; i < kRowsPerSplit; ++i) text += fmt::format("k{} | {}\n", i % 10, i);
    logs.push_back({fmt::format("split{}", s), parse_batch(kRows, text)});
  }
  return logs;
}

// Counts rows by key; at the end of the input emits (key, count).
class CountAtEnd final : public Operator {
 public:
  void open(OperatorContext& context) override {
    context_ = &context;
    TableDescriptor descriptor;
    descriptor.name = "counts";
    descriptor.key_types = {Type::string()};
    descriptor.fields = {RecordField::int64("n")};
    table_ = &context.state().record_table(descriptor);
    offset_ = RecordLayout(descriptor).offset("n");
  }
  void process(Batch input, int32_t, Output&) override {
    KeyBatch keys(table_->key_layout());
    keys.assign(std::vector<ColumnPtr>{input.column(0)}, input.num_rows());
    for (int32_t row = 0; row < input.num_rows(); ++row) {
      bool created = false;
      ++*reinterpret_cast<int64_t*>(table_->upsert(keys[row], created) + offset_);
    }
    context_->state().release();
  }
  void finish(Output& output) override {
    ColumnBuilder names(Type::string()), counts(Type::big_int());
    table_->scan([&](std::span<const std::byte* const> records) {
      table_->read_keys(records, std::span(&names, 1));
      for (const std::byte* record : records) counts.append(*reinterpret_cast<const int64_t*>(record + offset_));
    });
    context_->state().release();
    const int32_t rows = counts.num_rows();
    if (rows > 0) output.emit(Batch(kRows, {names.finish(), counts.finish()}, rows));
  }

 private:
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;
  uint32_t offset_ = 0;
};

JobGraph count_job(sim::CommittedRows& out, int32_t sources, int32_t counters, sim::LogSourceOptions log = {}) {
  JobGraph graph;
  graph.name = "count";
  SourceSpec source;
  source.source = sim::make_log_source(kRows, logs(), log);
  source.schema = kRows;
  SinkSpec sink;
  sink.sink = sim::make_committed_sink(out);
  sink.schema = kRows;
  graph.vertices.push_back({"source", "Source", source, {}, sources});
  graph.vertices.push_back({"count", "Count", UnionSpec{kRows}, {{0, Shipping::kHash, {0}}}, counters});
  graph.vertices.push_back({"sink", "Sink", sink, {{1, Shipping::kForward, {}}}, counters});
  return graph;
}

JobOptions with_checkpoints() {
  JobOptions options;
  options.checkpoint_directory = "ck";
  options.runtime.make_operator = [](const Vertex&) { return std::make_unique<CountAtEnd>(); };
  options.runtime.batch_rows = 16;
  return options;
}

std::vector<std::string> expected() {
  std::vector<std::string> rows;
  for (int i = 0; i < 10; ++i) rows.push_back(fmt::format("k{} | {}", i, kSplits * kRowsPerSplit / 10));
  return rows;
}

// Runs until a checkpoint that begins after about `rows` rows is decided; returns its epoch.
int64_t run_to_checkpoint(JobExecution& job, int64_t rows) {
  job.run([&] { return job.metrics().sum(counter::kRecordsOut, "source") >= rows; });
  int64_t epoch = -1;
  job.trigger(BarrierKind::kCheckpoint, [&](EpochResult result) { epoch = result.decided ? result.epoch : 0; });
  job.run([&] { return epoch >= 0; });
  return epoch;
}

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
      EXPECT_EQ(out.folded(), expected()) << before << " to " << after;
      EXPECT_EQ(job.summary().rows_in, kSplits * kRowsPerSplit);
      EXPECT_EQ(job.summary().metrics.sum(counter::kRecordsIn, "count"), kSplits * kRowsPerSplit);
    }
}

TEST(JobCheckpoint, TheSameOnThreads) {
  SimulatedEnvironment memory(1);
  RealEnvironment threads(3);
  Environment mixed{threads.get().clock,   threads.get().executor, threads.get().files, threads.get().services,
                    threads.get().console, threads.get().random,   threads.get().faults};
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
  EXPECT_EQ(out.folded(), expected());
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
    EXPECT_EQ(out.folded(), expected());
  }
}

TEST(JobCheckpoint, IntervalsTakeCheckpointsWhileRowsFlow) {
  SimulatedEnvironment environment(1);
  sim::CommittedRows out;
  JobGraph graph = count_job(out, 1, 2);
  std::get<SourceSpec>(graph.vertices[0].spec).source = sim::make_log_source(kRows, logs(), {.wait_probability = 0.3});
  JobOptions options = with_checkpoints();
  options.checkpoint_interval_ms = 30;
  options.publish_interval_ms = 10;
  JobExecution job(std::move(graph), environment.get(), options);
  job.start();
  job.run();
  EXPECT_EQ(out.folded(), expected());
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
      job.trigger(BarrierKind::kCheckpoint);
      EXPECT_THROW(job.run(), TransientError) << fault;
      EXPECT_TRUE(job.finished());
    }
    JobExecution job(count_job(out, 1, 1), environment.get(), with_checkpoints());
    job.start();
    EXPECT_EQ(job.restored_epoch(), 1);
    job.run();
    EXPECT_EQ(out.folded(), expected()) << fault;
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
  JobExecution job(count_job(out, 2, 2), environment.get(), with_checkpoints());
  job.start();
  EXPECT_EQ(job.restored_epoch(), 1);
  ASSERT_EQ(job.warnings().size(), 1u);
  EXPECT_NE(job.warnings()[0].find("ck/chk-2/_metadata"), std::string::npos);
  job.run();
  EXPECT_EQ(out.folded(), expected());
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
  JobExecution job(std::move(renamed), environment.get(), with_checkpoints());
  job.start();
  ASSERT_EQ(job.warnings().size(), 1u);
  EXPECT_NE(job.warnings()[0].find("'count'"), std::string::npos);
  job.run();
}

}  // namespace
}  // namespace tidemill
