#include "operators/aggregation.h"

namespace tidemill {
namespace {

constexpr std::string_view kRowsField = "rows";

}  // namespace

Aggregation::Aggregation(const std::vector<AggregateSpec>& aggregates, const AggregationOptions& options)
    : counts_rows_(options.counts_rows || options.input_retracts) {
  columns_.reserve(aggregates.size());
  for (const AggregateSpec& aggregate : aggregates) columns_.push_back(make_aggregate_column(aggregate, options));
}

void Aggregation::declare(TableDescriptor& descriptor) {
  if (counts_rows_) descriptor.fields.push_back(RecordField::int64(std::string(kRowsField)));
  for (size_t i = 0; i < columns_.size(); ++i) {
    for (size_t j = 0; j < i && !columns_[i]->share_with(*columns_[j]);) ++j;
    columns_[i]->declare(descriptor);
  }
}

void Aggregation::open(const RecordLayout& layout, OperatorContext& context) {
  context_ = &context;
  if (counts_rows_) rows_offset_ = static_cast<int32_t>(layout.offset(kRowsField));
  for (const auto& column : columns_) column->open(layout, context);
}

void Aggregation::begin(const Batch& batch, std::span<const ColumnPtr> key_columns) {
  batch_ = &batch;
  for (const auto& column : columns_) column->begin(batch, key_columns);
}

void Aggregation::update(RecordTable& table, const KeyBatch& keys, const Selection& rows,
                         std::span<std::byte* const> records) {
  if (counts_rows_) count_rows(rows, records);
  for (const auto& column : columns_) column->select_shared(*batch_, rows);
  for (const auto& column : columns_) column->update(*batch_, table, keys, rows, records);
}

void Aggregation::count_rows(const Selection& rows, std::span<std::byte* const> records) {
  if (batch_->append_only()) {
    rows.for_each([&](int32_t row) { ++row_count(records[static_cast<size_t>(row)]); });
  } else {
    rows.for_each(
        [&](int32_t row) { row_count(records[static_cast<size_t>(row)]) += retracts(batch_->kind(row)) ? -1 : 1; });
  }
}

void Aggregation::merge(RecordTable& into, RecordTable& from) {
  for (const auto& column : columns_) column->merge_companion(into, from);
  KeyBatch keys(into.key_layout());
  from.scan([&](std::span<const std::byte* const> records) {
    keys.clear();
    from.read_keys(records, keys);
    merged_.resize(records.size());
    created_.resize(records.size());
    into.upsert(keys, merged_, created_);
    if (counts_rows_) {
      for (size_t i = 0; i < records.size(); ++i) row_count(merged_[i]) += num_rows(records[i]);
    }
    for (const auto& column : columns_) column->merge_records(into, keys, merged_, from, records);
    context_->state().release();
  });
  for (const auto& column : columns_) column->merge_distinct(into, from);
}

void Aggregation::merge_record(RecordTable& table, KeyRef into_key, std::byte* into, KeyRef from_key, std::byte* from) {
  if (counts_rows_) row_count(into) += num_rows(from);
  for (const auto& column : columns_) column->merge_record(table, into_key, into, from_key, from);
  clear(table, from_key, from);
}

void Aggregation::clear(RecordTable& table, KeyRef key, std::byte* record) {
  if (counts_rows_) row_count(record) = 0;
  for (const auto& column : columns_) column->clear(table, key, record);
}

void Aggregation::append_results(RecordTable& table, std::span<const std::byte* const> records,
                                 std::span<ColumnBuilder> out) {
  for (size_t i = 0; i < columns_.size(); ++i) columns_[i]->append_results(table, records, out[i]);
}

std::vector<ColumnBuilder> Aggregation::make_result_builders() const {
  std::vector<ColumnBuilder> builders;
  builders.reserve(columns_.size());
  for (const auto& column : columns_) builders.emplace_back(column->result_type());
  return builders;
}

int64_t Aggregation::num_rows(const std::byte* record) const {
  return *reinterpret_cast<const int64_t*>(record + rows_offset_);
}

void Aggregation::drop_empty(std::vector<const std::byte*>& records) const {
  std::erase_if(records, [this](const std::byte* record) { return num_rows(record) == 0; });
}

}  // namespace tidemill
