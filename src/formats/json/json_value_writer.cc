#include "formats/json/json_value_writer.h"

#include "base/error.h"
#include "data/json_text.h"
#include "data/nested.h"

namespace tidemill {

JsonValueWriter::Quoting JsonValueWriter::quoting_of(const Type& type) {
  if (type.is_character()) return Quoting::kEscaped;
  if (type.kind == TypeKind::kVariant) return Quoting::kJson;
  const bool bare = type.is_numeric() || type.kind == TypeKind::kBoolean || type.kind == TypeKind::kNull;
  return bare ? Quoting::kNone : Quoting::kQuoted;
}

void JsonValueWriter::write(const Column& column) {
  nested_ = column.type().is_nested();
  if (nested_) return write_nested(column);
  quoting_ = quoting_of(column.type());
  texts_.write(column, style_.text);
}

void JsonValueWriter::append(int32_t row, std::string& out) const {
  if (nested_) {
    out += values_[static_cast<size_t>(row)];
    return;
  }
  const std::string_view text = texts_.at(row);
  // NaN and the infinities are no JSON numbers: Jackson writes them as strings.
  const bool finite = quoting_ != Quoting::kNone || text.find_first_of("NI") == std::string_view::npos;
  if (quoting_ == Quoting::kEscaped) return append_json_string(text, out);
  const bool quoted = quoting_ == Quoting::kQuoted || !finite;
  if (quoted) out += '"';
  out += text;
  if (quoted) out += '"';
}

void JsonValueWriter::write_nested(const Column& column) {
  const Type& type = column.type();
  const NestedColumns parts = split_nested(column);
  std::vector<JsonValueWriter> writers;
  for (const ColumnPtr& part : parts.columns) writers.emplace_back(style_).write(*part);
  values_.assign(static_cast<size_t>(column.num_rows()), "");
  nulls_.assign(static_cast<size_t>(column.num_rows()), 0);
  for (int32_t row = 0; row < column.num_rows(); ++row) {
    const auto i = static_cast<size_t>(row);
    nulls_[i] = column.is_null(row) ? 1 : 0;
    if (nulls_[i] != 0) continue;
    const int32_t end = type.kind == TypeKind::kRow ? row + 1 : parts.offsets[i + 1];
    values_[i] = nested_text(type, writers, parts.columns, parts.first(row), end);
  }
}

std::string JsonValueWriter::nested_text(const Type& type, const std::vector<JsonValueWriter>& parts,
                                         const std::vector<ColumnPtr>& columns, int32_t first, int32_t end) const {
  std::string text;
  const auto add = [&](const JsonValueWriter& part, int32_t row) {
    part.is_null(row) ? void(text += "null") : part.append(row, text);
  };
  if (type.is_map_like()) return entries_text(parts, *columns[0], first, end);
  if (type.kind == TypeKind::kArray) {
    for (int32_t row = first; row < end; ++row) {
      text += row == first ? '[' : ',';
      add(parts[0], row);
    }
    return first == end ? "[]" : text + "]";
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    if (style_.ignore_null_fields && parts[i].is_null(first)) continue;
    text += text.empty() ? '{' : ',';
    append_json_string((*type.parts)[i].name, text);
    text += ':';
    add(parts[i], first);
  }
  return text.empty() ? "{}" : text + "}";
}

std::string JsonValueWriter::entries_text(const std::vector<JsonValueWriter>& parts, const Column& keys, int32_t first,
                                          int32_t end) const {
  std::string text;
  for (int32_t row = first; row < end; ++row) {
    const bool null_key = keys.is_null(row);
    if (null_key && style_.null_key == JsonStyle::NullKey::kDrop) continue;
    if (null_key && style_.null_key == JsonStyle::NullKey::kFail) {
      throw UserError("JSON has no form for a NULL key of a MAP",
                      "Set 'json.map-null-key.mode' = 'DROP' or 'LITERAL'.");
    }
    text += text.empty() ? '{' : ',';
    null_key ? append_json_string(style_.null_key_literal, text) : parts[0].append(row, text);
    text += ':';
    parts[1].is_null(row) ? void(text += "null") : parts[1].append(row, text);
  }
  return text.empty() ? "{}" : text + "}";
}

}  // namespace tidemill
