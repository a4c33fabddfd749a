#include "benchmarks/limit/result_rows.h"

#include "base/check.h"
#include "base/hash.h"

namespace tidemill::bench {
namespace {

uint64_t value_hash(int64_t value) { return hash_integer(static_cast<uint64_t>(value)); }
uint64_t value_hash(int128 value) {
  return hash_combine(static_cast<uint64_t>(value >> 64), static_cast<uint64_t>(value));
}
uint64_t value_hash(const Text& value) { return hash_bytes(value.data(), value.size()); }

uint64_t row_hash_at(std::span<const ResultColumn> columns, size_t row) {
  uint64_t hash = 0;
  for (const ResultColumn& column : columns)
    hash = std::visit([&](const auto* values) { return hash_combine(hash, value_hash(values[row])); }, column);
  return hash;
}

}  // namespace

void ResultDropper::take(std::span<const ResultColumn>, size_t num_rows, std::span<const RowKind>) {
  rows_ += static_cast<int64_t>(num_rows);
}

void ResultChecksum::take(std::span<const ResultColumn> columns, size_t num_rows, std::span<const RowKind> kinds) {
  for (size_t row = 0; row < num_rows; ++row) {
    const bool goes = !kinds.empty() && retracts(kinds[row]);
    const uint64_t hash = row_hash_at(columns, row);
    rows_ += goes ? -1 : 1;
    sum_ += goes ? 0 - hash : hash;
  }
}

void ResultChecksum::take(const Batch& batch) {
  std::vector<ColumnPtr> flat;
  std::vector<ResultColumn> columns;
  for (const ColumnPtr& column : batch.columns()) {
    flat.push_back(Column::flatten(column));
    const PhysicalType type = column->type().physical();
    if (type == PhysicalType::kInt64) columns.emplace_back(flat.back()->decode<int64_t>().values());
    if (type == PhysicalType::kInt128) columns.emplace_back(flat.back()->decode<int128>().values());
    if (type == PhysicalType::kText) columns.emplace_back(flat.back()->decode<Text>().values());
  }
  CHECK_EQ(columns.size(), flat.size());
  take(columns, static_cast<size_t>(batch.num_rows()), batch.kinds());
}

}  // namespace tidemill::bench
