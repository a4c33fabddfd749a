// Regular expressions: RE2 (linear time). What Java has beyond it, look-around and back-references, is refused by name.
#include "expr/cast.h"
#include "functions/families.h"
#include "functions/kept_cache.h"
#include "functions/pattern_cache.h"
#include "functions/string_pieces.h"
#include "functions/text_pieces.h"

namespace tidemill {
namespace {

// Java compiles these and RE2 does not: what Flink would answer is not known here.
bool is_beyond_re2(const RE2& pattern) {
  return pattern.error_code() == RE2::ErrorBadPerlOp || pattern.error_code() == RE2::ErrorBadEscape;
}

std::string refusal(const RE2& pattern) {
  return fmt::format("The regular expression '{}' is not supported: {}", pattern.pattern(), pattern.error());
}

// Returns nullptr where the pattern is malformed; notes the row as failed where only Java could compile it.
const CompiledPattern* usable_pattern(PatternCache& cache, RowContext& row, std::string_view pattern) {
  const CompiledPattern& found = cache.get(pattern);
  if (found.re2().ok()) return &found;
  if (is_beyond_re2(found.re2())) row.fail(refusal(found.re2()));
  return nullptr;
}

// The functions, each of which keeps its last pattern for the next batch.
enum class PatternUse : uint8_t { kTest, kCount, kPlace, kExtract, kExtractGroup, kPiece, kReplace };

// A replacement means itself: RE2's \1 is escaped.
std::string literal_replacement(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Refuses a literal pattern that RE2 does not know; argument 1 is the pattern. Returns whether it is a literal.
bool check_literal_pattern(const CallSite& call) {
  const std::string* pattern = call.literal_text(1);
  if (pattern == nullptr) return false;
  const RE2 compiled(*pattern, PatternCache::options());
  if (compiled.ok()) return true;
  throw UserError(call.location, refusal(compiled),
                  "Patterns are those of RE2: no look-ahead, look-behind or back-references.");
}

enum class NullRule : uint8_t {
  kAsWritten,
  kOfMalformedPatterns
};  // the latter: a pattern that was checked gives none

// Registers an overload whose literal pattern is checked at planning.
void register_pattern_function(FunctionRegistry& registry, std::string_view name, FunctionDoc doc,
                               const TypedFunction& typed, NullRule nulls) {
  registry.with_rule(name, doc, [typed, nulls](const CallSite& call) -> ExpressionPtr {
    if (call.size() != typed.parameters.size()) return nullptr;
    std::vector<ExpressionPtr> arguments;
    for (size_t i = 0; i < call.size(); ++i) {
      const bool integer = typed.parameters[i].kind == TypeKind::kInteger;
      const bool fits = call.type(i).kind == TypeKind::kNull ||
                        (integer ? casts_implicitly(call.type(i), Type::integer()) : call.type(i).is_character());
      if (!fits) return nullptr;
      arguments.push_back(integer || !call.type(i).is_character() ? coerce(call.arguments[i], typed.parameters[i])
                                                                  : call.arguments[i]);
    }
    const bool checked = check_literal_pattern(call);
    const bool never_of_itself = checked && nulls == NullRule::kOfMalformedPatterns;
    const bool nullable = (typed.always_nullable && !never_of_itself) || call.any_nullable();
    return std::make_shared<Call>(std::string(call.name), typed.kernel, std::move(arguments),
                                  typed.result.with_nullable(nullable), FunctionProperties{.can_fail = !checked},
                                  call.location);
  });
}

template <class Body>
void pattern_function(FunctionRegistry& registry, std::string_view name, FunctionDoc doc, Body body,
                      NullRule nulls = NullRule::kAsWritten) {
  register_pattern_function(registry, name, doc, make_typed_function(std::move(body)), nulls);
}

std::optional<std::string_view> extract(RowContext& row, PatternCache& cache, std::string_view text,
                                        std::string_view pattern, int32_t group) {
  const CompiledPattern* compiled = usable_pattern(cache, row, pattern);
  if (compiled == nullptr || group < 0 || group > compiled->re2().NumberOfCapturingGroups()) return std::nullopt;
  std::string_view found;
  if (!compiled->find(text, group, found) || found.data() == nullptr) return std::nullopt;
  return found;
}

// Returns the second argument compiled where it is the same for all rows and RE2 knows it, nullptr otherwise.
template <PatternUse kUse>
const CompiledPattern* constant_pattern(const CallInput& call) {
  const Column& pattern = *call.arguments[1];
  if (pattern.encoding() != ColumnEncoding::kConstant || pattern.is_null(0)) return nullptr;
  const CompiledPattern& compiled = kept_cache<PatternCache, kUse>().get(pattern.text(0));
  return compiled.re2().ok() ? &compiled : nullptr;
}

// REGEXP_EXTRACT(text, pattern, group): a pattern and a group that are the same for all rows are looked up once.
class ExtractGroup final : public ScalarFunction {
 public:
  // `each`: the kernel that looks up every row's.
  explicit ExtractGroup(ScalarFunctionPtr each) : each_(std::move(each)) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    const CompiledPattern* const pattern = constant_pattern<PatternUse::kExtractGroup>(call);
    const Column& group = *call.arguments[2];
    if (pattern == nullptr || group.encoding() != ColumnEncoding::kConstant || group.is_null(0))
      return each_->evaluate(call);
    const int32_t number = group.decode<int32_t>()[0];
    if (number < 0 || number > pattern->re2().NumberOfCapturingGroups()) return each_->evaluate(call);
    return text_pieces(call, [&](std::string_view text) {
      std::string_view found;
      return pattern->find(text, number, found) ? found : std::string_view();
    });
  }

 private:
  ScalarFunctionPtr each_;
};

// REGEXP_COUNT(text, pattern): a pattern that is the same for all rows is looked up once.
class CountMatches final : public ScalarFunction {
 public:
  // `each`: the kernel that looks up every row's.
  explicit CountMatches(ScalarFunctionPtr each) : each_(std::move(each)) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    const CompiledPattern* const pattern = constant_pattern<PatternUse::kCount>(call);
    if (pattern == nullptr) return each_->evaluate(call);
    bool all_null = false;
    const BufferPtr validity = combine_validity(call.arguments.first(1), call.num_rows(), all_null);
    if (all_null) return Column::all_null(call.result_type, call.num_rows());
    ResultColumn<int32_t> out(call.result_type, call.num_rows());
    out.set_validity(validity);
    const Decoded<Text> texts = call.arguments[0]->decode<Text>();
    for_each_valid(call.selection, validity.get(), [&](int32_t row) { out[row] = pattern->count(texts[row].view()); });
    return out.finish();
  }

 private:
  ScalarFunctionPtr each_;
};

void register_searches(FunctionRegistry& registry) {
  pattern_function(registry, "REGEXP",
                   {"REGEXP(text, pattern)", "Whether some part of the text matches; FALSE for an empty pattern.",
                    "REGEXP('hello', 'l+') = TRUE"},
                   [](RowContext& row, std::string_view text, std::string_view pattern) {
                     PatternCache& cache = kept_cache<PatternCache, PatternUse::kTest>();
                     const CompiledPattern* compiled = usable_pattern(cache, row, pattern);
                     std::string_view found;
                     return compiled != nullptr && !pattern.empty() && compiled->find(text, 0, found);
                   });
  TypedFunction count = make_typed_function(
      [](RowContext& row, std::string_view text, std::string_view pattern) -> std::optional<int32_t> {
        PatternCache& cache = kept_cache<PatternCache, PatternUse::kCount>();
        const CompiledPattern* compiled = usable_pattern(cache, row, pattern);
        return compiled == nullptr ? std::nullopt : std::optional(compiled->count(text));
      });
  count.kernel = std::make_shared<CountMatches>(std::move(count.kernel));
  register_pattern_function(
      registry, "REGEXP_COUNT",
      {"REGEXP_COUNT(text, pattern)", "How often the pattern matches.", "REGEXP_COUNT('banana', 'an') = 2"}, count,
      NullRule::kAsWritten);
  pattern_function(registry, "REGEXP_INSTR",
                   {"REGEXP_INSTR(text, pattern)", "Where the first match stands, from 1; 0: nowhere.",
                    "REGEXP_INSTR('hello', 'l+') = 3"},
                   [](RowContext& row, std::string_view text, std::string_view pattern) -> std::optional<int32_t> {
                     PatternCache& cache = kept_cache<PatternCache, PatternUse::kPlace>();
                     if (usable_pattern(cache, row, pattern) == nullptr) return std::nullopt;
                     const auto found = extract(row, cache, text, pattern, 0);
                     if (!found) return 0;
                     return 1 + count_code_points(text.substr(0, static_cast<size_t>(found->data() - text.data())));
                   });
}

void register_pieces(FunctionRegistry& registry) {
  const FunctionDoc doc = {"REGEXP_EXTRACT(text, pattern [, group])",
                           "The first match, or a group of it; NULL where there is none.",
                           "REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2) = 'bar'"};
  pattern_function(registry, "REGEXP_EXTRACT", doc,
                   [](RowContext& row, std::string_view text, std::string_view pattern) {
                     PatternCache& cache = kept_cache<PatternCache, PatternUse::kExtract>();
                     return extract(row, cache, text, pattern, 0);
                   });
  TypedFunction extract_group =
      make_typed_function([](RowContext& row, std::string_view text, std::string_view pattern, int32_t group) {
        return extract(row, kept_cache<PatternCache, PatternUse::kExtractGroup>(), text, pattern, group);
      });
  extract_group.kernel = std::make_shared<ExtractGroup>(std::move(extract_group.kernel));
  register_pattern_function(registry, "REGEXP_EXTRACT", doc, extract_group, NullRule::kAsWritten);
  pattern_function(registry, "REGEXP_SUBSTR",
                   {"REGEXP_SUBSTR(text, pattern)", "The first match; NULL where there is none.",
                    "REGEXP_SUBSTR('hello', 'l+') = 'll'"},
                   [](RowContext& row, std::string_view text, std::string_view pattern) {
                     PatternCache& cache = kept_cache<PatternCache, PatternUse::kPiece>();
                     return extract(row, cache, text, pattern, 0);
                   });
  pattern_function(
      registry, "REGEXP_REPLACE",
      {"REGEXP_REPLACE(text, pattern, replacement)",
       "Text with every match replaced; the replacement stands for itself, $1 too.",
       "REGEXP_REPLACE('foobar', 'oo|ar', '') = 'fb'"},
      [](RowContext& row, std::string& out, std::string_view text, std::string_view pattern,
         std::string_view replacement) {
        PatternCache& cache = kept_cache<PatternCache, PatternUse::kReplace>();
        const CompiledPattern* compiled = usable_pattern(cache, row, pattern);
        if (compiled == nullptr) return false;
        out = text;
        RE2::GlobalReplace(&out, compiled->re2(), literal_replacement(replacement));
        return true;
      },
      NullRule::kOfMalformedPatterns);
}

}  // namespace

void register_regexp_functions(FunctionRegistry& registry) {
  register_searches(registry);
  register_pieces(registry);
}

}  // namespace tidemill
