// functions/string_pieces.h - pieces of UTF-8 text by code point. Rule: positions and lengths count code points; bytes
// that are not UTF-8 count as one each, so that no text is refused.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidemill {

// Returns the number of code points.
int32_t count_code_points(std::string_view text);
// Returns the byte at which code point `index` (from 0) starts; text.size() where there are not so many.
size_t byte_of_code_point(std::string_view text, int64_t index);
// Returns `count` code points from `first` (from 0); what is not there is left out.
std::string_view code_points(std::string_view text, int64_t first, int64_t count);
// Returns SQL's SUBSTRING(text FROM position FOR length): position 0 counts as 1, a negative one from the end; a
// position before the start or behind the end gives the empty text. (Flink: BinaryStringData.substringSQL.)
std::string_view sql_substring(std::string_view text, int64_t position, int64_t length);
// Returns the position (from 1) of `needle` in `text` at or after code point `from` (from 1), 0 where it is not.
int32_t position_of(std::string_view needle, std::string_view text, int32_t from);
// Takes off leading (trailing) code points that are in `set`.
std::string_view trim_leading(std::string_view text, std::string_view set);
std::string_view trim_trailing(std::string_view text, std::string_view set);

}  // namespace tidemill
