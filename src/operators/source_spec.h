// operators/source_spec.h - what the planner tells the runtime of a source: plain data, as operators/spec.h.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/spi/source.h"
#include "data/schema.h"
#include "expr/expression.h"

namespace tidemill {

// What a table asks for: scan.watermark.alignment.*.
struct WatermarkAlignment {
  std::string group;
  DurationMillis max_drift_ms = 0;
  DurationMillis update_interval_ms = 1'000;
  bool operator==(const WatermarkAlignment&) const = default;
};

// Reads splits, computes columns, assigns watermarks a split.
struct SourceSpec {
  std::shared_ptr<const Source> source;
  std::vector<ExpressionPtr> projections;            // over source->schema(); empty: the source's columns as they are
  SchemaPtr schema;                                  // of the output
  ExpressionPtr watermark;                           // over `schema`, TIMESTAMP(3) or TIMESTAMP_LTZ(3); null: none
  std::optional<int32_t> rowtime;                    // column of `schema` that WATERMARK FOR names
  std::optional<DurationMillis> idle_timeout;        // null: splits are never idle
  std::optional<WatermarkAlignment> alignment = {};  // null: it waits for no other source
  enum class NullRowtime : uint8_t { kFail, kDrop, kSkipWatermark } null_rowtime = NullRowtime::kFail;
  std::string table;                   // name for errors and metrics
  bool always_row_watermarks = false;  // the plan reads CURRENT_WATERMARK
};

}  // namespace tidemill
