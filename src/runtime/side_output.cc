#include "runtime/side_output.h"

#include "data/column_builder.h"
#include "data/nested.h"
#include "data/side_rows.h"
#include "data/value_text.h"

namespace tidemill {
namespace {

// The columns of a table of side rows, which are filled by their places (LateColumn, RejectedColumn).
class SideColumns {
 public:
  explicit SideColumns(SchemaPtr schema) : schema_(std::move(schema)) {
    for (const Field& field : schema_->fields()) columns_.emplace_back(field.type);
  }
  template <class Place>
  ColumnBuilder& operator()(Place place) {
    return columns_[static_cast<size_t>(place)];
  }
  Batch finish(size_t rows) {
    std::vector<ColumnPtr> finished;
    for (ColumnBuilder& column : columns_) finished.push_back(column.finish());
    return Batch(schema_, std::move(finished), static_cast<int32_t>(rows));
  }

 private:
  const SchemaPtr schema_;
  std::vector<ColumnBuilder> columns_;
};

// Returns the row as MAP<STRING, STRING>: each column's name and its text.
std::string encoded_row(const Batch& input, int32_t row, const TimeZone& zone) {
  std::vector<std::string> entries;
  for (int32_t column = 0; column < input.num_columns(); ++column) {
    append_encoded_text(entries.emplace_back(), input.schema()->field(column).name);
    std::string& value = entries.emplace_back();
    if (input.column(column)->is_null(row)) {
      append_encoded_null(value);
      continue;
    }
    std::string text;
    append_cast_text(text, *input.column(column), row, zone);
    append_encoded_text(value, text);
  }
  std::string encoded;
  append_encoded_collection(encoded, std::vector<std::string_view>(entries.begin(), entries.end()), 2);
  return encoded;
}

void append_known(ColumnBuilder& out, EpochMillis time) {
  if (time == kNoWatermark)
    out.append_null();
  else
    out.append(time);
}

}  // namespace

void SideOutput::accept(Event event) {
  if (!std::holds_alternative<Batch>(event)) side_.accept(event);
  results_.accept(std::move(event));
}

Batch make_late_batch(std::string_view operator_id, std::string_view reason, const Batch& input,
                      std::span<const LateRow> rows, const TimeZone& zone) {
  SideColumns at(late_row_schema());
  const RowOrigin& origin = input.origin();
  for (const LateRow& late : rows) {
    at(LateColumn::kOperator).append_text(operator_id);
    at(LateColumn::kReason).append_text(reason);
    at(LateColumn::kRowKind).append_text(row_kind_text(input.kind(late.row)));
    at(LateColumn::kRowTime).append(late.time);
    at(LateColumn::kWatermark).append(late.watermark);
    at(LateColumn::kLateMillis).append(late.watermark - late.time);
    append_known(at(LateColumn::kWindowStart), late.window_start);
    append_known(at(LateColumn::kWindowEnd), late.window_end);
    if (origin.split) {
      at(LateColumn::kSplit).append_text(*origin.split);
      at(LateColumn::kSplitOffset).append(origin.at(late.row));
    } else {
      at(LateColumn::kSplit).append_null();
      at(LateColumn::kSplitOffset).append_null();
    }
    append_decoded(at(LateColumn::kInputRow), encoded_row(input, late.row, zone));
  }
  return at.finish(rows.size());
}

Batch make_rejected_batch(std::span<const RejectedRecord> records) {
  SideColumns at(rejected_record_schema());
  const auto append_bytes = [&](RejectedColumn column, const std::optional<std::string>& bytes) {
    bytes ? at(column).append_text(*bytes) : at(column).append_null();
  };
  for (const RejectedRecord& record : records) {
    at(RejectedColumn::kSplit).append_text(record.split);
    at(RejectedColumn::kSplitOffset).append(record.offset);
    at(RejectedColumn::kFormat).append_text(record.format);
    record.column.empty() ? at(RejectedColumn::kColumnName).append_null()
                          : at(RejectedColumn::kColumnName).append_text(record.column);
    at(RejectedColumn::kError).append_text(record.message);
    append_bytes(RejectedColumn::kRawKey, record.raw_key);
    append_bytes(RejectedColumn::kRawRecord, record.raw);
  }
  return at.finish(records.size());
}

}  // namespace tidemill
