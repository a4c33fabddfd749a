// base/byte_search.h - finds and counts bytes in bytes, sixteen at a time where the processor can. Rule: nothing is
// read beyond the end of a text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidemill {

// Returns where `part` first stands in `text` at or after `from`, npos where it does not. For short texts: in long ones
// with many beginnings of `part` it takes time by the product of both lengths, as std::string_view::find does.
// Method: W. Mula, SIMD-friendly algorithms for substring searching (first and last byte compared at once).
size_t find_bytes(std::string_view text, std::string_view part, size_t from = 0);

// Returns part number `index` (from 0) of `text` cut at each byte `c`; data() is nullptr where there are not so many.
std::string_view nth_part(std::string_view text, char c, int64_t index);

// Returns how often the byte `c` stands in `text`.
size_t count_byte(std::string_view text, char c);

// Returns how many bytes at the front of `text` are ASCII.
size_t ascii_prefix(std::string_view text);

}  // namespace tidemill
