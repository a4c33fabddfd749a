// COUNT(*) and SUM a BIGINT key, at 1 thousand, 100 thousand and 2 million keys: the operator with its state against
// open-addressing tables written by hand, one that takes a row at a time and one that fetches slots ahead.
#include <array>

#include "benchmarks/support/comparison.h"
#include "data/column_builder.h"
#include "data/pretty.h"
#include "functions/all.h"
#include "operators/make_operator.h"
#include "runtime/operator_node.h"

namespace tidemill::bench {
namespace {

const SchemaPtr kRows = parse_schema("k BIGINT NOT NULL, x BIGINT NOT NULL");

struct KeyedRows {
  std::vector<int64_t> keys;
  std::vector<int64_t> values;
  std::vector<Batch> batches;  // the same rows
};

KeyedRows make_rows(int64_t num_keys) {
  KeyedRows all;
  const int64_t rows = from_environment("BENCH_KEYED_ROWS", 8'000'000);
  Numbers numbers(7);
  for (int64_t first = 0; first < rows; first += kBatchRowsTarget) {
    const auto count = static_cast<int32_t>(std::min<int64_t>(kBatchRowsTarget, rows - first));
    ColumnBuilder keys(kRows->field(0).type);
    ColumnBuilder values(kRows->field(1).type);
    for (int32_t row = 0; row < count; ++row) {
      all.keys.push_back(numbers.below(num_keys) * 7919);
      all.values.push_back(numbers.below(1000));
      keys.append(all.keys.back());
      values.append(all.values.back());
    }
    all.batches.emplace_back(kRows, std::vector<ColumnPtr>{keys.finish(), values.finish()}, count);
  }
  return all;
}

// The table by hand: linear probing, half full at most.
class HandTable {
 public:
  struct Slot {
    int64_t key;
    int64_t count;  // 0: free
    int64_t sum;
  };

  HandTable() : slots_(1024) {}
  void add(int64_t key, int64_t value) {
    Slot& slot = find(key);
    if (slot.count++ == 0) {
      slot.key = key;
      slot.sum = value;
      if (++used_ * 2 > slots_.size()) grow();
    } else {
      slot.sum += value;
    }
  }
  void prefetch(int64_t key) const { __builtin_prefetch(&slots_[slot_of(key)], 1); }
  uint64_t checksum() const {
    uint64_t sum = 0;
    for (const Slot& slot : slots_)
      if (slot.count != 0)
        sum += row_hash(static_cast<uint64_t>(slot.key), static_cast<uint64_t>(slot.count),
                        static_cast<uint64_t>(slot.sum));
    return sum;
  }

 private:
  size_t slot_of(int64_t key) const {
    return static_cast<size_t>((static_cast<uint64_t>(key) * 0x9E3779B97F4A7C15) >> 32) & (slots_.size() - 1);
  }
  Slot& find(int64_t key) {
    size_t at = slot_of(key);
    while (slots_[at].count != 0 && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }
  void grow() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    for (const Slot& slot : old)
      if (slot.count != 0) find(slot.key) = slot;
  }

  std::vector<Slot> slots_;
  size_t used_ = 0;
};

uint64_t sum_row_at_a_time(const KeyedRows& rows) {
  HandTable table;
  for (size_t i = 0; i < rows.keys.size(); ++i) table.add(rows.keys[i], rows.values[i]);
  return table.checksum();
}

uint64_t sum_with_prefetch(const KeyedRows& rows) {
  constexpr size_t kAhead = 16;
  HandTable table;
  for (size_t i = 0; i < rows.keys.size(); ++i) {
    if (i + kAhead < rows.keys.size()) table.prefetch(rows.keys[i + kAhead]);
    table.add(rows.keys[i], rows.values[i]);
  }
  return table.checksum();
}

class SumRows final : public EventTarget {
 public:
  void accept(Event event) override {
    const auto* const batch = std::get_if<Batch>(&event);
    if (batch == nullptr) return;
    const auto keys = batch->column(0)->decode<int64_t>();
    const auto counts = batch->column(1)->decode<int64_t>();
    const auto sums = batch->column(2)->decode<int64_t>();
    for (int32_t row = 0; row < batch->num_rows(); ++row)
      checksum_ += row_hash(static_cast<uint64_t>(keys[row]), static_cast<uint64_t>(counts[row]),
                            static_cast<uint64_t>(sums[row]));
  }
  uint64_t checksum() const { return checksum_; }

 private:
  uint64_t checksum_ = 0;
};

GroupAggregateSpec make_spec() {
  FunctionRegistry functions;
  register_builtin_functions(functions);
  GroupAggregateSpec spec;
  spec.keys = {0};
  spec.bounded_final_only = true;
  spec.schema = parse_schema("k BIGINT NOT NULL, n BIGINT NOT NULL, s BIGINT");
  const AggregateCall count = functions.resolve_aggregate("COUNT", {}, {});
  const AggregateCall sum = functions.resolve_aggregate("SUM", {make_column(1, kRows->field(1).type)}, {});
  spec.aggregates.push_back({.function = count.function, .argument = count.argument, .filter = {}, .text = "COUNT(*)"});
  spec.aggregates.push_back({.function = sum.function, .argument = sum.argument, .filter = {}, .text = "SUM(x)"});
  return spec;
}

uint64_t sum_by_operator(const GroupAggregateSpec& spec, const KeyedRows& rows) {
  SumRows out;
  OperatorNodeOptions options;
  options.id = options.name = "sum";
  OperatorNode node(make_operator(spec), std::move(options), out);
  node.open();
  node.start();
  for (const Batch& batch : rows.batches) node.accept(batch, 0);
  node.accept(Watermark{kMaxWatermark}, 0);
  node.accept(EndOfInput{}, 0);
  return out.checksum();
}

void keyed_sum(benchmark::State& state, uint64_t (*by_hand)(const KeyedRows&)) {
  const KeyedRows rows = make_rows(state.range(0));
  const GroupAggregateSpec spec = make_spec();
  compare(
      state, static_cast<int64_t>(rows.keys.size()), [&] { return sum_by_operator(spec, rows); },
      [&] { return by_hand(rows); });
}

void keyed_sum_row_at_a_time(benchmark::State& state) { keyed_sum(state, sum_row_at_a_time); }
void keyed_sum_with_prefetch(benchmark::State& state) { keyed_sum(state, sum_with_prefetch); }

void at_key_counts(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(1000)->Arg(100'000)->Arg(2'000'000)->ArgName("keys");
  benchmark->UseManualTime()->Iterations(kRounds)->Unit(benchmark::kMillisecond);
}
BENCHMARK(keyed_sum_row_at_a_time)->Apply(at_key_counts);
BENCHMARK(keyed_sum_with_prefetch)->Apply(at_key_counts);

}  // namespace
}  // namespace tidemill::bench
