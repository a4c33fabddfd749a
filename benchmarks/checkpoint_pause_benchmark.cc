// How long a task stands still for a checkpoint: freezing a store of 1 GB, and the batches that follow, whose pages
// must be copied before they are written to. Counters in microseconds: the longest of all rounds, and of the median
// one.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

#include "benchmarks/support/comparison.h"
#include "benchmarks/support/figures.h"
#include "data/column_builder.h"
#include "state/state_store.h"

namespace tidemill::bench {
namespace {

constexpr int32_t kBatchRows = 1024;
constexpr int64_t kRecordBytes = 48;  // a BIGINT key and five numbers, without the flag of NULL
constexpr int kBatchesAfter = 500;
constexpr int kCheckpoints = 10;

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

// Counts by key, as an operator does: a batch of keys, their records, numbers added in place.
class Counts {
 public:
  Counts() : table_(store_.record_table(descriptor())), keys_(table_.key_layout()) {}

  static TableDescriptor descriptor() {
    TableDescriptor descriptor;
    descriptor.name = "counts";
    descriptor.key_types = {Type::big_int().with_nullable(false)};
    for (const char* name : {"a", "b", "c", "d", "e"}) descriptor.fields.push_back(RecordField::int64(name));
    return descriptor;
  }

  // `key_of(i)` for i below kBatchRows.
  template <class KeyOf>
  void add_batch(KeyOf key_of) {
    ColumnBuilder builder(Type::big_int().with_nullable(false));
    for (int32_t i = 0; i < kBatchRows; ++i) builder.append<int64_t>(key_of(i));
    const ColumnPtr column = builder.finish();
    keys_.assign(std::span(&column, 1), kBatchRows);
    records_.resize(kBatchRows);
    created_.resize(kBatchRows);
    table_.upsert(keys_, records_, created_);
    const uint32_t offset = table_.layout().offset("a");
    for (std::byte* const record : records_) ++*reinterpret_cast<int64_t*>(record + offset);
    store_.release();
  }

  StateStore& store() { return store_; }
  int64_t size() const { return table_.size(); }

 private:
  StateStore store_;
  RecordTable& table_;
  KeyBatch keys_;
  std::vector<std::byte*> records_;
  std::vector<uint8_t> created_;
};

void freeze_and_go_on(benchmark::State& state) {
  const int64_t megabytes = from_environment("BENCH_STATE_MB", 1024);
  const int64_t num_keys = megabytes * (1 << 20) / kRecordBytes;
  Counts counts;
  for (int64_t first = 0; first < num_keys; first += kBatchRows)
    counts.add_batch([first](int32_t i) { return first + i; });
  Numbers numbers(11);
  const auto random_batch = [&] { counts.add_batch([&](int32_t) { return numbers.below(num_keys); }); };
  double before_us = 0;
  std::vector<double> freezes_us;
  std::vector<double> after_us;
  int64_t checkpoint = 0;
  for (auto _ : state) {
    for (int round = 0; round < kCheckpoints; ++round) {
      for (int batch = 0; batch < kBatchesAfter; ++batch) {
        const Clock::time_point start = Clock::now();
        random_batch();
        before_us = std::max(before_us, microseconds_since(start));
      }
      Clock::time_point start = Clock::now();
      ++checkpoint;
      std::unique_ptr<PendingSnapshot> snapshot = counts.store().freeze_changes(checkpoint, checkpoint - 1);
      freezes_us.push_back(microseconds_since(start));
      after_us.push_back(0);
      for (int batch = 0; batch < kBatchesAfter; ++batch) {
        start = Clock::now();
        random_batch();
        after_us.back() = std::max(after_us.back(), microseconds_since(start));
      }
    }
  }
  state.counters["state_mb"] = static_cast<double>(counts.store().page_bytes() >> 20);
  state.counters["freeze_us"] = *std::max_element(freezes_us.begin(), freezes_us.end());
  state.counters["freeze_median_us"] = median(freezes_us);
  state.counters["batch_us"] = before_us;
  state.counters["batch_after_us"] = *std::max_element(after_us.begin(), after_us.end());
  state.counters["batch_after_median_us"] = median(after_us);
}

BENCHMARK(freeze_and_go_on)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidemill::bench
