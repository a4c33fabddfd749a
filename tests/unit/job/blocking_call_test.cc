// Operators that ask the I/O pool (OperatorContext::block) or wait for room (when_room): rows keep their order, nothing
// overtakes them, and a job ends, fails, is cancelled and saves itself around calls that are under way.
#include <gtest/gtest.h>

#include "base/error.h"
#include "data/pretty.h"
#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"
#include "job/job_execution.h"
#include "sim/committed_sink.h"
#include "sim/log_source.h"
#include "tests/operators/harness/operator_case.h"

namespace tidemill {
namespace {

const SchemaPtr kRows = parse_schema("x BIGINT");

// Passes on what it is given, after `calls` calls a batch that run side by side and one more that the last of them
// makes. Work fails at row `fails_at`.
class AskAndPass final : public Operator {
 public:
  AskAndPass(int32_t calls, int64_t fails_at) : calls_(calls), fails_at_(fails_at) {}

  void open(OperatorContext& context) override { context_ = &context; }
  void process(Batch input, int32_t, Output&) override {
    CHECK(pending_ == 0);  // given nothing else meanwhile
    const int32_t step = std::max(1, (input.num_rows() + calls_ - 1) / calls_);
    for (int32_t first = 0; first < input.num_rows(); first += step)
      ask(input.slice(first, std::min(step, input.num_rows() - first)), true);
  }
  void on_watermark(EpochMillis, Output&) override { CHECK(pending_ == 0); }
  void before_barrier(const Barrier&, Output&) override { CHECK(pending_ == 0); }
  void finish(Output&) override { CHECK(pending_ == 0); }

 private:
  void ask(Batch rows, bool again) {
    ++pending_;
    const int64_t first = rows.column(0)->decode<int64_t>()[0];
    context_->block(
        [this, first] {
          if (first >= fails_at_) throw TransientError("the server is gone");
        },
        [this, rows, again](Output& output) {
          --pending_;
          output.emit(rows.slice(0, again ? rows.num_rows() - 1 : rows.num_rows()));
          if (again) ask(rows.slice(rows.num_rows() - 1, 1), false);
        });
  }

  const int32_t calls_;
  const int64_t fails_at_;
  OperatorContext* context_ = nullptr;
  int32_t pending_ = 0;
};

JobGraph asking_job(sim::CommittedRows& out, int32_t rows) {
  std::string text;
  for (int32_t i = 0; i < rows; ++i) text += fmt::format("{}\n", i);
  JobGraph graph;
  SourceSpec source;
  source.source = sim::make_log_source(kRows, {{"log", parse_batch(kRows, text)}}, {});
  source.schema = kRows;
  source.table = "rows";
  SinkSpec sink;
  sink.sink = sim::make_committed_sink(out);
  sink.schema = kRows;
  sink.table = "out";
  graph.vertices.push_back({"source", "Source", source, {}, 1});
  graph.vertices.push_back({"first", "First", FilterProjectSpec{}, {{0, Shipping::kForward, {}}}, 1});
  graph.vertices.push_back({"second", "Second", FilterProjectSpec{}, {{1, Shipping::kForward, {}}}, 1});
  graph.vertices.push_back({"sink", "Sink", sink, {{2, Shipping::kHash, {}}}, 1});
  return graph;
}

// With `side_by_side`, the second operator makes several calls a batch, and rows of a batch change places.
JobOptions asking_options(bool side_by_side, int64_t fails_at = std::numeric_limits<int64_t>::max()) {
  JobOptions options;
  options.runtime.check_contracts = true;
  options.runtime.batch_rows = 5;
  options.runtime.make_operator = [side_by_side, fails_at](const Vertex& vertex) {
    return std::make_unique<AskAndPass>(side_by_side && vertex.id == "second" ? 3 : 1, fails_at);
  };
  return options;
}

std::vector<std::string> all_rows(int32_t count) {
  std::vector<std::string> rows;
  for (int32_t i = 0; i < count; ++i) rows.push_back(fmt::format("+I | {}", i));
  return rows;
}

void expect_rows(const sim::CommittedRows& out, int32_t count, bool in_order) {
  std::vector<std::string> rows = out.rows(), expected = all_rows(count);
  if (!in_order) std::sort(rows.begin(), rows.end());
  if (!in_order) std::sort(expected.begin(), expected.end());
  EXPECT_EQ(rows, expected);
}

TEST(BlockingCalls, RowsComeBackAndBarriersFindNoCallUnderWay) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SimulatedEnvironment environment(seed);
    sim::CommittedRows out;
    const bool side_by_side = seed % 4 >= 2;
    JobOptions options = asking_options(side_by_side);
    options.runtime.chaining = seed % 2 == 0;
    options.checkpoint_directory = "/checkpoints";
    options.checkpoint_interval_ms = 1;
    options.publish_interval_ms = seed % 3 == 0 ? 1 : 0;
    JobExecution job(asking_job(out, 60), environment.get(), options);
    job.start();
    job.run();
    SCOPED_TRACE(seed);
    expect_rows(out, 60, !side_by_side);
  }
}

TEST(BlockingCalls, RowsComeBackBetweenThreads) {
  RealEnvironment environment(2);
  sim::CommittedRows out;
  JobExecution job(asking_job(out, 500), environment.get(), asking_options(true));
  job.start();
  job.run();
  expect_rows(out, 500, false);
}

TEST(BlockingCalls, ACallThatFailsFailsTheJob) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    SimulatedEnvironment environment(seed);
    sim::CommittedRows out;
    JobExecution job(asking_job(out, 60), environment.get(), asking_options(true, 17));
    job.start();
    EXPECT_THROW(job.run(), TransientError);
  }
}

TEST(BlockingCalls, ACancelledJobWaitsForCallsThatRun) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    SimulatedEnvironment environment(seed);
    sim::CommittedRows out;
    JobExecution job(asking_job(out, 60), environment.get(), asking_options(true));
    job.start();
    job.run([&] { return job.metrics().sum(counter::kRecordsIn, "second") > 10; });
    job.cancel();
    job.run();
    EXPECT_TRUE(job.finished());
  }
}

// Emits each batch `kCopies` times, and at the end a row -1 as often, one at a time as there is room.
class RepeatInPieces final : public Operator {
 public:
  static constexpr int32_t kCopies = 3;

  void open(OperatorContext& context) override { context_ = &context; }
  void process(Batch input, int32_t, Output& output) override {
    CHECK(left_ == 0);  // given nothing else meanwhile
    left_ = kCopies;
    emit(input, output);
  }
  void on_watermark(EpochMillis, Output&) override { CHECK(left_ == 0); }
  void before_barrier(const Barrier&, Output&) override { CHECK(left_ == 0); }
  void finish(Output& output) override {
    CHECK(left_ == 0);
    left_ = kCopies;
    emit(parse_batch(kRows, "-1\n"), output);
  }

 private:
  void emit(const Batch& rows, Output& output) {
    output.emit(rows);
    if (--left_ > 0) context_->when_room([this, rows](Output& more) { emit(rows, more); });
  }

  OperatorContext* context_ = nullptr;
  int32_t left_ = 0;
};

TEST(WhenRoom, ChainedOperatorsEmitAPieceAtATimeAndBarriersFindNoneUnderWay) {
  constexpr int32_t kCopies = RepeatInPieces::kCopies;
  std::vector<std::string> expected;
  for (int32_t i = 0; i < 60; ++i) expected.insert(expected.end(), kCopies * kCopies, fmt::format("+I | {}", i));
  expected.insert(expected.end(), kCopies * kCopies + kCopies, "+I | -1");
  std::sort(expected.begin(), expected.end());
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SimulatedEnvironment environment(seed);
    sim::CommittedRows out;
    JobOptions options = asking_options(false);
    options.runtime.make_operator = [](const Vertex&) { return std::make_unique<RepeatInPieces>(); };
    options.runtime.chaining = seed % 2 == 0;
    options.runtime.channel_events = 2;
    options.checkpoint_directory = "/checkpoints";
    options.checkpoint_interval_ms = 1;
    JobExecution job(asking_job(out, 60), environment.get(), options);
    job.start();
    job.run();
    std::vector<std::string> rows = out.rows();
    std::sort(rows.begin(), rows.end());
    EXPECT_EQ(rows, expected) << seed;
  }
}

TEST(WhenRoom, InTheHarnessTheRestComesBehindTheEvent) {
  OperatorHarness harness([] { return std::make_unique<RepeatInPieces>(); }, {.inputs = {kRows}, .output = kRows});
  harness.push("1");
  EXPECT_EQ(harness.take_rows(), std::vector<std::string>(RepeatInPieces::kCopies, "+I | 1"));
}

// Chained operators of the harness have no pool: calls run behind the event at hand.
TEST(BlockingCalls, InTheHarnessResultsComeBehindTheEvent) {
  OperatorHarness harness([] { return std::make_unique<AskAndPass>(1, 100); }, {.inputs = {kRows}, .output = kRows});
  harness.push("1\n2\n3");
  EXPECT_EQ(harness.take_rows(), (std::vector<std::string>{"+I | 1", "+I | 2", "+I | 3"}));
}

}  // namespace
}  // namespace tidemill
