#include "functions/url.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 6> kProtocols = {"http", "https", "ftp", "file", "jar", "mailto"};
constexpr int32_t kPartMax = 255;  // of an IPv4 address, but for the last part

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// Java's String.trim: spaces and control characters.
std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool is_protocol(std::string_view text) {
  for (const std::string_view known : kProtocols) {
    if (text == known) return true;
  }
  return false;
}

// Takes "user@host:port" apart. False where the port is no number of at least -1, or an IPv6 address is not closed.
bool split_authority(std::string_view authority, Url& url) {
  url.authority = std::string(authority);
  std::string_view host = authority;
  if (const size_t at = authority.find('@'); at != std::string_view::npos) {
    if (at != authority.rfind('@')) return true;  // Java: more than one: neither user nor host is known
    url.user_info = std::string(authority.substr(0, at));
    host = authority.substr(at + 1);
  }
  size_t colon = host.find(':');
  if (host.starts_with('[')) {
    const size_t closing = host.find(']');
    if (closing == std::string_view::npos) return false;
    colon = closing + 1 < host.size() ? closing + 1 : std::string_view::npos;
    if (colon != std::string_view::npos && host[colon] != ':') return false;
  }
  url.host = host.substr(0, colon);
  if (colon == std::string_view::npos || colon + 1 == host.size()) return true;
  std::string_view digits = host.substr(colon + 1);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  int32_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() && end == digits.data() + digits.size() && port >= -1;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 4 && lower(text.substr(0, 4)) == "url:") text.remove_prefix(4);
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  Url url;
  url.protocol = lower(text.substr(0, colon));
  if (!is_protocol(url.protocol)) return std::nullopt;
  std::string_view rest = text.substr(colon + 1);
  if (const size_t hash = rest.find('#'); hash != std::string_view::npos) {
    url.ref = std::string(rest.substr(hash + 1));
    rest = rest.substr(0, hash);
  }
  if (url.protocol == "jar") {
    if (rest.find("!/") == std::string_view::npos) return std::nullopt;
    url.path = rest;
    return url;
  }
  if (const size_t mark = rest.find('?'); mark != std::string_view::npos) {
    url.query = std::string(rest.substr(mark + 1));
    rest = rest.substr(0, mark);
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const size_t slash = std::min(rest.find('/'), rest.size());
    if (!split_authority(rest.substr(0, slash), url)) return std::nullopt;
    rest = rest.substr(slash);
  }
  url.path = rest;
  return url;
}

std::optional<int64_t> parse_ipv4(std::string_view text) {
  int64_t address = 0;
  for (int32_t part = 1; part <= 4; ++part) {
    const size_t dot = text.find('.');
    const std::string_view digits = text.substr(0, dot);
    int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool number = error == std::errc() && end == digits.data() + digits.size() && digits.front() != '-';
    if (!number || value > kPartMax) return std::nullopt;
    if (dot == std::string_view::npos) return address << (8 * (5 - part)) | value;
    address = address << 8 | value;
    text.remove_prefix(dot + 1);
  }
  return std::nullopt;
}

void append_ipv4(std::string& out, uint32_t address) {
  out += fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff);
}

}  // namespace tidemill
