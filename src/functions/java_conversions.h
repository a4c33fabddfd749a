// functions/java_conversions.h - the conversions %a, %h and %t of Java's Formatter. Rule: texts without sign and width,
// which java_format.cc sees to.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemill {

// Returns a number as %a shows it, behind its sign and "0x": "1.8p0". `precision`: digits behind the point; -1: as many
// as there are. Requires: finite, not negative.
std::string java_hexadecimal(double magnitude, int32_t precision);

// Returns hashCode of a text as Flink keeps it, which %h shows: 32 bits of MurmurHash 3 over its bytes in UTF-8, each
// of the last ones as a word.
uint32_t flink_text_hash(std::string_view text);

// Returns a time as %t and `conversion` show it, in UTC and English; nullopt where Java has no such conversion of a
// time. Requires: milliseconds since 1970. Dates are of the Gregorian calendar, also those before 1582.
std::optional<std::string> java_time(char conversion, int64_t milliseconds);

}  // namespace tidemill
