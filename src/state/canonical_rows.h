// state/canonical_rows.h - rows of whole batches as canonical bytes, a column at a time. Rule: the bytes are those that
// append_key() gives and decode_key() takes (key_encoding.h), row by row.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "data/column.h"
#include "state/key_encoding.h"

namespace tidemill {

// Sets sizes[i] to the bytes that row rows[i] of the columns takes. Requires: columns of the layout's types.
void size_canonical_rows(const KeyLayout& layout, std::span<const ColumnPtr> columns, std::span<const int32_t> rows,
                         std::span<uint32_t> sizes);
// Writes row rows[i] to places[i]. Requires: `sizes` as size_canonical_rows() gave them, that many bytes at each place.
void write_canonical_rows(const KeyLayout& layout, std::span<const ColumnPtr> columns, std::span<const int32_t> rows,
                          std::span<const uint32_t> sizes, std::span<std::byte* const> places);
// Sets columns[c] to the values of column c of all rows, where wanted[c] is not 0. Requires: rows of this layout;
// `columns` and `wanted` as long as its types.
void read_canonical_rows(const KeyLayout& layout, std::span<const std::string_view> rows,
                         std::span<const uint8_t> wanted, std::span<ColumnPtr> columns);

}  // namespace tidemill
