// URLs and addresses: PARSE_URL, URL_ENCODE, URL_DECODE, INET_ATON, INET_NTOA.
#include <re2/re2.h>

#include <limits>

#include "base/url_encoding.h"
#include "data/value_text.h"
#include "functions/families.h"
#include "functions/url.h"

namespace tidemill {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

// Returns a copy of a part of a URL by the name that Flink has for it.
std::optional<std::string> url_part(const Url& url, std::string_view part) {
  if (part == "HOST") return url.host;
  if (part == "PATH") return url.path;
  if (part == "QUERY") return url.query;
  if (part == "REF") return url.ref;
  if (part == "PROTOCOL") return url.protocol;
  if (part == "FILE") return url.query ? url.path + "?" + *url.query : url.path;
  if (part == "AUTHORITY") return url.authority;
  if (part == "USERINFO") return url.user_info;
  return std::nullopt;
}

bool append_url_part(std::string& out, std::string_view text, std::string_view part) {
  const auto url = parse_url(text);
  if (!url) return false;
  const auto found = url_part(*url, part);
  if (found) out += *found;
  return found.has_value();
}

// Returns the value of a key that means itself, as a view of `query`.
std::optional<std::string_view> value_of(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view member = query.substr(0, end);
    const bool found = member.size() > key.size() && member.starts_with(key) && member[key.size()] == '=';
    if (found) return member.substr(key.size() + 1);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return std::nullopt;
}

// As in Flink, a key may be a piece of a regular expression.
bool append_query_value(std::string& out, std::string_view text, std::string_view part, std::string_view key) {
  if (part != "QUERY") return false;
  const auto url = parse_url(text);
  if (!url || !url->query) return false;
  if (key.find_first_of("\\^$.|?*+()[]{}") == std::string_view::npos) {
    const auto value = value_of(*url->query, key);
    out += value.value_or("");
    return value.has_value();
  }
  const RE2 pattern(fmt::format("(?:&|^){}=([^&]*)", key), RE2::Quiet);
  re2::StringPiece groups[2];
  if (!pattern.ok() || pattern.NumberOfCapturingGroups() != 1) return false;
  if (!pattern.Match(piece(*url->query), 0, url->query->size(), RE2::UNANCHORED, groups, 2)) return false;
  out.append(groups[1].data(), groups[1].size());
  return true;
}

void register_urls(FunctionRegistry& registry) {
  const FunctionDoc doc = {
      "PARSE_URL(url, part [, key])",
      "HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO of a URL, or the value of a key of "
      "its QUERY; NULL where there is none.",
      "PARSE_URL('http://a.org/p?k=v&x=1#r', 'QUERY', 'k') = 'v'"};
  registry.scalar("PARSE_URL", doc, [](std::string& out, std::string_view url, std::string_view part) {
    return append_url_part(out, url, part);
  });
  registry.scalar("PARSE_URL", doc,
                  [](std::string& out, std::string_view url, std::string_view part, std::string_view key) {
                    return append_query_value(out, url, part, key);
                  });
  registry.scalar(
      "URL_ENCODE",
      {"URL_ENCODE(text)", "The text as it may stand in the query of a URL.", "URL_ENCODE('a b&c') = 'a+b%26c'"},
      [](std::string& out, std::string_view text) {
        append_url_encoded(out, text);
        return true;  // never NULL of itself, but nullable by its type in Flink
      });
  registry.scalar("URL_DECODE",
                  {"URL_DECODE(text)", "The text that was encoded for a URL; NULL where it is none.",
                   "URL_DECODE('a+b%26c') = 'a b&c'"},
                  [](std::string& out, std::string_view text) {
                    std::string bytes;
                    if (!append_url_decoded(bytes, text)) return false;
                    append_valid_utf8(out, bytes);
                    return true;
                  });
}

void register_addresses(FunctionRegistry& registry) {
  registry.scalar("INET_ATON",
                  {"INET_ATON(text)", "The number of an IPv4 address; NULL where it is none.",
                   "INET_ATON('127.0.0.1') = 2130706433"},
                  [](std::string_view text) { return parse_ipv4(text); });
  registry.scalar("INET_NTOA",
                  {"INET_NTOA(number)", "The IPv4 address of a number; NULL where it is none.",
                   "INET_NTOA(2130706433) = '127.0.0.1'"},
                  [](std::string& out, int64_t number) {
                    if (number < 0 || number > std::numeric_limits<uint32_t>::max()) return false;
                    append_ipv4(out, static_cast<uint32_t>(number));
                    return true;
                  });
}

}  // namespace

void register_internet_functions(FunctionRegistry& registry) {
  register_urls(registry);
  register_addresses(registry);
}

}  // namespace tidemill
