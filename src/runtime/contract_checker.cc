#include "runtime/contract_checker.h"

#include "base/check.h"
#include "data/pretty.h"
#include "state/key_encoding.h"

namespace tidemill {
namespace {

std::vector<Type> types_of(const Schema& schema) {
  std::vector<Type> types;
  for (const Field& field : schema.fields()) types.push_back(field.type);
  return types;
}

}  // namespace

ContractChecker::ContractChecker(std::string operator_name, SchemaPtr schema, bool check_retractions,
                                 EventTarget& target)
    : operator_name_(std::move(operator_name)),
      schema_(std::move(schema)),
      check_retractions_(check_retractions),
      target_(target) {}

void ContractChecker::restarted() {
  watermark_ = kNoWatermark;
  ended_ = false;
}

void ContractChecker::accept(Event event) {
  CHECK_MSG(!ended_, "{} sent something after the end of its input", operator_name_);
  if (const auto* batch = std::get_if<Batch>(&event)) check_batch(*batch);
  if (const auto* watermark = std::get_if<Watermark>(&event)) {
    CHECK_MSG(watermark->time > watermark_, "{} sent watermark {} after {}", operator_name_, watermark->time,
              watermark_);
    watermark_ = watermark->time;
  }
  ended_ = std::holds_alternative<EndOfInput>(event);
  target_.accept(std::move(event));
}

void ContractChecker::check_batch(const Batch& batch) {
  CHECK_MSG(batch.num_rows() > 0, "{} sent an empty batch", operator_name_);
  if (schema_ == nullptr) schema_ = batch.schema();
  CHECK_MSG(batch.num_columns() == schema_->size(), "{} sent {} columns, not {}", operator_name_, batch.num_columns(),
            schema_->size());
  for (int32_t i = 0; i < schema_->size(); ++i) {
    const Field& field = schema_->field(i);
    const Column& column = *batch.column(i);
    CHECK_MSG(column.type().physical() == field.type.physical(), "{} sent column '{}' as {}, not {}", operator_name_,
              field.name, column.type().to_string(), field.type.to_string());
    if (field.type.nullable || !column.may_have_nulls()) continue;
    for (int32_t row = 0; row < batch.num_rows(); ++row)
      CHECK_MSG(!column.is_null(row), "{} sent NULL in column '{}', which is NOT NULL", operator_name_, field.name);
  }
  if (check_retractions_) check_rows(batch);
}

void ContractChecker::check_rows(const Batch& batch) {
  const KeyLayout layout(types_of(*batch.schema()));
  std::string bytes;
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    bytes.clear();
    append_key(layout, batch.columns(), row, bytes);
    if (!retracts(batch.kind(row))) {
      ++live_rows_[bytes];
      continue;
    }
    const auto found = live_rows_.find(bytes);
    CHECK_MSG(found != live_rows_.end(), "{} took back a row that it had not sent: {}", operator_name_,
              row_to_pretty(batch, row));
    if (--found->second == 0) live_rows_.erase(found);
  }
}

}  // namespace tidemill
