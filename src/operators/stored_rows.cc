#include "operators/stored_rows.h"

#include <algorithm>

#include "operators/kept_columns.h"

namespace tidemill {
namespace {

std::vector<Type> kept_types(const std::vector<Type>& types) {
  std::vector<Type> kept;
  for (const Type& type : types) kept.push_back(kept_type(type));
  return kept;
}

}  // namespace

StoredRows::StoredRows(const Schema& schema, std::span<const int32_t> key_columns) {
  for (int32_t column = 0; column < schema.size(); ++column) {
    const Type& type = schema.field(column).type;
    const auto key = std::ranges::find(key_columns, column);
    if (key != key_columns.end() && kept_type(type) == type) {
      sources_.push_back({false, static_cast<int32_t>(key - key_columns.begin())});
      continue;
    }
    sources_.push_back({true, static_cast<int32_t>(stored_.size())});
    stored_.push_back(column);
    types_.push_back(type);
  }
  layout_ = make_key_layout(kept_types(types_));
}

void StoredRows::begin(const Batch& batch) {
  columns_.clear();
  for (size_t i = 0; i < stored_.size(); ++i)
    columns_.push_back(reinterpret_column(batch.column(stored_[i]), layout_->types()[i]));
}

void StoredRows::read(std::span<const std::string_view> rows, std::span<const uint8_t> wanted,
                      std::span<ColumnPtr> columns) const {
  read_canonical_rows(*layout_, rows, wanted, columns);
  for (size_t i = 0; i < columns.size(); ++i)
    if (wanted[i] != 0) columns[i] = reinterpret_column(columns[i], types_[i]);
}

std::vector<ColumnBuilder> StoredRows::make_builders() const {
  std::vector<ColumnBuilder> builders;
  for (const Type& type : layout_->types()) builders.emplace_back(type);
  return builders;
}

std::vector<ColumnPtr> StoredRows::finish(std::span<ColumnBuilder> builders) const {
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < builders.size(); ++i) columns.push_back(reinterpret_column(builders[i].finish(), types_[i]));
  return columns;
}

}  // namespace tidemill
