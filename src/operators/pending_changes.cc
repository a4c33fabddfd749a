#include "operators/pending_changes.h"

#include "base/check.h"

namespace tidemill {
namespace {

constexpr std::string_view kExistedField = "existed";
constexpr std::string_view kRowsScalar = "mini_batch.rows";  // 0 at every barrier

}  // namespace

PendingChanges::PendingChanges(std::vector<Type> key_types, std::vector<Type> result_types, int64_t rows_max)
    : key_types_(std::move(key_types)), rows_max_(rows_max), values_(std::move(result_types)) {
  CHECK(rows_max > 0);
}

void PendingChanges::open(StateStore& state) {
  TableDescriptor descriptor;
  descriptor.name = "pending";
  descriptor.key_types = key_types_;
  descriptor.fields.push_back(RecordField::flag(std::string(kExistedField)));
  values_.declare(descriptor);
  table_ = &state.record_table(descriptor);
  existed_offset_ = table_->layout().offset(kExistedField);
  values_.open(table_->layout());
  scalars_ = &state.scalars();
}

int64_t PendingChanges::room() const { return rows_max_ - scalars_->get(kRowsScalar).value_or(0); }

std::span<const int32_t> PendingChanges::add(const KeyBatch& keys) {
  CHECK(keys.num_rows() <= room());
  scalars_->set(kRowsScalar, ScalarMerge::kMaximum, scalars_->get(kRowsScalar).value_or(0) + keys.num_rows());
  records_.resize(static_cast<size_t>(keys.num_rows()));
  created_.resize(records_.size());
  table_->upsert(keys, records_, created_);
  first_changes_.clear();
  for (int32_t row = 0; row < keys.num_rows(); ++row)
    if (created_[static_cast<size_t>(row)] != 0) first_changes_.push_back(row);
  return first_changes_;
}

void PendingChanges::set_before(std::span<const int32_t> rows, std::span<const int32_t> shown,
                                std::span<const ColumnPtr> results) {
  CHECK_EQ(rows.size(), shown.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    std::byte* const record = records_[static_cast<size_t>(rows[i])];
    record[existed_offset_] = std::byte{1};
    values_.put(record, table_->texts(), results, shown[i]);
  }
}

bool PendingChanges::append_before(const std::byte* record, std::span<ColumnBuilder> results) const {
  if (record[existed_offset_] == std::byte{0}) return false;
  values_.append(record, table_->texts(), results);
  return true;
}

void PendingChanges::clear() {
  table_->clear();
  scalars_->set(kRowsScalar, ScalarMerge::kMaximum, 0);
}

}  // namespace tidemill
