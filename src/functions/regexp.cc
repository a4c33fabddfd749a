// Regular expressions: RE2 (linear time). What Java has beyond it, look-around and back-references, is refused by name.
#include <re2/re2.h>

#include "functions/families.h"

namespace tidemill {
namespace {

using PatternPtr = std::shared_ptr<const RE2>;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

RE2::Options pattern_options() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

// Compiles a pattern, or takes the one that was compiled last: one a call of a kernel where the pattern is a literal.
class PatternCache {
 public:
  // Returns nullptr where the pattern cannot be compiled.
  const RE2* get(std::string_view pattern) {
    if (!compiled_ || compiled_->pattern() != pattern)
      compiled_ = std::make_shared<const RE2>(piece(pattern), pattern_options());
    return compiled_->ok() ? compiled_.get() : nullptr;
  }

 private:
  PatternPtr compiled_;
};

// Turns Java's replacement syntax ($1, \$) into RE2's (\1, $).
std::string re2_replacement(std::string_view java) {
  std::string out;
  for (size_t i = 0; i < java.size(); ++i) {
    if (java[i] == '$' && i + 1 < java.size() && java[i + 1] >= '0' && java[i + 1] <= '9') {
      out += '\\';
    } else if (java[i] == '\\' && i + 1 < java.size()) {
      ++i;
      if (java[i] == '\\') out += '\\';
      out += java[i];
    } else {
      out += java[i];
    }
  }
  return out;
}

// Refuses a literal pattern that RE2 does not know; argument 1 is the pattern.
void check_literal_pattern(const CallSite& call) {
  const std::string* pattern = call.size() > 1 ? call.literal_text(1) : nullptr;
  if (pattern == nullptr) return;
  const RE2 compiled(*pattern, pattern_options());
  if (compiled.ok()) return;
  throw UserError(call.location,
                  fmt::format("The regular expression '{}' is not supported: {}", *pattern, compiled.error()),
                  "Patterns are those of RE2: no look-ahead, look-behind or back-references.");
}

// Binds `body` as an overload whose literal pattern is checked at planning.
template <class Body>
void pattern_function(FunctionRegistry& registry, std::string_view name, FunctionDoc doc, Body body) {
  const TypedFunction typed = make_typed_function(std::move(body));
  registry.with_rule(name, doc, [typed, name = std::string(name)](const CallSite& call) -> ExpressionPtr {
    if (call.size() != typed.parameters.size()) return nullptr;
    for (size_t i = 0; i < call.size(); ++i) {
      const bool integer = typed.parameters[i].kind == TypeKind::kInteger;
      if (integer ? call.type(i).kind != TypeKind::kInteger : !call.type(i).is_character()) return nullptr;
    }
    check_literal_pattern(call);
    const bool nullable = typed.always_nullable || call.any_nullable();
    return std::make_shared<Call>(name, typed.kernel,
                                  std::vector<ExpressionPtr>(call.arguments.begin(), call.arguments.end()),
                                  typed.result.with_nullable(nullable), FunctionProperties{}, call.location);
  });
}

std::optional<std::string_view> extract(PatternCache& cache, std::string_view text, std::string_view pattern,
                                        int32_t group) {
  const RE2* compiled = cache.get(pattern);
  if (compiled == nullptr || group < 0 || group > compiled->NumberOfCapturingGroups()) return std::nullopt;
  std::vector<re2::StringPiece> groups(static_cast<size_t>(group) + 1);
  if (!compiled->Match(piece(text), 0, text.size(), RE2::UNANCHORED, groups.data(), group + 1)) return std::nullopt;
  const re2::StringPiece& found = groups[static_cast<size_t>(group)];
  if (found.data() == nullptr) return std::nullopt;
  return std::string_view(found.data(), found.size());
}

}  // namespace

void register_regexp_functions(FunctionRegistry& registry) {
  pattern_function(registry, "REGEXP",
                   {"REGEXP(text, pattern)", "Whether some part of the text matches.", "REGEXP('hello', 'l+') = TRUE"},
                   [](std::string_view text, std::string_view pattern) -> std::optional<bool> {
                     thread_local PatternCache cache;
                     const RE2* compiled = cache.get(pattern);
                     if (compiled == nullptr) return std::nullopt;
                     return RE2::PartialMatch(piece(text), *compiled);
                   });
  pattern_function(
      registry, "REGEXP_REPLACE",
      {"REGEXP_REPLACE(text, pattern, replacement)", "Text with every match replaced; $1 is the first group.",
       "REGEXP_REPLACE('foobar', 'oo|ar', '') = 'fb'"},
      [](std::string& out, std::string_view text, std::string_view pattern, std::string_view replacement) {
        thread_local PatternCache cache;
        const RE2* compiled = cache.get(pattern);
        if (compiled == nullptr) return false;
        out = text;
        RE2::GlobalReplace(&out, *compiled, re2_replacement(replacement));
        return true;
      });
  const FunctionDoc doc = {"REGEXP_EXTRACT(text, pattern [, group])",
                           "The first match, or a group of it; NULL where there is none.",
                           "REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2) = 'bar'"};
  pattern_function(registry, "REGEXP_EXTRACT", doc, [](std::string_view text, std::string_view pattern) {
    thread_local PatternCache cache;
    return extract(cache, text, pattern, 0);
  });
  pattern_function(registry, "REGEXP_EXTRACT", doc, [](std::string_view text, std::string_view pattern, int32_t group) {
    thread_local PatternCache cache;
    return extract(cache, text, pattern, group);
  });
}

}  // namespace tidemill
