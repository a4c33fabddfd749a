// base/url_encoding.h - texts in queries and forms of HTTP. Rule: as application/x-www-form-urlencoded has them.
#pragma once
#include <string>
#include <string_view>

namespace tidemill {

// Append `text` so encoded, and back. The latter returns false at a malformed %xx.
void append_url_encoded(std::string& out, std::string_view text);
bool append_url_decoded(std::string& out, std::string_view text);

}  // namespace tidemill
