// data/number_text.h - numbers and booleans as text, both ways. Rule: what Flink's CAST reads and Java prints; floating
// point prints the shortest digits that read back to the same value.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemill {

// Appends as Java's Double.toString (JDK 19 and later): 1.0, 100.0, 0.001, 1.0E-5, 1.0E10, NaN, Infinity, -0.0.
void append_double(std::string& out, double value);
void append_float(std::string& out, float value);
void append_integer(std::string& out, int64_t value);
constexpr size_t kIntegerCharactersMax = 20;
// Writes an integer to where there is room for kIntegerCharactersMax characters; returns what is behind it.
char* write_integer(char* to, int64_t value);

// Reads an integer as CAST does: spaces around, a sign, and digits after a point that are checked and dropped. nullopt
// where it is malformed or out of T's range. T: int8_t, int16_t, int32_t, int64_t.
template <class T>
std::optional<T> parse_integer(std::string_view text);

// Reads a double as Java's Double.parseDouble: spaces around, NaN, ±Infinity, an optional suffix d or f; out of range
// gives ±Infinity or 0. Hexadecimal is not read.
std::optional<double> parse_double(std::string_view text);
std::optional<float> parse_float(std::string_view text);

// Reads t, true, y, yes, 1 and f, false, n, no, 0 in any case; no spaces.
std::optional<bool> parse_boolean(std::string_view text);

// Returns the text without the spaces (and control characters) around it, as Java's String.trim.
std::string_view trim_spaces(std::string_view text);

}  // namespace tidemill
