// SPLIT, STR_TO_MAP, REGEXP_EXTRACT_ALL: one text to several. SPLIT takes its separator as it is; the separators of
// STR_TO_MAP are regular expressions, and pieces are what Java's String.split makes of them.
#include <re2/re2.h>

#include "data/utf8.h"
#include "functions/bind.h"
#include "functions/encoded_kernel.h"
#include "functions/families.h"

namespace tidemill {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

void put_texts(std::string& out, const std::vector<std::string_view>& texts) {
  std::vector<std::string> encoded;
  for (const std::string_view text : texts) append_encoded_text(encoded.emplace_back(), text);
  append_encoded_collection(out, {encoded.begin(), encoded.end()}, 1);
}

// The texts between separators; of no separator, the code points.
std::vector<std::string_view> split_by_text(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> pieces;
  if (text.empty()) return pieces;
  if (separator.empty()) {
    for (size_t at = 0; at < text.size();) {
      const size_t bytes = utf8_step(text, at);
      pieces.push_back(text.substr(at, bytes));
      at += bytes;
    }
    return pieces;
  }
  for (size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
    pieces.push_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  pieces.push_back(text);
  return pieces;
}

// A regular expression, compiled when it is another one than for the row before.
class Separator {
 public:
  // Returns nullptr where `pattern` is none.
  const RE2* get(std::string_view pattern) {
    if (!compiled_ || compiled_->pattern() != pattern) {
      RE2::Options options;
      options.set_log_errors(false);
      compiled_ = std::make_unique<const RE2>(piece(pattern), options);
    }
    return compiled_->ok() ? compiled_.get() : nullptr;
  }

 private:
  std::unique_ptr<const RE2> compiled_;
};

// String.split(separator, limit): at most `limit` pieces; where that is 0 as many as there are, without the empty ones
// at the end.
std::vector<std::string_view> split_by_pattern(std::string_view text, const RE2& separator, size_t limit) {
  std::vector<std::string_view> pieces;
  size_t begin = 0;
  for (size_t from = 0; limit == 0 || pieces.size() + 1 < limit;) {
    re2::StringPiece found;
    if (from > text.size() || !separator.Match(piece(text), from, text.size(), RE2::UNANCHORED, &found, 1)) break;
    const auto at = static_cast<size_t>(found.data() - text.data());
    from = at + found.size() + (found.empty() ? 1 : 0);
    if (found.empty() && (at == 0 || at == text.size())) continue;  // nothing stands before it, or behind
    pieces.push_back(text.substr(begin, at - begin));
    begin = at + found.size();
  }
  pieces.push_back(text.substr(begin));
  while (limit == 0 && pieces.size() > 1 && pieces.back().empty()) pieces.pop_back();
  return pieces;
}

void text_to_map(Separator& entry_separator, Separator& value_separator, EncodedRow& row, std::string& out) {
  const RE2* const between_entries = entry_separator.get(row.bytes(1));
  const RE2* const before_value = value_separator.get(row.bytes(2));
  if (between_entries == nullptr || before_value == nullptr) {
    return row.fail(fmt::format("STR_TO_MAP: '{}' is not a regular expression that is supported",
                                row.bytes(between_entries == nullptr ? 1 : 2)));
  }
  const std::string_view text = row.bytes(0);
  std::vector<std::string> encoded;  // the map keeps views of these
  std::vector<std::string_view> entry_texts;
  if (!text.empty()) entry_texts = split_by_pattern(text, *between_entries, 0);
  for (const std::string_view entry : entry_texts) {
    const std::vector<std::string_view> parts = split_by_pattern(entry, *before_value, 2);
    append_encoded_text(encoded.emplace_back(), parts[0]);
    std::string& value = encoded.emplace_back();
    parts.size() < 2 ? append_encoded_null(value) : append_encoded_text(value, parts[1]);
  }
  MapEntries entries;
  for (size_t i = 0; i < encoded.size(); i += 2) entries.put(encoded[i], encoded[i + 1]);
  append_encoded_collection(out, entries.parts(), 2);
}

void extract_all(Separator& separator, EncodedRow& row, std::string& out) {
  const RE2* const pattern = separator.get(row.bytes(1));
  const int32_t group = row.size() == 3 ? row.integer(2) : 1;
  if (pattern == nullptr || group < 0 || group > pattern->NumberOfCapturingGroups()) return append_encoded_null(out);
  const std::string_view text = row.bytes(0);
  std::vector<re2::StringPiece> found(static_cast<size_t>(group) + 1);
  std::vector<std::string> encoded;
  for (size_t from = 0; from <= text.size();) {
    if (!pattern->Match(piece(text), from, text.size(), RE2::UNANCHORED, found.data(), group + 1)) break;
    const re2::StringPiece& taken = found.back();
    std::string& value = encoded.emplace_back();
    taken.data() == nullptr ? append_encoded_null(value) : append_encoded_text(value, {taken.data(), taken.size()});
    const auto at = static_cast<size_t>(found.front().data() - text.data());
    from = at + found.front().size();
    if (found.front().empty()) from += from < text.size() ? utf8_step(text, from) : 1;
  }
  append_encoded_collection(out, {encoded.begin(), encoded.end()}, 1);
}

// Binds texts; the last ones may be left out for `defaults`.
ExpressionPtr bind_texts(const CallSite& site, size_t least, size_t most, const std::vector<std::string>& defaults,
                         ScalarFunctionPtr kernel, const Type& type, bool can_fail) {
  if (site.size() < least || site.size() > most) return nullptr;
  std::vector<ExpressionPtr> arguments;
  for (size_t i = 0; i < site.size(); ++i) {
    if (!casts_implicitly(site.type(i), Type::string())) return nullptr;
    arguments.push_back(coerce(site.arguments[i], Type::string()));
  }
  for (size_t i = arguments.size(); i < most; ++i)
    arguments.push_back(make_literal(Value::string(defaults[i - least])));
  return make_call(site, std::move(kernel), std::move(arguments), type, {.can_fail = can_fail});
}

ExpressionPtr bind_extract_all(const CallSite& site) {
  if (site.size() < 2 || site.size() > 3) return nullptr;
  std::vector<ExpressionPtr> arguments;
  for (size_t i = 0; i < site.size(); ++i) {
    const Type wanted = i == 2 ? Type::integer() : Type::string();
    if (!casts_implicitly(site.type(i), wanted)) return nullptr;
    arguments.push_back(coerce(site.arguments[i], wanted));
  }
  if (const std::string* literal = site.literal_text(1)) {
    RE2::Options options;
    options.set_log_errors(false);
    const RE2 compiled(*literal, options);
    if (!compiled.ok()) {
      throw UserError(site.location,
                      fmt::format("The regular expression '{}' is not supported: {}", *literal, compiled.error()),
                      "Patterns are those of RE2: no look-ahead, look-behind or back-references.");
    }
  }
  return make_call(site, make_encoded_kernel_of([] {
                     auto separator = std::make_shared<Separator>();
                     return [separator](EncodedRow& row, std::string& out) { extract_all(*separator, row, out); };
                   }),
                   std::move(arguments), Type::array(Type::string()));
}

}  // namespace

void register_split_functions(FunctionRegistry& registry) {
  registry.with_rule("SPLIT",
                     {"SPLIT(text, separator)",
                      "The texts between separators as an ARRAY; the characters where the separator is empty.",
                      "SPLIT('a,b', ',') = [a, b]"},
                     [](const CallSite& site) {
                       const auto body = [](EncodedRow& row, std::string& out) {
                         put_texts(out, split_by_text(row.bytes(0), row.bytes(1)));
                       };
                       const Type type = Type::array(Type::string()).with_nullable(site.any_nullable());
                       return bind_texts(site, 2, 2, {}, make_encoded_kernel(body), type, false);
                     });
  registry.with_rule(
      "STR_TO_MAP",
      {"STR_TO_MAP(text [, between_entries, before_value])",
       "A MAP of what the text lists; the separators, ',' and '=' unless given, are regular expressions.",
       "STR_TO_MAP('a=1,b=2')['b'] = '2'"},
      [](const CallSite& site) -> ExpressionPtr {
        if (site.size() == 2) return nullptr;
        auto kernel = make_encoded_kernel_of([] {
          auto entries = std::make_shared<Separator>();
          auto values = std::make_shared<Separator>();
          return [entries, values](EncodedRow& row, std::string& out) { text_to_map(*entries, *values, row, out); };
        });
        return bind_texts(site, 1, 3, {",", "="}, std::move(kernel), Type::map(Type::string(), Type::string()), true);
      });
  registry.with_rule("REGEXP_EXTRACT_ALL",
                     {"REGEXP_EXTRACT_ALL(text, pattern [, group])",
                      "Group 1, or the group given, of every match, as an ARRAY; 0 is the whole match. NULL where the "
                      "pattern has no such group.",
                      "REGEXP_EXTRACT_ALL('a1b22', '[0-9]+', 0) = [1, 22]"},
                     bind_extract_all);
}

}  // namespace tidemill
