// LIKE and SIMILAR TO, with ESCAPE.
#include <re2/re2.h>

#include "data/utf8.h"
#include "functions/bind.h"
#include "functions/families.h"
#include "functions/similar_pattern.h"
#include "functions/wildcard.h"

namespace tidemill {
namespace {

std::string bad_pattern(std::string_view pattern, std::string_view escape) {
  return fmt::format("The pattern '{}' has an escape character '{}' that is not followed by %, _ or itself", pattern,
                     escape);
}

std::string bad_expression(std::string_view pattern, std::string_view reason) {
  return fmt::format("The pattern '{}' of SIMILAR TO is malformed: {}", pattern, reason);
}

class WildcardMatcher {
 public:
  static std::shared_ptr<const WildcardMatcher> compile(std::string_view pattern, std::string_view escape,
                                                        std::string& error) {
    auto wildcard = Wildcard::compile(pattern, escape);
    if (!wildcard) {
      error = bad_pattern(pattern, escape);
      return nullptr;
    }
    return std::make_shared<const WildcardMatcher>(std::move(*wildcard));
  }
  explicit WildcardMatcher(Wildcard wildcard) : wildcard_(std::move(wildcard)) {}
  bool matches(std::string_view text) const { return wildcard_.matches(text); }

 private:
  Wildcard wildcard_;
};

class SimilarMatcher {
 public:
  static std::shared_ptr<const SimilarMatcher> compile(std::string_view pattern, std::string_view escape,
                                                       std::string& error) {
    std::string reason;
    const auto expression = similar_to_regular_expression(pattern, escape, reason);
    if (expression) {
      RE2::Options options;
      options.set_log_errors(false);
      options.set_dot_nl(true);
      auto matcher = std::make_shared<const SimilarMatcher>(*expression, options);
      if (matcher->compiled_.ok()) return matcher;
      reason = matcher->compiled_.error();
    }
    error = bad_expression(pattern, reason);
    return nullptr;
  }
  SimilarMatcher(const std::string& expression, const RE2::Options& options) : compiled_(expression, options) {}
  bool matches(std::string_view text) const {
    return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), compiled_);
  }

 private:
  RE2 compiled_;
};

// text, pattern [, escape]: the pattern is compiled when it is bound where it is a literal, otherwise when it changes
// from one row to the next.
template <class Matcher>
class PatternMatch final : public ScalarFunction {
 public:
  PatternMatch(std::shared_ptr<const Matcher> literal, bool negated)
      : literal_(std::move(literal)), negated_(negated) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    bool all_null = false;
    BufferPtr validity = combine_validity(call.arguments, call.num_rows(), all_null);
    if (all_null) return Column::all_null(call.result_type, call.num_rows());
    ResultColumn<uint8_t> out(call.result_type, call.num_rows());
    out.set_validity(validity);
    const Decoded<Text> text = call.arguments[0]->decode<Text>();
    if (literal_) {
      for_each_valid(call.selection, validity.get(), [&](int32_t row) {
        out[row] = static_cast<uint8_t>(literal_->matches(text[row].view()) != negated_);
      });
    } else {
      match_each(call, validity.get(), text, out);
    }
    return out.finish();
  }

 private:
  void match_each(const CallInput& call, const Buffer* validity, const Decoded<Text>& text,
                  ResultColumn<uint8_t>& out) const {
    const Decoded<Text> pattern = call.arguments[1]->decode<Text>();
    const Column* escapes = call.arguments.size() == 3 ? call.arguments[2].get() : nullptr;
    std::shared_ptr<const Matcher> matcher;
    std::string compiled_pattern, compiled_escape, error;
    for_each_valid(call.selection, validity, [&](int32_t row) {
      const std::string_view escape = escapes == nullptr ? std::string_view() : escapes->text(row);
      if (!matcher || compiled_pattern != pattern[row].view() || compiled_escape != escape) {
        compiled_pattern = pattern[row].view();
        compiled_escape = escape;
        matcher = Matcher::compile(compiled_pattern, compiled_escape, error);
      }
      if (matcher) {
        out[row] = static_cast<uint8_t>(matcher->matches(text[row].view()) != negated_);
      } else {
        call.errors.add(row, error);
        out.set_null(row);
      }
    });
  }

  std::shared_ptr<const Matcher> literal_;
  bool negated_;
};

template <class Matcher>
ExpressionPtr bind_pattern(bool negated, const CallSite& site) {
  if (site.size() < 2 || site.size() > 3) return nullptr;
  std::vector<ExpressionPtr> arguments;
  for (const ExpressionPtr& argument : site.arguments) {
    if (argument->type().kind == TypeKind::kNull) {
      arguments.push_back(coerce(argument, Type::string()));
    } else {
      if (!argument->type().is_character()) return nullptr;
      arguments.push_back(argument);
    }
  }
  const std::string* pattern = site.literal_text(1);
  const std::string* escape = site.size() == 3 ? site.literal_text(2) : nullptr;
  if (escape != nullptr && utf8_length(*escape) != 1) {
    throw UserError(site.location, fmt::format("ESCAPE takes one character, not '{}'", *escape));
  }
  const bool literal = pattern != nullptr && (site.size() == 2 || escape != nullptr);
  std::shared_ptr<const Matcher> matcher;
  if (literal) {
    std::string error;
    matcher = Matcher::compile(*pattern, escape == nullptr ? "" : *escape, error);
    if (!matcher) throw UserError(site.location, error);
  }
  return make_call(site, std::make_shared<PatternMatch<Matcher>>(std::move(matcher), negated), std::move(arguments),
                   Type::boolean().with_nullable(site.any_nullable()), {.can_fail = !literal});
}

}  // namespace

void register_like_functions(FunctionRegistry& registry) {
  const FunctionDoc like = {"text LIKE pattern [ESCAPE character]",
                            "Whether the text is of the pattern: % any text, _ one character.",
                            "'hello' LIKE 'h%_o' = TRUE"};
  registry.with_rule("LIKE", like, [](const CallSite& site) { return bind_pattern<WildcardMatcher>(false, site); });
  registry.with_rule(
      "NOT LIKE", {"text NOT LIKE pattern [ESCAPE character]", "Whether it is not.", "'hello' NOT LIKE 'h%' = FALSE"},
      [](const CallSite& site) { return bind_pattern<WildcardMatcher>(true, site); });
  registry.with_rule("SIMILAR TO",
                     {"text SIMILAR TO pattern [ESCAPE character]",
                      "As LIKE, with | * + ? { } ( ) [ ] of regular expressions.", "'abc' SIMILAR TO '(a|b)+c' = TRUE"},
                     [](const CallSite& site) { return bind_pattern<SimilarMatcher>(false, site); });
  registry.with_rule(
      "NOT SIMILAR TO",
      {"text NOT SIMILAR TO pattern [ESCAPE character]", "Whether it is not.", "'abc' NOT SIMILAR TO 'a%' = FALSE"},
      [](const CallSite& site) { return bind_pattern<SimilarMatcher>(true, site); });
}

}  // namespace tidemill
