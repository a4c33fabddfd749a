// Filter, projection and sum over 16 million rows in memory: SQL at parallelism 1 against one loop over two arrays.
#include "benchmarks/support/comparison.h"
#include "benchmarks/support/script_job.h"
#include "data/column_builder.h"
#include "data/pretty.h"

namespace tidemill::bench {
namespace {

constexpr int64_t kPriceMax = 10'000'000;
constexpr int64_t kPriceLimit = kPriceMax / 2;  // half of the rows pass, in no pattern

struct Numbers16M {
  std::vector<int64_t> prices;
  std::vector<int64_t> bidders;
  MemoryTable table;  // the same rows
};

Numbers16M make_numbers() {
  Numbers16M all;
  const int64_t rows = from_environment("BENCH_MEMORY_ROWS", 16'000'000);
  all.table.schema = parse_schema("price BIGINT NOT NULL, bidder BIGINT NOT NULL");
  Numbers numbers(7);
  for (int64_t first = 0; first < rows; first += kBatchRowsTarget) {
    const auto count = static_cast<int32_t>(std::min<int64_t>(kBatchRowsTarget, rows - first));
    ColumnBuilder prices(Type::big_int().not_null());
    ColumnBuilder bidders(Type::big_int().not_null());
    for (int32_t row = 0; row < count; ++row) {
      all.prices.push_back(numbers.below(kPriceMax));
      all.bidders.push_back(numbers.below(kPriceMax));
      prices.append(all.prices.back());
      bidders.append(all.bidders.back());
    }
    all.table.batches.emplace_back(all.table.schema, std::vector<ColumnPtr>{prices.finish(), bidders.finish()}, count);
  }
  return all;
}

uint64_t sum_by_engine(const MemoryTable& table) {
  int64_t sum = 0;
  ScriptRun run;
  run.take = [&](const Batch& batch) { sum = batch.column(0)->decode<int64_t>()[0]; };
  run.memory = &table;
  run_script(fmt::format("CREATE TABLE numbers (price BIGINT NOT NULL, bidder BIGINT NOT NULL)"
                         " WITH ('connector' = 'memory');"
                         "SET 'execution.runtime-mode' = 'BATCH';"
                         "SELECT SUM(price * 2 + bidder) AS total FROM numbers WHERE price > {};",
                         kPriceLimit),
             run);
  return static_cast<uint64_t>(sum);
}

uint64_t sum_by_hand(const Numbers16M& all) {
  int64_t sum = 0;
  for (size_t i = 0; i < all.prices.size(); ++i)
    if (all.prices[i] > kPriceLimit) sum += all.prices[i] * 2 + all.bidders[i];
  return static_cast<uint64_t>(sum);
}

void filter_project_sum(benchmark::State& state) {
  const Numbers16M all = make_numbers();
  compare(
      state, static_cast<int64_t>(all.prices.size()), [&] { return sum_by_engine(all.table); },
      [&] { return sum_by_hand(all); });
}
BENCHMARK(filter_project_sum)->UseManualTime()->Iterations(kRounds)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidemill::bench
