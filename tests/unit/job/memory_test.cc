// The memory account of a whole job: what is on its way stays bounded, whatever the sink does, and nothing is left.
#include <gtest/gtest.h>

#include "data/pretty.h"
#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"
#include "job/job_execution.h"
#include "sim/committed_sink.h"
#include "sim/log_source.h"

namespace tidemill {
namespace {

const SchemaPtr kRows = parse_schema("k STRING, x BIGINT");

// A sink that takes rows one time in eight that it is asked.
class SlowSink final : public Sink {
 public:
  explicit SlowSink(std::shared_ptr<const Sink> sink) : sink_(std::move(sink)) {}
  SinkChangelog accepts() const override { return sink_->accepts(); }
  std::unique_ptr<SinkWriter> make_writer(Environment& environment, const Subtask& subtask) const override {
    return std::make_unique<Writer>(environment.random, sink_->make_writer(environment, subtask));
  }
  std::unique_ptr<SinkCommitter> make_committer(Environment& environment, const std::string& owner) const override {
    return sink_->make_committer(environment, owner);
  }
  std::string description() const override { return "slow"; }

 private:
  class Writer final : public SinkWriter {
   public:
    Writer(Random& random, std::unique_ptr<SinkWriter> writer) : random_(random), writer_(std::move(writer)) {}
    bool ready() override { return random_.below(8) == 0; }
    void write(const Batch& batch) override { writer_->write(batch); }
    void seal(int64_t epoch) override { writer_->seal(epoch); }
    std::vector<Committable> prepare(int64_t epoch) override { return writer_->prepare(epoch); }

   private:
    Random& random_;
    std::unique_ptr<SinkWriter> writer_;
  };
  const std::shared_ptr<const Sink> sink_;
};

std::vector<sim::LogSplit> logs(int32_t splits, int32_t rows) {
  std::vector<sim::LogSplit> logs;
  for (int32_t s = 0; s < splits; ++s) {
    std::string text;
    for (int32_t i = 0; i < rows; ++i) text += fmt::format("a key of more than twelve {} | {}\n", i % 7, s * 1000 + i);
    logs.push_back({fmt::format("split{}", s), parse_batch(kRows, text)});
  }
  return logs;
}

// Counts the rows of each key; the sink keeps up with nothing.
JobGraph counting_job(std::vector<sim::LogSplit> logs, sim::CommittedRows& out, int32_t parallelism) {
  JobGraph graph;
  SourceSpec source;
  source.source = sim::make_log_source(kRows, std::move(logs), {});
  source.schema = kRows;
  source.table = "rows";
  SinkSpec sink;
  sink.sink = std::make_shared<SlowSink>(sim::make_committed_sink(out));
  sink.schema = kRows;
  sink.table = "out";
  graph.vertices.push_back({"source", "Source", source, {}, parallelism});
  graph.vertices.push_back({"sink", "Sink", sink, {{0, Shipping::kHash, {0}}}, parallelism});
  return graph;
}

struct JobRun {
  int64_t channels_most = 0;  // bytes in channels, at most
  std::vector<std::string> rows;
  MemoryUse left;
};

JobRun run_job(uint64_t seed, int32_t parallelism, int64_t budget) {
  SimulatedEnvironment environment(seed);
  sim::CommittedRows out;
  JobOptions options;
  options.state_memory_bytes = budget;
  options.runtime.batch_rows = 8;
  options.runtime.chaining = false;        // rows wait between tasks at any parallelism
  options.runtime.check_contracts = true;  // no byte may be left when the job is destroyed
  JobRun run;
  {
    JobExecution job(counting_job(logs(4, 300), out, parallelism), environment.get(), options);
    job.start();
    job.run([&] {
      run.channels_most = std::max(run.channels_most, job.memory_use().of(MemoryKind::kChannels));
      return false;
    });
    run.left = job.memory_use();
  }
  run.rows = out.folded();
  return run;
}

TEST(JobMemory, ASlowSinkAndATinyBudgetKeepRowsOnTheirWayFewAndTheAnswerRight) {
  // A batch: eight rows of two columns and the text of the whole log, which each batch of a log holds.
  const int64_t batch_bytes = static_cast<int64_t>(logs(1, 300).front().rows.memory_bytes()) + 1000;
  for (const int32_t parallelism : {1, 3}) {
    const std::vector<std::string> expected = run_job(0, parallelism, MemoryBudget::kUnlimited).rows;
    ASSERT_EQ(expected.size(), 1200u);
    int64_t unlimited_most = 0;
    for (uint64_t seed = 0; seed < 10; ++seed) {
      unlimited_most = std::max(unlimited_most, run_job(seed, parallelism, MemoryBudget::kUnlimited).channels_most);
      for (const int64_t budget : {int64_t{1}, 4 * batch_bytes}) {
        const JobRun limited = run_job(seed, parallelism, budget);
        ASSERT_EQ(limited.rows, expected) << seed;
        // Beyond the budget: what each source read when it was not exceeded yet, sent to each sink.
        EXPECT_LE(limited.channels_most, budget + parallelism * parallelism * batch_bytes) << seed;
        EXPECT_EQ(limited.left.of(MemoryKind::kChannels), 0) << seed;
      }
    }
    // Otherwise the bound above says nothing.
    EXPECT_GT(unlimited_most, (4 + parallelism * parallelism) * batch_bytes);
  }
}

// What an aggregation emits at the end of its input goes a piece at a time as the sink takes it, and the pages that it
// was read from go to the spill file meanwhile.
TEST(JobMemory, AResultOfManyGroupsIsNotInMemoryAtOnce) {
  constexpr int32_t kGroups = 400'000;
  std::string text;
  for (int32_t i = 0; i < kGroups; ++i) text += fmt::format("{}\n", i);
  const SchemaPtr schema = parse_schema("x BIGINT");
  GroupAggregateSpec groups;
  groups.keys = {0};
  groups.schema = schema;
  groups.bounded_final_only = true;
  sim::CommittedRows out;
  JobGraph graph;
  SourceSpec source;
  source.source = sim::make_log_source(schema, {{"split", parse_batch(schema, text)}}, {});
  source.schema = schema;
  source.table = "rows";
  SinkSpec sink;
  sink.sink = std::make_shared<SlowSink>(sim::make_committed_sink(out));
  sink.schema = schema;
  sink.table = "out";
  graph.vertices.push_back({"source", "Source", source, {}, 1});
  graph.vertices.push_back({"groups", "Groups", groups, {{0, Shipping::kHash, {0}}}, 2});
  graph.vertices.push_back({"sink", "Sink", sink, {{1, Shipping::kHash, {0}}}, 2});

  SimulatedEnvironment environment(1);
  JobOptions options;
  options.state_memory_bytes = 1;
  options.runtime.check_contracts = true;
  options.spill_directory = "spill";
  JobExecution job(std::move(graph), environment.get(), options);
  job.start();
  int64_t channels_most = 0;
  int64_t pages_most = 0;
  job.run([&] {
    const MemoryUse use = job.memory_use();
    pages_most = std::max(pages_most, use.of(MemoryKind::kStatePages));
    channels_most = std::max(channels_most, use.of(MemoryKind::kChannels));
    return false;
  });
  EXPECT_EQ(out.folded().size(), static_cast<size_t>(kGroups));
  // All groups are 3.2 MB as rows, and 3.6 MB as records.
  EXPECT_LT(channels_most, 1 << 20);
  EXPECT_LT(pages_most, 1 << 20);
}

TEST(JobMemory, EndsBetweenThreadsWithABudgetOfOneByte) {
  sim::CommittedRows out;
  RealEnvironment environment(2);
  JobOptions options;
  options.state_memory_bytes = 1;
  options.runtime.check_contracts = true;
  options.runtime.batch_rows = 16;
  JobExecution job(counting_job(logs(3, 200), out, 3), environment.get(), options);
  job.start();
  job.run();
  EXPECT_EQ(out.folded().size(), 600u);
}

TEST(JobMemory, NothingIsLeftChargedAfterACancelledJob) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedEnvironment environment(seed);
    sim::CommittedRows out;
    JobOptions options;
    options.runtime.check_contracts = true;
    options.runtime.batch_rows = 4;
    JobExecution job(counting_job(logs(3, 200), out, 2), environment.get(), options);
    job.start();
    job.run([&] { return job.memory_use().of(MemoryKind::kChannels) > 0; });
    EXPECT_GT(job.memory_use().of(MemoryKind::kChannels), 0);
    job.cancel();
    job.run();
  }  // its destructor looks
}

}  // namespace
}  // namespace tidemill
