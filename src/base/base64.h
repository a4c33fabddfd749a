// base/base64.h - bytes as text in JSON, CSV and SQL (RFC 4648). Rule: the standard alphabet with its
// padding, and nothing else.
#pragma once
#include <string>
#include <string_view>

namespace tidemill {

// Appends the bytes that `text` encodes; returns false where it is not base64 (what was appended is then without
// meaning).
bool decode_base64(std::string_view text, std::string& bytes);
// Appends the encoding of `bytes`.
void append_base64(std::string& text, std::string_view bytes);

}  // namespace tidemill
