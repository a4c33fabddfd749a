#include "operators/partition_cursor.h"

#include <algorithm>

#include "operators/row_evaluation.h"
#include "state/ordered_encoding.h"

namespace tidemill {

size_t ordered_value_bytes(const PartitionRows& rows, std::string_view place) {
  size_t bytes = 0;
  for (const SortKey& key : rows.order)
    bytes += ordered_bytes(place.substr(bytes), rows.schema->field(key.column).type, {key.descending, key.nulls_first});
  return bytes;
}

int64_t rows_before(const PartitionRows& rows, KeyRef key, int64_t wanted, std::string& place) {
  if (wanted <= 0) return 0;
  const std::string behind = place;
  int64_t seen = 0;
  rows.table->scan(key, {std::nullopt, SubKey::of_bytes(behind)}, ScanDirection::kBackward,
                   [&](const SubKey& other, const std::byte*) {
                     place = other.bytes;
                     return ++seen < wanted;
                   });
  return seen;
}

PartitionCursor::PartitionCursor(const PartitionRows& rows, std::vector<int32_t> columns,
                                 std::vector<ExpressionPtr> keys)
    : rows_(&rows), columns_(std::move(columns)), keys_(std::move(keys)), key_texts_(keys_.size()) {}

void PartitionCursor::begin(KeyRef key, std::string_view place, int64_t index) {
  key_ = key;
  from_ = place;
  rows_at_once_ = kRowsAtOnce;
  ended_ = false;
  first_index_ = index;
  row_ = 0;
  num_rows_ = 0;
}

void PartitionCursor::expect_rows(int64_t rows) {
  rows_at_once_ = static_cast<int32_t>(std::clamp<int64_t>(rows, 1, kRowsAtOnce));
}

std::string_view PartitionCursor::text(size_t row) const {
  const size_t begin = row == 0 ? 0 : place_ends_[row - 1];
  return std::string_view(places_).substr(begin, place_ends_[row] - begin);
}

bool PartitionCursor::at_end() {
  if (row_ == num_rows_ && !ended_) read_on();
  return row_ == num_rows_;
}

void PartitionCursor::read_on() {
  first_index_ += num_rows_;
  row_ = 0;
  places_.clear();
  place_ends_.clear();
  value_bytes_.clear();
  std::vector<int32_t> read = columns_;
  if (!keys_.empty()) read.push_back(rows_->order.front().column);
  std::vector<ColumnBuilder> builders;
  for (const int32_t column : read) builders.emplace_back(rows_->values->types()[static_cast<size_t>(column)]);
  rows_->table->scan(key_, {SubKey::of_bytes(from_), std::nullopt}, ScanDirection::kForward,
                     [&](const SubKey& place, const std::byte* record) {
                       for (size_t i = 0; i < read.size(); ++i)
                         rows_->values->append_one(record, rows_->table->texts(), static_cast<size_t>(read[i]),
                                                   builders[i]);
                       places_ += place.bytes;
                       place_ends_.push_back(places_.size());
                       value_bytes_.push_back(ordered_value_bytes(*rows_, place.bytes));
                       return place_ends_.size() < static_cast<size_t>(rows_at_once_);
                     });
  num_rows_ = static_cast<int32_t>(place_ends_.size());
  ended_ = num_rows_ < rows_at_once_;
  columns_read_.clear();
  for (ColumnBuilder& builder : builders) columns_read_.push_back(builder.finish());
  if (num_rows_ == 0) return;
  from_ = text(static_cast<size_t>(num_rows_) - 1);
  from_ += '\0';  // behind it
  if (keys_.empty()) return;
  read_keys(columns_read_.back());
  columns_read_.pop_back();
}

void PartitionCursor::read_keys(const ColumnPtr& order_column) {
  const SortKey& order = rows_->order.front();
  Field field = rows_->schema->field(order.column);
  const Batch batch(make_schema({std::move(field)}), {order_column}, num_rows_);
  const std::vector<ColumnPtr> values =
      evaluate_rows(keys_, batch, rows_->context->evaluation(), rows_->context->metrics());
  for (size_t i = 0; i < keys_.size(); ++i) {
    key_texts_[i].assign(static_cast<size_t>(num_rows_), {});
    for (int32_t row = 0; row < num_rows_; ++row)
      append_ordered(*values[i], row, {order.descending, order.nulls_first}, key_texts_[i][static_cast<size_t>(row)]);
  }
}

}  // namespace tidemill
