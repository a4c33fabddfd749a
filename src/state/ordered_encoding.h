// state/ordered_encoding.h - values as bytes that memcmp orders as SQL does: sub-keys of ordered tables, sort keys.
// Rule: frozen, like key_encoding.h; one value's bytes never are a prefix of another's in the same position.
//
//   value  := marker body?          marker: NULL first 0x00 or last 0xff; a value 0x01
//   body   := integer: big-endian, sign bit flipped
//           | floating: IEEE 754 bits, negative ones all flipped, others the sign bit; canonical (no -0.0, one NaN, the
//             greatest)
//           | text: bytes with 0x00 written 0x00 0xff, then 0x00 0x00
// Descending: all bits of the body flipped.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "data/column.h"
#include "data/column_builder.h"

namespace tidemill {

struct SortOrder {
  bool descending = false;
  bool nulls_first = true;
};

// Appends the bytes of row `row`. CHAR compares without trailing spaces.
void append_ordered(const Column& column, int32_t row, SortOrder order, std::string& out);

// Appends to `column` the value that starts at `bytes` and returns how many bytes it took. Requires: bytes that
// append_ordered made of a column of the same type and order.
size_t decode_ordered(std::string_view bytes, SortOrder order, ColumnBuilder& column);

// Returns how many bytes the value of this type takes that starts at `bytes`, as decode_ordered() does.
size_t ordered_bytes(std::string_view bytes, const Type& type, SortOrder order);

}  // namespace tidemill
