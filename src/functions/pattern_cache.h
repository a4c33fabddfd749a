// functions/pattern_cache.h - the regular expression that was compiled last. Rule: one a function and thread
// (kept_cache.h), so that a literal pattern is compiled once.
#pragma once
#include <re2/re2.h>

#include <memory>
#include <string_view>

namespace tidemill {

class PatternCache {
 public:
  // Returns the pattern compiled, valid until the next call; it may be one that RE2 does not know (ok() tells).
  const RE2& get(std::string_view pattern) {
    if (!compiled_ || compiled_->pattern() != pattern) {
      compiled_ = std::make_unique<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options());
    }
    return *compiled_;
  }

  static RE2::Options options() {
    RE2::Options options;
    options.set_log_errors(false);
    return options;
  }

 private:
  std::unique_ptr<const RE2> compiled_;
};

}  // namespace tidemill
