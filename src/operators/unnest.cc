#include "operators/unnest.h"

#include <algorithm>

#include "data/nested.h"
#include "operators/emit_in_steps.h"

namespace tidemill {

void Unnest::process(Batch input, int32_t, Output& output) {
  input_ = std::move(input);
  row_ = -1;
  parts_.clear();
  next_part_ = 0;
  emit_in_steps(*context_, output, [this](Output& more) { return step(more); });
}

bool Unnest::step(Output& output) {
  Gathered gathered;
  for (int32_t i = input_.num_columns(); i < spec_.schema->size(); ++i)
    gathered.columns.emplace_back(spec_.schema->field(i).type);
  while (gathered.rows.size() < static_cast<size_t>(kBatchRowsMax)) {
    if (next_part_ < parts_.size()) {
      append_element(gathered);
    } else if (!next_row(gathered)) {
      break;
    }
  }
  if (!gathered.rows.empty()) {
    const Batch rows = input_.take(gathered.rows);
    std::vector<ColumnPtr> columns = rows.columns();
    for (ColumnBuilder& column : gathered.columns) columns.push_back(column.finish());
    output.emit(rows.with_columns(spec_.schema, std::move(columns)));
  }
  const bool more = next_part_ < parts_.size() || row_ + 1 < input_.num_rows();
  if (!more) {
    parts_.clear();
    input_ = Batch();
  }
  return more;
}

bool Unnest::next_row(Gathered& gathered) {
  if (row_ + 1 >= input_.num_rows()) return false;
  ++row_;
  parts_.clear();
  next_part_ = 0;
  repeats_ = 0;
  ordinality_ = 0;
  const Column& collection = *input_.column(spec_.collection);
  if (!collection.is_null(row_)) parts_ = nested_parts(collection.type(), collection.text(row_));
  const bool has_element = std::ranges::any_of(parts_, [&](std::string_view part) { return !is_left_out(part); });
  if (!has_element) parts_.clear();
  if (!has_element && spec_.keep_empty) {
    gathered.rows.push_back(row_);
    for (ColumnBuilder& column : gathered.columns) column.append_null();
  }
  return true;
}

bool Unnest::is_left_out(std::string_view element) const {
  const Type& type = input_.schema()->field(spec_.collection).type;
  return type.kind != TypeKind::kMap && type.part(0).kind == TypeKind::kRow && is_encoded_null(element);
}

void Unnest::append_element(Gathered& gathered) {
  const Type& type = input_.schema()->field(spec_.collection).type;
  const Type& element = type.part(0);
  std::vector<ColumnBuilder>& columns = gathered.columns;
  const std::string_view first = parts_[next_part_];
  if (is_left_out(first)) {
    next_part_ += type.is_map_like() ? 2 : 1;
    ++ordinality_;
    return;
  }
  gathered.rows.push_back(row_);
  if (type.kind == TypeKind::kMap) {
    append_decoded(columns[0], first);
    append_decoded(columns[1], parts_[next_part_ + 1]);
  } else if (element.kind == TypeKind::kRow) {
    append_fields(element, first, columns);
  } else {
    append_decoded(columns[0], first);
  }
  if (spec_.with_ordinality) columns.back().append(++ordinality_);
  const bool again = type.kind == TypeKind::kMultiset && ++repeats_ < encoded_int(parts_[next_part_ + 1]);
  if (again) return;
  next_part_ += type.is_map_like() ? 2 : 1;
  repeats_ = 0;
}

void Unnest::append_fields(const Type& row_type, std::string_view encoded, std::vector<ColumnBuilder>& columns) {
  const std::vector<std::string_view> values = nested_parts(row_type, encoded_text(encoded));
  for (size_t i = 0; i < values.size(); ++i) append_decoded(columns[i], values[i]);
}

}  // namespace tidemill
