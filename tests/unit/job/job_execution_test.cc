#include "job/job_execution.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "data/pretty.h"
#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"
#include "operators/make_operator.h"
#include "sim/committed_sink.h"
#include "sim/log_source.h"

namespace tidemill {
namespace {

const SchemaPtr kRows = parse_schema("k STRING, x BIGINT, keep BOOLEAN");
const SchemaPtr kKept = parse_schema("k STRING, x BIGINT");

// Splits of `rows` rows each; every third row is not kept.
std::vector<sim::LogSplit> logs(int32_t splits, int32_t rows) {
  std::vector<sim::LogSplit> logs;
  for (int32_t s = 0; s < splits; ++s) {
    std::string text;
    for (int32_t i = 0; i < rows; ++i)
      text += fmt::format("k{} | {} | {}\n", i % 7, s * 1000 + i, i % 3 ? "TRUE" : "FALSE");
    logs.push_back({fmt::format("split{}", s), parse_batch(kRows, text)});
  }
  return logs;
}

std::vector<std::string> kept(int32_t splits, int32_t rows) {
  std::vector<std::string> expected;
  for (int32_t s = 0; s < splits; ++s)
    for (int32_t i = 0; i < rows; ++i)
      if (i % 3 != 0) expected.push_back(fmt::format("k{} | {}", i % 7, s * 1000 + i));
  std::sort(expected.begin(), expected.end());
  return expected;
}

struct GraphOptions {
  int32_t parallelism = 1;
  Shipping shipping = Shipping::kForward;  // from the filter to the sink
  sim::LogSourceOptions log;
};

JobGraph filter_job(std::vector<sim::LogSplit> logs, sim::CommittedRows& out, const GraphOptions& options) {
  JobGraph graph;
  graph.name = "filter";
  SourceSpec source;
  source.source = sim::make_log_source(kRows, std::move(logs), options.log);
  source.schema = kRows;
  source.table = "rows";
  FilterProjectSpec filter;
  filter.predicate = make_column(2, Type::boolean());
  filter.projections = {make_column(0, Type::string()), make_column(1, Type::big_int())};
  filter.schema = kKept;
  SinkSpec sink;
  sink.sink = sim::make_committed_sink(out);
  sink.schema = kKept;
  sink.table = "out";
  const int32_t p = options.parallelism;
  const int32_t sinks = options.shipping == Shipping::kGather ? 1 : p;
  graph.vertices.push_back({"source", "Source[rows]", source, {}, p});
  graph.vertices.push_back({"filter", "FilterProject", filter, {{0, Shipping::kForward, {}}}, p});
  graph.vertices.push_back({"sink", "Sink[out]", sink, {{1, options.shipping, {0}}}, sinks});
  return graph;
}

TEST(JobExecution, RunsAFilterOnBothExecutorsHoweverItsPartsAreJoined) {
  for (const Shipping shipping : {Shipping::kForward, Shipping::kHash, Shipping::kRebalance, Shipping::kGather})
    for (const int32_t parallelism : {1, 3})
      for (const bool real : {true, false}) {
        sim::CommittedRows out;
        SimulatedEnvironment simulated(static_cast<uint64_t>(parallelism));
        RealEnvironment threads(2);
        GraphOptions options;
        options.parallelism = parallelism;
        options.shipping = shipping;
        JobExecution job(filter_job(logs(4, 500), out, options), real ? threads.get() : simulated.get(), {});
        job.start();
        job.run();
        ASSERT_TRUE(job.finished());
        EXPECT_EQ(out.folded(), kept(4, 500));
        EXPECT_EQ(out.epochs(), 1);
        const JobSummary summary = job.summary();
        EXPECT_EQ(summary.rows_in, 2000);
        EXPECT_EQ(summary.rows_out, static_cast<int64_t>(kept(4, 500).size()));
        EXPECT_EQ(summary.metrics.sum(counter::kRecordsIn, "filter"), 2000);
        for (const OperatorSubtaskMetrics& metrics : summary.metrics.operators)
          EXPECT_EQ(metrics.watermark, kMaxWatermark) << metrics.id;
        EXPECT_EQ(summary.metrics.edges.empty(), shipping == Shipping::kForward || parallelism == 1);
      }
}

TEST(JobExecution, KeepsTheOrderOfEachSplitPerKey) {
  sim::CommittedRows out;
  RealEnvironment environment(2);
  GraphOptions options;
  options.parallelism = 2;
  options.shipping = Shipping::kHash;
  JobExecution job(filter_job(logs(1, 4000), out, options), environment.get(), {});
  job.start();
  job.run();
  std::map<std::string, int64_t> last;
  for (const std::string& row : out.rows()) {
    const std::string key = row.substr(5, 2);
    const int64_t x = std::stoll(row.substr(10));
    EXPECT_GT(x, last.contains(key) ? last[key] : -1);
    last[key] = x;
  }
  EXPECT_EQ(last.size(), 7u);
}

TEST(JobExecution, ChainsForwardEdgesIntoOneTask) {
  sim::CommittedRows out;
  SimulatedEnvironment environment(1);
  JobExecution job(filter_job(logs(1, 10), out, {}), environment.get(), {});
  job.start();
  job.run();
  EXPECT_TRUE(job.metrics().edges.empty());
}

TEST(JobExecution, RunsEachOperatorInATaskOfItsOwnWhereChainingIsOff) {
  sim::CommittedRows out;
  SimulatedEnvironment environment(1);
  GraphOptions options;
  options.parallelism = 2;
  JobOptions job_options;
  job_options.runtime.chaining = false;
  JobExecution job(filter_job(logs(4, 500), out, options), environment.get(), job_options);
  job.start();
  job.run();
  EXPECT_EQ(out.folded(), kept(4, 500));
  std::vector<std::string> edges;
  for (const EdgeMetrics& edge : job.metrics().edges)
    edges.push_back(fmt::format("{} {} {}", edge.from, edge.to, edge.subtask));
  std::sort(edges.begin(), edges.end());
  EXPECT_EQ(edges, (std::vector<std::string>{"filter sink 0", "filter sink 1", "source filter 0", "source filter 1"}));
}

TEST(JobExecution, ReadsValues) {
  sim::CommittedRows out;
  SimulatedEnvironment environment(1);
  JobGraph graph = filter_job({}, out, {});
  graph.vertices[0].spec = ValuesSpec{parse_batch(kRows, "a | 1 | TRUE\nb | 2 | FALSE\nc | 3 | TRUE")};
  JobOptions options;
  options.runtime.batch_rows = 2;
  JobExecution job(std::move(graph), environment.get(), options);
  job.start();
  job.run();
  EXPECT_EQ(out.rows(), (std::vector<std::string>{"+I | a | 1", "+I | c | 3"}));
}

TEST(JobExecution, UnionTakesTheRowsOfAllInputs) {
  sim::CommittedRows out;
  RealEnvironment environment(2);
  JobGraph graph;
  for (const std::string& id : {std::string("a"), std::string("b")}) {
    SourceSpec source;
    source.source = sim::make_log_source(kKept, {{id, parse_batch(kKept, id + " | 1\n" + id + " | 2")}}, {});
    source.schema = kKept;
    graph.vertices.push_back({id, "Source[" + id + "]", source, {}, 2});
  }
  SinkSpec sink;
  sink.sink = sim::make_committed_sink(out);
  sink.schema = kKept;
  graph.vertices.push_back(
      {"union", "Union", UnionSpec{kKept}, {{0, Shipping::kForward, {}}, {1, Shipping::kForward, {}}}, 2});
  graph.vertices.push_back({"sink", "Sink", sink, {{2, Shipping::kForward, {}}}, 2});
  JobExecution job(std::move(graph), environment.get(), {});
  job.start();
  job.run();
  EXPECT_EQ(out.folded(), (std::vector<std::string>{"a | 1", "a | 2", "b | 1", "b | 2"}));
}

// Two filters of one source, joined again: at parallelism 1 all of it is one task, and barriers and watermarks come out
// of the union once, though each comes into it twice.
TEST(JobExecution, BranchesOfOneTaskComeTogetherInIt) {
  for (const bool chaining : {true, false}) {
    sim::CommittedRows out;
    SimulatedEnvironment environment(7);
    JobGraph graph = filter_job(logs(3, 200), out, {});
    Vertex negated = graph.vertices[1];
    negated.id = "others";
    auto& spec = std::get<FilterProjectSpec>(negated.spec);
    spec.predicate = make_not(make_column(2, Type::boolean()));
    const Vertex sink = graph.vertices[2];
    graph.vertices[2] = negated;
    graph.vertices.push_back(
        {"union", "Union", UnionSpec{kKept}, {{1, Shipping::kForward, {}}, {2, Shipping::kHash, {0}}}, 1});
    graph.vertices.push_back(sink);
    graph.vertices[4].inputs = {{3, Shipping::kGather, {}}};
    JobOptions options;
    options.runtime.chaining = chaining;
    options.runtime.batch_rows = 16;
    options.checkpoint_directory = "ck";
    options.checkpoint_interval_ms = 1;
    JobExecution job(std::move(graph), environment.get(), options);
    job.start();
    job.run();
    EXPECT_EQ(job.metrics().edges.size(), chaining ? 0u : 5u);
    EXPECT_EQ(out.folded().size(), 600u);
    EXPECT_GE(job.checkpoint_statistics().completed, 1);
    EXPECT_EQ(job.summary().metrics.sum(counter::kRecordsIn, "union"), 600);
  }
}

TEST(JobExecution, OneSourceFeedsSeveralSinks) {
  sim::CommittedRows first, second;
  SimulatedEnvironment environment(3);
  JobGraph graph = filter_job(logs(2, 50), first, {});
  Vertex other = graph.vertices[2];
  other.id = "sink2";
  std::get<SinkSpec>(other.spec).sink = sim::make_committed_sink(second);
  graph.vertices.push_back(other);
  JobExecution job(std::move(graph), environment.get(), {});
  job.start();
  job.run();
  EXPECT_EQ(first.folded(), kept(2, 50));
  EXPECT_EQ(second.folded(), kept(2, 50));
}

// Fails at a row.
class Failing final : public Operator {
 public:
  void open(OperatorContext&) override {}
  void process(Batch input, int32_t, Output&) override {
    for (int32_t row = 0; row < input.num_rows(); ++row)
      if (input.column(1)->decode<int64_t>()[row] == 42) {
        RowErrors errors;
        errors.add(row, "Number is 42");
        errors.raise(input);
      }
  }
};

TEST(JobExecution, AnErrorNamesOperatorSplitAndOffsetAndEndsTheJob) {
  for (const bool real : {true, false}) {
    sim::CommittedRows out;
    SimulatedEnvironment simulated(5);
    RealEnvironment threads(2);
    GraphOptions graph_options;
    graph_options.parallelism = 2;
    graph_options.shipping = Shipping::kHash;
    JobOptions options;
    options.runtime.make_operator = [](const Vertex&) { return std::make_unique<Failing>(); };
    JobExecution job(filter_job(logs(2, 500), out, graph_options), real ? threads.get() : simulated.get(), options);
    job.start();
    try {
      job.run();
      FAIL() << "no error";
    } catch (const UserError& error) {
      EXPECT_EQ(std::string(error.what()), "Number is 42 (row read from split0 at offset 42) (in FilterProject)");
    }
    EXPECT_TRUE(job.finished());
    EXPECT_EQ(out.rows().size(), 0u);
  }
}

TEST(JobExecution, StopEndsAnUnboundedJobAndFinishesWhatWasRead) {
  for (const bool real : {true, false}) {
    sim::CommittedRows out;
    SimulatedEnvironment simulated(5);
    RealEnvironment threads(2);
    Environment& environment = real ? threads.get() : simulated.get();
    GraphOptions options;
    options.parallelism = 2;
    options.log.bounded = false;
    JobExecution job(filter_job(logs(2, 300), out, options), environment, {});
    job.start();
    job.run([&] { return job.metrics().sum(counter::kRecordsIn, "sink") == 400; });
    EXPECT_FALSE(job.finished());
    job.stop();
    job.run();
    EXPECT_EQ(out.folded(), kept(2, 300));
  }
}

TEST(JobExecution, CancelEndsAtOnce) {
  sim::CommittedRows out;
  RealEnvironment environment(2);
  GraphOptions options;
  options.log.bounded = false;
  JobExecution job(filter_job(logs(2, 300), out, options), environment.get(), {});
  job.start();
  job.run([&] { return job.metrics().sum(counter::kRecordsIn, "sink") > 0; });
  job.cancel();
  job.run();
  EXPECT_TRUE(job.finished());
  EXPECT_EQ(out.rows().size(), 0u);
}

TEST(JobExecution, ASlowSinkSlowsTheSourceDown) {
  // Capacity two: the job can only end if full channels wake their producers.
  sim::CommittedRows out;
  RealEnvironment environment(2);
  GraphOptions graph_options;
  graph_options.parallelism = 3;
  graph_options.shipping = Shipping::kRebalance;
  JobOptions options;
  options.runtime.channel_events = 2;
  options.runtime.batch_rows = 1;
  JobExecution job(filter_job(logs(3, 1000), out, graph_options), environment.get(), options);
  job.start();
  job.run();
  EXPECT_EQ(out.folded(), kept(3, 1000));
}

// Gives the rows of "busy" one by one, a second apart; "silent" has one row and then nothing for ever.
class BusyAndSilent final : public Source {
 public:
  explicit BusyAndSilent(SchemaPtr schema) : schema_(std::move(schema)) {}
  SchemaPtr schema() const override { return schema_; }
  bool bounded() const override { return false; }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment&, std::string_view) const override {
    return std::make_unique<Both>();
  }
  std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask&) const override {
    return std::make_unique<TwoSplits>(schema_, environment);
  }
  std::string description() const override { return "busy and silent"; }

 private:
  struct Both final : SplitEnumerator {
    std::vector<Split> discover() override { return std::exchange(splits, {}); }
    std::optional<DurationMillis> rediscovery_interval_ms() const override { return std::nullopt; }
    std::string snapshot() const override { return ""; }
    std::vector<Split> splits = {{"busy", ""}, {"silent", ""}};
  };
  class TwoSplits final : public Reader {
   public:
    TwoSplits(SchemaPtr schema, Environment& environment) : schema_(std::move(schema)), environment_(environment) {}
    void add_splits(std::vector<Split>) override { start_ = environment_.clock.now(); }
    ReadResult poll(int32_t, std::string_view) override {
      ReadResult result;
      const int64_t second = (environment_.clock.now() - start_) / 1000;
      if (!silent_read_) {
        silent_read_ = true;
        result.split = "silent";
        result.batch = parse_batch(schema_, "s | T1000");
      } else if (busy_read_ <= second) {
        result.split = "busy";
        result.batch = parse_batch(schema_, fmt::format("b | T{}", 1000 * ++busy_read_));
      } else {
        result.split = "silent";
        result.caught_up = true;
        result.next = ReadResult::Next::kWait;
        result.wake_at = start_ + 1000 * busy_read_;
      }
      return result;
    }
    std::vector<Split> positions() const override { return {{"busy", ""}, {"silent", ""}}; }

   private:
    SchemaPtr schema_;
    Environment& environment_;
    EpochMillis start_ = 0;
    int64_t busy_read_ = 0;
    bool silent_read_ = false;
  };
  SchemaPtr schema_;
};

TEST(JobExecution, AnIdleSplitStopsHoldingEventTimeBackAfterItsTimeout) {
  const SchemaPtr schema = parse_schema("k STRING, ts TIMESTAMP(3) *ROWTIME*");
  sim::CommittedRows out;
  SimulatedEnvironment environment(1);
  SourceSpec source;
  source.source = std::make_shared<BusyAndSilent>(schema);
  source.schema = schema;
  source.rowtime = 1;
  source.watermark = make_column(1, Type::timestamp(3));
  source.idle_timeout = 5000;
  SinkSpec sink;
  sink.sink = sim::make_committed_sink(out);
  sink.schema = schema;
  JobGraph graph;
  graph.vertices.push_back({"source", "Source", source, {}, 1});
  graph.vertices.push_back({"sink", "Sink", sink, {{0, Shipping::kHash, {0}}}, 2});
  JobExecution job(std::move(graph), environment.get(), {});
  job.start();
  const EpochMillis start = environment.clock().now();
  const auto watermark_after = [&](DurationMillis ms) {
    environment.executor().at(start + ms, [] {});
    job.run([&] { return environment.clock().now() >= start + ms && environment.executor().quiet(); });
    return job.metrics().operators.back().watermark;
  };
  EXPECT_EQ(watermark_after(4500), 1000);  // the silent split holds it
  EXPECT_EQ(watermark_after(5500), 6000);  // and is idle from here on
  EXPECT_EQ(watermark_after(9500), 10000);
  job.cancel();
  job.run();
}

TEST(JobExecution, RefusesAParallelismAboveTheMaximum) {
  sim::CommittedRows out;
  SimulatedEnvironment environment(1);
  GraphOptions options;
  options.parallelism = 200;
  JobExecution job(filter_job(logs(1, 1), out, options), environment.get(), {});
  EXPECT_THROW(job.start(), UserError);
}

TEST(JobExecution, TheClosingSummaryNamesLateRows) {
  sim::CommittedRows out;
  SimulatedEnvironment environment(1);
  JobOptions options;
  class Late final : public Operator {
   public:
    void open(OperatorContext& context) override { context_ = &context; }
    void process(Batch input, int32_t, Output&) override {
      const LateRow rows[] = {{0, 5, 10}};
      context_->late_rows(input, rows, "window_closed");
    }

   private:
    OperatorContext* context_ = nullptr;
  };
  options.runtime.make_operator = [](const Vertex&) { return std::make_unique<Late>(); };
  options.runtime.batch_rows = 1;
  JobExecution job(filter_job(logs(1, 8), out, {}), environment.get(), options);
  job.start();
  job.run();
  const JobSummary summary = job.summary();
  EXPECT_EQ(summary.rows_late, 8);
  ASSERT_EQ(summary.late.size(), 1u);
  EXPECT_EQ(summary.late[0].operator_name, "FilterProject");
  EXPECT_EQ(summary.late[0].by_reason, (std::map<std::string, int64_t>{{"window_closed", 8}}));
  ASSERT_EQ(summary.late[0].samples.size(), 5u);
  EXPECT_EQ(summary.late[0].samples[1].row, "+I | k1 | 1 | TRUE");
}

}  // namespace
}  // namespace tidemill
