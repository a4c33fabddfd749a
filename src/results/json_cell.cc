#include "results/json_cell.h"

#include "data/json_text.h"
#include "data/nested.h"
#include "data/value_text.h"
#include "data/variant.h"

namespace tidemill {
namespace {

// Appends the text of a value that is not nested.
void append_plain(std::string& out, const Column& column, int32_t row, const TimeZone& zone) {
  if (column.type().is_binary()) return append_bytes_literal(out, column.text(row));
  append_cast_text(out, column, row, zone);
}

void append_leaf(std::string& out, const Column& column, int32_t row, const TimeZone& zone) {
  const Type& type = column.type();
  if (type.kind == TypeKind::kBoolean) {
    out += column.decode<uint8_t>()[row] != 0 ? "true" : "false";
    return;
  }
  std::string text;
  append_plain(text, column, row, zone);
  const bool bare = type.is_numeric() && text.find_first_of("NI") == std::string::npos;  // no NaN, no Infinity
  bare ? void(out += text) : append_json_string(text, out);
}

void append_key(std::string& out, const Column& keys, int32_t row, const TimeZone& zone) {
  std::string text;
  if (keys.is_null(row)) {
    text = "null";
  } else {
    keys.type().is_nested() ? append_json_cell(text, keys, row, zone) : append_plain(text, keys, row, zone);
  }
  append_json_string(text, out);
}

}  // namespace

void append_json_cell(std::string& out, const Column& column, int32_t row, const TimeZone& zone) {
  const Type& type = column.type();
  if (column.is_null(row)) {
    out += "null";
    return;
  }
  if (type.kind == TypeKind::kVariant) return append_variant_json(out, column.text(row));
  if (!type.is_nested()) return append_leaf(out, column, row, zone);
  const NestedColumns parts = split_nested(*column.slice(row, 1));
  const int32_t entries = parts.columns.front()->num_rows();
  const bool is_array = type.kind == TypeKind::kArray;
  out += is_array ? '[' : '{';
  if (type.kind == TypeKind::kRow) {
    for (size_t i = 0; i < parts.columns.size(); ++i) {
      if (i > 0) out += ',';
      append_json_string((*type.parts)[i].name, out);
      out += ':';
      append_json_cell(out, *parts.columns[i], 0, zone);
    }
  }
  for (int32_t i = 0; i < entries && type.kind != TypeKind::kRow; ++i) {
    if (i > 0) out += ',';
    if (!is_array) append_key(out, *parts.columns[0], i, zone);
    if (!is_array) out += ':';
    append_json_cell(out, *parts.columns[is_array ? 0 : 1], i, zone);
  }
  out += is_array ? ']' : '}';
}

void append_bytes_literal(std::string& out, std::string_view bytes) {
  out += "x'";
  for (const char byte : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  out += '\'';
}

}  // namespace tidemill
