// data/charset.h - texts as bytes of a character set, both ways. Rule: as Java: what a set lacks becomes '?', what
// is malformed becomes U+FFFD.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemill {

enum class Charset : uint8_t { kUtf8, kUtf16, kUtf16BigEndian, kUtf16LittleEndian, kLatin1, kAscii };

// Returns the set of a name in any case (UTF-8, UTF-16, UTF-16BE, UTF-16LE, ISO-8859-1, US-ASCII, their usual aliases).
std::optional<Charset> find_charset(std::string_view name);

// UTF-16 writes big-endian behind a byte order mark, and reads such a mark.
void append_in_charset(std::string& bytes, std::string_view text, Charset charset);
void append_from_charset(std::string& text, std::string_view bytes, Charset charset);

}  // namespace tidemill
