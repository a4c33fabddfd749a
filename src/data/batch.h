// data/batch.h - rows travel as a Batch: equal-length columns, plus a kind a row where the stream retracts. Rule:
// immutable content; rows of one batch come from one split, or from an operator.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "data/column.h"
#include "data/schema.h"

namespace tidemill {

constexpr int32_t kBatchRowsTarget = 1024;  // a column of BIGINT fits L1; measured best between 512 and 4,096
constexpr int32_t kBatchRowsMax = 4096;

enum class RowKind : uint8_t { kInsert, kUpdateBefore, kUpdateAfter, kDelete };

// True for -U and -D: the row takes back an earlier one.
inline bool retracts(RowKind kind) { return kind == RowKind::kUpdateBefore || kind == RowKind::kDelete; }
// Returns "+I", "-U", "+U" or "-D".
std::string_view row_kind_text(RowKind kind);

// What the source knew when it read each row. w(i) is the maximum of the watermark expression over the earlier rows of
// the same split (kNoWatermark at the start of a split); "late" and CURRENT_WATERMARK read it, so that lateness depends
// on the log alone. Filters, projections and exchanges keep it, and so do operators that answer a row at once and keep
// its event time (deduplication, Top-N, interval joins). What comes out because time has passed has none, and its
// consumers use their own watermark instead.
struct RowProgress {
  bool from_split = false;               // false: nothing below is meaningful
  EpochMillis watermark = kNoWatermark;  // w of every row, where `watermarks` is null
  std::shared_ptr<const std::vector<EpochMillis>>
      watermarks;  // w(i), where the rows of the batch differ and it matters
  // Minimum over the other active splits and channels that meet before this operator, lowered at each merge. The merged
  // watermark at row i is min(w(i), other_splits): what a window fires by.
  EpochMillis other_splits = kMaxWatermark;
  // late-rows = MERGED: w(i) never goes beyond the other splits.
  bool merged = false;

  // Returns w(i): what the row is judged by.
  EpochMillis at(int32_t row) const { return merged ? merged_at(row) : own_at(row); }
  // Returns w(i) of the row's own split.
  EpochMillis own_at(int32_t row) const { return watermarks ? (*watermarks)[static_cast<size_t>(row)] : watermark; }
  EpochMillis merged_at(int32_t row) const { return std::min(own_at(row), other_splits); }
};

// Returns the same for rows that had these watermarks, one each.
RowProgress with_watermarks(const RowProgress& progress, std::vector<EpochMillis> watermarks);

// Where rows were read, for error texts and for order-sensitive aggregates.
struct RowOrigin {
  std::shared_ptr<const std::string> split;  // null: not from a source
  int64_t first_offset = 0;                  // offset (line, byte or message number) of row 0, where `offsets` is null
  std::shared_ptr<const std::vector<int64_t>> offsets;
  int64_t at(int32_t row) const { return offsets ? (*offsets)[static_cast<size_t>(row)] : first_offset + row; }
};

class Batch;
// Returns where the row was read, to stand in an error: " (row read from x.jsonl at offset 3)"; empty where unknown.
std::string row_origin_text(const Batch& batch, int32_t row);

class Batch {
 public:
  Batch() = default;
  // Requires: columns match the schema in number, physical type and length.
  Batch(SchemaPtr schema, std::vector<ColumnPtr> columns, int32_t num_rows, std::vector<RowKind> kinds = {});

  const SchemaPtr& schema() const { return schema_; }
  int32_t num_rows() const { return num_rows_; }
  int32_t num_columns() const { return static_cast<int32_t>(columns_.size()); }
  const ColumnPtr& column(int32_t index) const { return columns_.at(static_cast<size_t>(index)); }
  const std::vector<ColumnPtr>& columns() const { return columns_; }

  bool append_only() const { return kinds_.empty(); }  // no kinds: every row is an insert
  RowKind kind(int32_t row) const { return append_only() ? RowKind::kInsert : kinds_[static_cast<size_t>(row)]; }
  const std::vector<RowKind>& kinds() const { return kinds_; }

  const RowProgress& progress() const { return progress_; }
  const RowOrigin& origin() const { return origin_; }
  void set_progress(RowProgress progress) { progress_ = std::move(progress); }
  void set_origin(RowOrigin origin) { origin_ = std::move(origin); }

  // Returns the given rows with their kinds, progress and origin.
  Batch take(std::span<const int32_t> rows) const;
  Batch slice(int32_t first, int32_t count) const;
  // Returns the same rows (kinds, progress, origin kept) with other columns.
  Batch with_columns(SchemaPtr schema, std::vector<ColumnPtr> columns) const;

  size_t memory_bytes() const;  // for the memory account: each buffer whole, once however many columns share it

 private:
  SchemaPtr schema_;
  std::vector<ColumnPtr> columns_;
  int32_t num_rows_ = 0;
  std::vector<RowKind> kinds_;
  RowProgress progress_;
  RowOrigin origin_;
};

}  // namespace tidemill
