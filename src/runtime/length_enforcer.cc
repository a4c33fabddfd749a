#include "runtime/length_enforcer.h"

#include "base/error.h"
#include "data/column_builder.h"
#include "data/utf8.h"

namespace tidemill {
namespace {

int32_t length_of(std::string_view text, bool characters) {
  return characters ? utf8_length(text) : static_cast<int32_t>(text.size());
}

}  // namespace

LengthEnforcer::LengthEnforcer(const SinkSpec& spec)
    : schema_(spec.schema), table_(spec.table), mode_(spec.type_length) {
  if (mode_ == SinkSpec::TypeLength::kIgnore) return;
  for (int32_t i = 0; i < schema_->size(); ++i) {
    const Type& type = schema_->field(i).type;
    const bool limits = (type.is_character() || type.is_binary()) && type.precision != kLengthMax;
    if (!limits) continue;
    const bool exact = type.kind == TypeKind::kChar || type.kind == TypeKind::kBinary;
    limited_.push_back({i, type.precision, type.is_character(), exact});
  }
}

Batch LengthEnforcer::enforce(Batch rows) const {
  std::vector<ColumnPtr> columns;  // empty until one changes
  for (const Limited& limit : limited_) {
    const Column& column = *rows.column(limit.column);
    for (int32_t row = 0; row < rows.num_rows(); ++row) {
      if (column.is_null(row)) continue;
      const int32_t length = length_of(column.text(row), limit.characters);
      if (limit.exact ? length == limit.length : length <= limit.length) continue;
      if (mode_ == SinkSpec::TypeLength::kError) throw_wrong_length(rows, row, limit);
      if (columns.empty()) columns = rows.columns();
      columns[static_cast<size_t>(limit.column)] = fitted(column, limit);
      break;
    }
  }
  return columns.empty() ? rows : rows.with_columns(rows.schema(), std::move(columns));
}

ColumnPtr LengthEnforcer::fitted(const Column& column, const Limited& limit) const {
  ColumnBuilder builder(column.type());
  builder.reserve(column.num_rows());
  for (int32_t row = 0; row < column.num_rows(); ++row) {
    if (column.is_null(row)) {
      builder.append_null();
      continue;
    }
    const std::string_view text = column.text(row);
    const auto limit_bytes = static_cast<size_t>(limit.length);
    std::string value(text.substr(0, limit.characters ? utf8_prefix(text, limit.length) : limit_bytes));
    const int32_t missing = limit.length - length_of(value, limit.characters);
    if (limit.exact) value.append(static_cast<size_t>(missing), limit.characters ? ' ' : '\0');
    builder.append_text(value);
  }
  return builder.finish();
}

void LengthEnforcer::throw_wrong_length(const Batch& rows, int32_t row, const Limited& limit) const {
  const Field& field = schema_->field(limit.column);
  const int32_t length = length_of(rows.column(limit.column)->text(row), limit.characters);
  throw UserError(fmt::format("Column '{}' of table {} is {}, however, a {} of length {} is being written into it{}",
                              field.name, table_, field.type.with_nullable(true).to_string(),
                              limit.characters ? "string" : "binary value", length, row_origin_text(rows, row)),
                  "SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD' cuts and pads such values; 'IGNORE' writes "
                  "them as they are");
}

}  // namespace tidemill
