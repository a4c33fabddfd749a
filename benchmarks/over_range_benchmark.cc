// SUM, MIN and MAX OVER (PARTITION BY k ORDER BY time RANGE …) at frames of 100, 10 thousand and a million rows: what a
// row costs once the frame is full, against running sums and monotonic deques over plain arrays.
#include <array>
#include <deque>

#include "benchmarks/support/comparison.h"
#include "benchmarks/support/figures.h"
#include "data/column_builder.h"
#include "data/pretty.h"
#include "functions/all.h"
#include "operators/make_operator.h"
#include "runtime/operator_node.h"

namespace tidemill::bench {
namespace {

constexpr std::array<int64_t, 3> kFrameRows = {100, 10'000, 1'000'000};  // of all partitions together
constexpr std::array<const char*, 3> kFrameNames = {"100", "10k", "1M"};

const SchemaPtr kRows = parse_schema("k BIGINT NOT NULL, x BIGINT NOT NULL, ts TIMESTAMP(3) NOT NULL");

// Which of the aggregates are asked for, over values that come in random order or fall: then every one of a frame may
// yet be its MAX.
struct Calls {
  bool sum = false;
  bool min = false;
  bool max = false;
  bool falling = false;
};

// A row each millisecond, of a random partition.
struct TimedRows {
  std::vector<int64_t> keys;
  std::vector<int64_t> values;
  std::vector<Batch> batches;  // the same rows
};

TimedRows make_rows(int64_t rows, int64_t partitions, bool falling) {
  TimedRows all;
  Numbers numbers(11);
  for (int64_t first = 0; first < rows; first += kBatchRowsTarget) {
    const auto count = static_cast<int32_t>(std::min<int64_t>(kBatchRowsTarget, rows - first));
    ColumnBuilder keys(kRows->field(0).type);
    ColumnBuilder values(kRows->field(1).type);
    ColumnBuilder times(kRows->field(2).type);
    for (int32_t row = 0; row < count; ++row) {
      all.keys.push_back(numbers.below(partitions));
      all.values.push_back(falling ? -first - row : numbers.below(1'000'000'000));
      keys.append(all.keys.back());
      values.append(all.values.back());
      times.append<int64_t>(first + row);
    }
    all.batches.emplace_back(kRows, std::vector<ColumnPtr>{keys.finish(), values.finish(), times.finish()}, count);
  }
  return all;
}

OverAggregateSpec make_spec(const Calls& calls, DurationMillis preceding) {
  FunctionRegistry functions;
  register_builtin_functions(functions);
  OverAggregateSpec spec;
  spec.keys = {0};
  spec.time_column = 2;
  spec.frame.preceding = preceding;
  std::vector<Field> fields = kRows->fields();
  const auto add = [&](const std::string& name) {
    const AggregateCall call = functions.resolve_aggregate(name, {make_column(1, kRows->field(1).type)}, {});
    spec.aggregates.push_back(
        {.function = call.function, .argument = call.argument, .filter = {}, .text = name + "(x)"});
    fields.push_back({name, call.function->result_type()});
  };
  if (calls.sum) add("SUM");
  if (calls.min) add("MIN");
  if (calls.max) add("MAX");
  spec.schema = make_schema(std::move(fields));
  return spec;
}

// Adds up the results, whatever their order.
class SumResults final : public EventTarget {
 public:
  void accept(Event event) override {
    const auto* const batch = std::get_if<Batch>(&event);
    if (batch == nullptr) return;
    const auto times = batch->column(2)->decode<int64_t>();
    for (int32_t column = 3; column < batch->num_columns(); ++column) {
      const auto results = batch->column(column)->decode<int64_t>();
      for (int32_t row = 0; row < batch->num_rows(); ++row)
        checksum_ += row_hash(static_cast<uint64_t>(times[row]), static_cast<uint64_t>(column),
                              static_cast<uint64_t>(results[row]));
    }
  }
  uint64_t checksum() const { return checksum_; }

 private:
  uint64_t checksum_ = 0;
};

// What all rows gave, and what one took of those that found the frame full.
struct Cost {
  double ns_row;
  uint64_t checksum;
};

Cost run_operator(const OverAggregateSpec& spec, const TimedRows& rows, int64_t measured_from) {
  SumResults out;
  OperatorNodeOptions options;
  options.id = options.name = "over";
  OperatorNode node(make_operator(spec), std::move(options), out);
  node.open();
  node.start();
  double start = 0;
  int64_t fed = 0;
  for (const Batch& batch : rows.batches) {
    if (fed == measured_from) start = process_cpu_seconds();
    node.accept(batch, 0);
    fed += batch.num_rows();
    node.accept(Watermark{fed - 1}, 0);
  }
  const double seconds = process_cpu_seconds() - start;
  node.accept(EndOfInput{}, 0);
  return {seconds * 1e9 / static_cast<double>(fed - measured_from), out.checksum()};
}

// The frame by hand: rows that may still become the least or greatest, and those that have to be taken off the sum.
class HandFrame {
 public:
  HandFrame(const Calls& calls, DurationMillis preceding) : calls_(calls), preceding_(preceding) {}

  // Returns the hash of the results.
  uint64_t add(int64_t time, int64_t value) {
    uint64_t hash = 0;
    uint64_t column = 3;
    const auto give = [&](int64_t result) {
      hash += row_hash(static_cast<uint64_t>(time), column++, static_cast<uint64_t>(result));
    };
    if (calls_.sum) {
      for (; !rows_.empty() && rows_.front().time < time - preceding_; rows_.pop_front()) sum_ -= rows_.front().value;
      rows_.push_back({time, value});
      sum_ += value;
      give(sum_);
    }
    if (calls_.min) give(offer(least_, time, value, [](int64_t a, int64_t b) { return a < b; }));
    if (calls_.max) give(offer(greatest_, time, value, [](int64_t a, int64_t b) { return a > b; }));
    return hash;
  }

 private:
  struct Row {
    int64_t time;
    int64_t value;
  };
  template <class Before>
  int64_t offer(std::deque<Row>& rows, int64_t time, int64_t value, Before before) const {
    while (!rows.empty() && !before(rows.back().value, value)) rows.pop_back();
    rows.push_back({time, value});
    while (rows.front().time < time - preceding_) rows.pop_front();
    return rows.front().value;
  }

  Calls calls_;
  DurationMillis preceding_;
  std::deque<Row> rows_, least_, greatest_;
  int64_t sum_ = 0;
};

Cost run_by_hand(const Calls& calls, DurationMillis preceding, const TimedRows& rows, int64_t partitions,
                 int64_t measured_from) {
  std::vector<HandFrame> frames(static_cast<size_t>(partitions), HandFrame(calls, preceding));
  uint64_t checksum = 0;
  const auto add = [&](int64_t row) {
    const auto i = static_cast<size_t>(row);
    checksum += frames[static_cast<size_t>(rows.keys[i])].add(row, rows.values[i]);
  };
  for (int64_t row = 0; row < measured_from; ++row) add(row);
  const double start = process_cpu_seconds();
  const auto num_rows = static_cast<int64_t>(rows.keys.size());
  for (int64_t row = measured_from; row < num_rows; ++row) add(row);
  return {(process_cpu_seconds() - start) * 1e9 / static_cast<double>(num_rows - measured_from), checksum};
}

void over_range(benchmark::State& state, const Calls& calls) {
  const int64_t partitions = state.range(0);
  const int64_t measured = from_environment("BENCH_OVER_ROWS", 128 * 1024) / kBatchRowsTarget * kBatchRowsTarget;
  for (auto _ : state) {
    std::array<Cost, kFrameRows.size()> by_operator;
    for (size_t i = 0; i < kFrameRows.size(); ++i) {
      const int64_t filling = (kFrameRows[i] + kBatchRowsTarget) / kBatchRowsTarget * kBatchRowsTarget;
      const TimedRows rows = make_rows(filling + measured, partitions, calls.falling);
      const DurationMillis preceding = kFrameRows[i] - 1;
      by_operator[i] = run_operator(make_spec(calls, preceding), rows, filling);
      const Cost by_hand = run_by_hand(calls, preceding, rows, partitions, filling);
      if (by_operator[i].checksum != by_hand.checksum) return state.SkipWithError("results differ");
      state.counters[std::string("ns_row_") + kFrameNames[i]] = by_operator[i].ns_row;
      state.counters[std::string("hand_") + kFrameNames[i]] = by_hand.ns_row;
      state.counters[std::string("ratio_") + kFrameNames[i]] = by_operator[i].ns_row / by_hand.ns_row;
    }
    state.counters["growth"] = by_operator.back().ns_row / by_operator.front().ns_row;
    state.SetIterationTime(by_operator.back().ns_row * static_cast<double>(measured) / 1e9);
  }
}

void over_range_sum(benchmark::State& state) { over_range(state, {.sum = true}); }
void over_range_min(benchmark::State& state) { over_range(state, {.min = true}); }
void over_range_max(benchmark::State& state) { over_range(state, {.max = true}); }
void over_range_all(benchmark::State& state) { over_range(state, {.sum = true, .min = true, .max = true}); }

void over_range_max_of_falling(benchmark::State& state) { over_range(state, {.max = true, .falling = true}); }

void at_partitions(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(1)->Arg(16)->ArgName("partitions");
  benchmark->UseManualTime()->Iterations(1)->Unit(benchmark::kMillisecond);
}
BENCHMARK(over_range_sum)->Apply(at_partitions);
BENCHMARK(over_range_min)->Apply(at_partitions);
BENCHMARK(over_range_max)->Apply(at_partitions);
BENCHMARK(over_range_all)->Apply(at_partitions);
BENCHMARK(over_range_max_of_falling)->Apply(at_partitions);

}  // namespace
}  // namespace tidemill::bench
