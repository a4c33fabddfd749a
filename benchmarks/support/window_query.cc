#include "benchmarks/support/window_query.h"

#include "benchmarks/support/comparison.h"
#include "benchmarks/support/script_job.h"

namespace tidemill::bench {

uint64_t count_by_engine(const BidFile& file, FieldsRead fields) {
  const std::string_view every_field =
      "WHERE id >= 0 AND bidder > 0 AND price > 0 AND channel <> '' AND url <> '' AND extra <> ''";
  const std::string sql = fmt::format(
      "{}SELECT auction, window_start, COUNT(*) AS bids"
      " FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(date_time), INTERVAL '10' SECOND)) {}"
      " GROUP BY auction, window_start, window_end;",
      file.create_table(), fields == FieldsRead::kEight ? every_field : "");
  uint64_t checksum = 0;
  ScriptRun run;
  run.take = [&](const Batch& batch) {
    const auto auctions = batch.column(0)->decode<int64_t>();
    const auto starts = batch.column(1)->decode<int64_t>();
    const auto counts = batch.column(2)->decode<int64_t>();
    for (int32_t row = 0; row < batch.num_rows(); ++row)
      checksum += row_hash(static_cast<uint64_t>(auctions[row]), static_cast<uint64_t>(starts[row]),
                           static_cast<uint64_t>(counts[row]));
  };
  run_script(sql, run);
  return checksum;
}

}  // namespace tidemill::bench
