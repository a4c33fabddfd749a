#include "connectors/spi/format.h"

#include <charconv>

#include "base/check.h"
#include "base/error.h"

namespace tidemill {

std::string DecoderPosition::to_string() const {
  std::string text = fmt::format("{} {}", byte_offset, line);
  if (!state.empty()) text += " " + state;
  return text;
}

DecoderPosition DecoderPosition::parse(std::string_view text) {
  DecoderPosition position;
  if (text.empty()) return position;
  const char* const end = text.data() + text.size();
  auto result = std::from_chars(text.data(), end, position.byte_offset);
  bool good = result.ec == std::errc() && result.ptr != end && *result.ptr == ' ' && position.byte_offset >= 0;
  if (good) {
    result = std::from_chars(result.ptr + 1, end, position.line);
    good = result.ec == std::errc() && position.line >= 1 && (result.ptr == end || *result.ptr == ' ');
  }
  if (!good)
    throw UserError(fmt::format("A saved position in a file is damaged: '{}'", text),
                    "The checkpoint cannot be used; restore an older one.");
  if (result.ptr != end) position.state.assign(result.ptr + 1, end);
  return position;
}

void require_one_policy(const FormatRequest& request) {
  if (!request.policy_written || !request.options.boolean("ignore-parse-errors")) return;
  throw UserError(fmt::format("'{}' and 'record.error-policy' cannot both be set",
                              request.options.full_name("ignore-parse-errors")),
                  "Take out one: the first makes bad values NULL, the second keeps or leaves out whole records.");
}

void FormatRegistry::add(std::unique_ptr<const Format> format) {
  const std::string name(format->name());
  CHECK_MSG(formats_.emplace(name, std::move(format)).second, "format {} is registered twice", name);
}

const Format& FormatRegistry::get(std::string_view name) const {
  const auto found = formats_.find(name);
  if (found != formats_.end()) return *found->second;
  const std::vector<std::string> all = names();
  const auto nearest = nearest_name(name, all);
  throw UserError(
      fmt::format("Unknown format '{}'", name),
      fmt::format("{}Formats: {}.", nearest ? fmt::format("Did you mean '{}'? ", *nearest) : "", fmt::join(all, ", ")));
}

std::vector<std::string> FormatRegistry::names() const {
  std::vector<std::string> out;
  for (const auto& [name, format] : formats_) out.push_back(name);
  return out;
}

}  // namespace tidemill
