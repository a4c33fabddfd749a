// functions/url.h - the parts of a URL. Rule: as Java's java.net.URL splits them, with the protocols that it knows.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemill {

struct Url {
  std::string protocol;  // in lower case
  std::string host;      // empty where there is none
  std::string path;
  std::optional<std::string> query, ref, authority, user_info;
};

// Returns nullopt where Java would throw MalformedURLException: an unknown protocol, a port that is no number.
std::optional<Url> parse_url(std::string_view text);

// Returns the number of an IPv4 address of one to four parts (the last fills the bytes that are left), as MySQL's
// INET_ATON; nullopt where it is none.
std::optional<int64_t> parse_ipv4(std::string_view text);
// Appends the address of a number. Requires: it has at most 32 bits.
void append_ipv4(std::string& out, uint32_t address);

}  // namespace tidemill
