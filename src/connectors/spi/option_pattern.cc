#include "connectors/spi/option_pattern.h"

#include <re2/re2.h>

#include "base/error.h"

namespace tidemill {

std::shared_ptr<const re2::RE2> option_pattern(const Options& options, std::string_view name) {
  const std::optional<std::string> text = options.find_text(name);
  if (!text) return nullptr;
  auto pattern = std::make_shared<const re2::RE2>(*text, re2::RE2::Quiet);
  if (pattern->ok()) return pattern;
  throw UserError(fmt::format("Option '{}' is not a regular expression: {}", options.full_name(name), pattern->error()),
                  "Look-around and back-references are not supported.");
}

}  // namespace tidemill
