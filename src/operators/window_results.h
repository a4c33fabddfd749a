// operators/window_results.h - the rows that fired windows give: keys, aggregates, window properties. Rule: +I only, in
// the order appended, in batches of kBatchRowsTarget.
#pragma once
#include <span>
#include <vector>

#include "operators/aggregation.h"
#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

// A window as its results show it: start and end in window time, rowtime as an instant.
struct WindowBounds {
  EpochMillis start = 0;
  EpochMillis end = 0;
  EpochMillis rowtime = 0;
};

class WindowResults {
 public:
  // `key_types` are those of the records' table, of which the first spec.keys.size() are put out.
  WindowResults(const WindowAggregateSpec& spec, const std::vector<Type>& key_types);

  // Appends one row a record; records[i] is of windows[i], or all are of the only one. Requires: at most kBatchRowsMax
  // records.
  void append(Aggregation& aggregation, RecordTable& table, std::span<const std::byte* const> records,
              std::span<const WindowBounds> windows, Output& output);
  // Emits what was appended since the last full batch.
  void flush(Output& output);

 private:
  SchemaPtr schema_;
  size_t num_keys_;
  std::vector<WindowProperty> properties_;
  std::vector<ColumnBuilder> keys_;
  std::vector<ColumnBuilder> results_;
  std::vector<ColumnBuilder> windows_;
  int32_t num_rows_ = 0;
};

}  // namespace tidemill
