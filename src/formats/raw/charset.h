// formats/raw/charset.h - text in other encodings than UTF-8. Rule: as Java's String does it: what is not text in the
// encoding becomes U+FFFD, and what the encoding cannot say '?'.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemill {

enum class Charset : uint8_t {
  kUtf8,
  kAscii,
  kLatin1,
  kUtf16,  // big-endian, unless a byte order mark says otherwise; written with one
  kUtf16BigEndian,
  kUtf16LittleEndian,
};

// Returns the encoding of this name or alias, in any case; nullopt: it is none of ours.
std::optional<Charset> find_charset(std::string_view name);
// The names, for errors: "UTF-8, ISO-8859-1, …".
std::string_view charset_names();
constexpr bool is_utf16(Charset charset) { return charset >= Charset::kUtf16; }

// Appends `bytes` as UTF-8. Requires: not kUtf8.
void append_as_utf8(std::string_view bytes, Charset charset, std::string& out);
// Appends UTF-8 in this encoding. Requires: not kUtf8.
void append_in_charset(std::string_view utf8, Charset charset, std::string& out);

}  // namespace tidemill
