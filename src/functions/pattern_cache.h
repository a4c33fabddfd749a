// functions/pattern_cache.h - the regular expression that was compiled last. Rule: one a function and thread
// (kept_cache.h), so that a literal pattern is compiled once.
#pragma once
#include <re2/re2.h>

#include <memory>
#include <string_view>

#include "functions/one_pass_pattern.h"

namespace tidemill {

// A pattern, compiled in one or two ways.
class CompiledPattern {
 public:
  CompiledPattern(std::string_view pattern, const RE2::Options& options)
      : re2_(re2::StringPiece(pattern.data(), pattern.size()), options),
        one_pass_(re2_.ok() ? OnePassPattern::compile(pattern) : nullptr) {}

  // It may be a pattern that RE2 does not know (ok() tells).
  const RE2& re2() const { return re2_; }
  // Finds the leftmost match, and sets `found` to its group (0: all of it), whose data() is nullptr where the group
  // took no part. Requires: re2().ok(), and the pattern has the group.
  bool find(std::string_view text, int32_t group, std::string_view& found) const;
  // Returns how often the pattern matches: matches do not overlap, and behind an empty one the search goes on a
  // character further. Requires: re2().ok().
  int32_t count(std::string_view text) const;

 private:
  int32_t count_by_re2(std::string_view text) const;
  bool find_by_re2(std::string_view text, int32_t group, std::string_view& found) const;

  RE2 re2_;
  std::unique_ptr<const OnePassPattern> one_pass_;  // null: it is none
};

class PatternCache {
 public:
  // Returns the pattern compiled, valid until the next call.
  const CompiledPattern& get(std::string_view pattern) {
    if (!compiled_ || compiled_->re2().pattern() != pattern)
      compiled_ = std::make_unique<const CompiledPattern>(pattern, options());
    return *compiled_;
  }

  static RE2::Options options() {
    RE2::Options options;
    options.set_log_errors(false);
    return options;
  }

 private:
  std::unique_ptr<const CompiledPattern> compiled_;
};

}  // namespace tidemill
