// data/nested.h - values of ARRAY, MAP, MULTISET and ROW as bytes. Rule: one value of one type has one form, so that
// two are the same value exactly where their bytes are the same; frozen, for keys and checkpoints hold it.
//
//   value    := 0 (NULL) | 1, body
//   body     := the physical value, little-endian | uint32 size, its bytes (text, and whatever is nested)
//   ARRAY    := uint32 count, a value each
//   MAP      := uint32 count, the value of the key and the value of the value each, in the order of insertion
//   MULTISET := uint32 count, a value and its number as an INT value each, in the order of the values' bytes
//   ROW      := a value a field
//
// A column of such a type holds the bytes of ARRAY, …, ROW as its texts. A text of no bytes is no value: kernels leave
// it in rows that nobody selected, and it is read as NULL. "Encoded" below means `value`.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/column.h"
#include "data/column_builder.h"

namespace tidemill {

inline bool is_encoded_null(std::string_view encoded) { return encoded.front() == '\0'; }

// Appends row `row` of a column of any type, NULL too.
void append_encoded(std::string& out, const Column& column, int32_t row);
void append_encoded_null(std::string& out);
// Append an INT, a BOOLEAN.
void append_encoded_int(std::string& out, int32_t value);
void append_encoded_bool(std::string& out, bool value);
// Appends a text or a nested value by its bytes.
void append_encoded_text(std::string& out, std::string_view bytes);
// Returns the INT. Requires: not NULL.
int32_t encoded_int(std::string_view encoded);
// Returns the bytes of an encoded text or nested value. Requires: not NULL. Valid as long as `encoded`.
std::string_view encoded_text(std::string_view encoded);
// Appends an encoded value of the builder's physical type to a column.
void append_decoded(ColumnBuilder& out, std::string_view encoded);

// Returns the encoded values inside a nested value: of MAP keys and values in turn, of MULTISET elements and numbers in
// turn, of ROW the fields. Valid as long as `bytes`. Requires: is_valid_nested (as all in columns are).
std::vector<std::string_view> nested_parts(const Type& type, std::string_view bytes);
// Returns nested_parts()[index]. Requires: there are as many.
std::string_view nested_part(const Type& type, std::string_view bytes, size_t index);
// Returns how many entries an ARRAY, MAP or MULTISET has.
int32_t nested_count(std::string_view bytes);
// Appends an ARRAY, MAP or MULTISET, encoded, of these encoded values, `parts_of_entry` (1 or 2) of them an entry.
void append_encoded_collection(std::string& out, const std::vector<std::string_view>& parts, size_t parts_of_entry);

// True where `bytes` are one value of `type` and nothing more: for what comes from outside.
bool is_valid_nested(const Type& type, std::string_view bytes);

// A nested column taken apart (Arrow's layout): what is inside it as columns.
struct NestedColumns {
  std::vector<int32_t> offsets;    // where the entries of each row start, and the end; empty for ROW
  std::vector<ColumnPtr> columns;  // element | key, value | element, number | a column a field
  // Returns the row of `columns` that is entry 0 of this row; for a ROW the row itself.
  int32_t first(int32_t row) const { return offsets.empty() ? row : offsets[static_cast<size_t>(row)]; }
};
// NULL has no entries; as a ROW it has NULL fields.
NestedColumns split_nested(const Column& column);
// The reverse: row i is NULL where `nulls` is NULL at i. Requires: columns of the type's parts, as split_nested gives.
ColumnPtr join_nested(const Type& type, const NestedColumns& parts, const Column& nulls);
// Returns the types of split_nested's columns.
std::vector<Type> nested_column_types(const Type& type);

}  // namespace tidemill
