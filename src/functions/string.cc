// Texts: parts, search, padding, case. Positions and lengths count code points, as in Flink.
#include <cstring>
#include <limits>

#include "base/byte_search.h"
#include "data/utf8.h"
#include "functions/families.h"
#include "functions/letter_case.h"
#include "functions/letter_case_kernel.h"
#include "functions/split_index.h"
#include "functions/string_pieces.h"

namespace tidemill {
namespace {

constexpr int64_t kToTheEnd = std::numeric_limits<int32_t>::max();
constexpr size_t kResultBytesMax = size_t{1} << 20;  // a row of REPEAT or LPAD at most: a batch has up to 4,096 of them

// Appends code points of `pad`, over and over, until `count` were written.
void append_padding(std::string& out, std::string_view pad, int64_t count) {
  const int32_t points = count_code_points(pad);
  for (; count >= points; count -= points) out += pad;
  out += code_points(pad, 0, count);
}

bool fits(RowContext& row, int64_t code_points_wanted, std::string_view name) {
  if (code_points_wanted <= static_cast<int64_t>(kResultBytesMax)) return true;
  row.fail(
      fmt::format("{} would make a text of {} characters, more than {}", name, code_points_wanted, kResultBytesMax));
  return false;
}

constexpr int32_t kLatinLast = 255;  // what SPLIT_INDEX takes as the code of a character

TypedFunction split_index() {
  return {.parameters = {Type::string(), Type::string(), Type::integer()},
          .result = Type::string(),
          .always_nullable = true,
          .kernel = make_split_index_kernel()};
}

void register_pieces(FunctionRegistry& registry) {
  const FunctionDoc substring = {"SUBSTRING(text, start [, length]) | SUBSTRING(text FROM start [FOR length])",
                                 "Part of a text; start counts from 1, a negative one from the end.",
                                 "SUBSTRING('hello', 2, 3) = 'ell'"};
  registry.scalar("SUBSTRING", substring,
                  [](std::string_view text, int32_t start) { return sql_substring(text, start, kToTheEnd); });
  registry.scalar("SUBSTRING", substring,
                  [](std::string_view text, int32_t start, int32_t length) -> std::optional<std::string_view> {
                    if (length < 0) return std::nullopt;
                    return sql_substring(text, start, length);
                  });
  registry.alias("SUBSTR", "SUBSTRING");
  registry.scalar("LEFT", {"LEFT(text, n)", "The first n characters.", "LEFT('hello', 2) = 'he'"},
                  [](std::string_view text, int32_t n) { return code_points(text, 0, n); });
  registry.scalar("RIGHT", {"RIGHT(text, n)", "The last n characters.", "RIGHT('hello', 2) = 'lo'"},
                  [](std::string_view text, int32_t n) {
                    if (n <= 0) return std::string_view();
                    return code_points(text, std::max(0, count_code_points(text) - n), n);
                  });
  const FunctionDoc doc = {"SPLIT_INDEX(text, delimiter | code of a character, index)",
                           "Part number index (from 0) of a text cut at a delimiter.",
                           "SPLIT_INDEX('a,b,c', ',', 1) = 'b'"};
  registry.scalar("SPLIT_INDEX", doc, split_index());
  registry.scalar("SPLIT_INDEX", doc,
                  [](std::string_view text, int32_t code, int32_t index) -> std::optional<std::string_view> {
                    if (code < 0 || code > kLatinLast) return std::nullopt;
                    std::string delimiter;
                    append_utf8(delimiter, static_cast<uint32_t>(code));
                    return split_part(text, delimiter, index);
                  });
}

void register_trims(FunctionRegistry& registry) {
  const FunctionDoc trim = {"TRIM([LEADING | TRAILING | BOTH] [characters FROM] text)",
                            "Text without the characters (spaces) at its ends.", "TRIM(' x ') = 'x'"};
  registry.scalar("TRIM", trim, [](std::string_view text) { return trim_trailing(trim_leading(text, " "), " "); });
  registry.scalar("TRIM", trim, [](std::string_view side, std::string_view set, std::string_view text) {
    if (side != "TRAILING") text = trim_leading(text, set);
    if (side != "LEADING") text = trim_trailing(text, set);
    return text;
  });
  const FunctionDoc left = {"LTRIM(text [, characters])", "Text without the characters (spaces) at its start.",
                            "LTRIM(' x') = 'x'"};
  registry.scalar("LTRIM", left, [](std::string_view text) { return trim_leading(text, " "); });
  registry.scalar("LTRIM", left, [](std::string_view text, std::string_view set) { return trim_leading(text, set); });
  const FunctionDoc right = {"RTRIM(text [, characters])", "Text without the characters (spaces) at its end.",
                             "RTRIM('x ') = 'x'"};
  registry.scalar("RTRIM", right, [](std::string_view text) { return trim_trailing(text, " "); });
  registry.scalar("RTRIM", right, [](std::string_view text, std::string_view set) { return trim_trailing(text, set); });
  const FunctionDoc both = {"BTRIM(text [, characters])", "Text without the characters (spaces) at both ends.",
                            "BTRIM(' x ') = 'x'"};
  registry.scalar("BTRIM", both, [](std::string_view text) { return trim_trailing(trim_leading(text, " "), " "); });
  registry.scalar("BTRIM", both, [](std::string_view text, std::string_view set) {
    return trim_trailing(trim_leading(text, set), set);
  });
}

void register_search(FunctionRegistry& registry) {
  registry.scalar("CHAR_LENGTH", {"CHAR_LENGTH(text)", "Number of characters.", "CHAR_LENGTH('hello') = 5"},
                  [](std::string_view text) { return count_code_points(text); });
  registry.alias("CHARACTER_LENGTH", "CHAR_LENGTH");
  registry.scalar(
      "POSITION",
      {"POSITION(part IN text)", "Where the part first stands, from 1; 0: nowhere.", "POSITION('l' IN 'hello') = 3"},
      [](std::string_view part, std::string_view text) { return position_of(part, text, 1); });
  const FunctionDoc locate = {"LOCATE(part, text [, start])",
                              "Where the part first stands at or after start, from 1; 0: nowhere.",
                              "LOCATE('l', 'hello', 4) = 4"};
  registry.scalar("LOCATE", locate,
                  [](std::string_view part, std::string_view text) { return position_of(part, text, 1); });
  registry.scalar("LOCATE", locate, [](std::string_view part, std::string_view text, int32_t start) {
    return position_of(part, text, start);
  });
  registry.scalar("INSTR",
                  {"INSTR(text, part)", "Where the part first stands, from 1; 0: nowhere.", "INSTR('hello', 'l') = 3"},
                  [](std::string_view text, std::string_view part) { return position_of(part, text, 1); });
  registry.scalar("STARTSWITH",
                  {"STARTSWITH(text, start)", "Whether the text starts so.", "STARTSWITH('hello', 'he') = TRUE"},
                  [](std::string_view text, std::string_view start) { return text.starts_with(start); });
  registry.scalar("ENDSWITH", {"ENDSWITH(text, end)", "Whether the text ends so.", "ENDSWITH('hello', 'lo') = TRUE"},
                  [](std::string_view text, std::string_view end) { return text.ends_with(end); });
}

TypedFunction in_case(LetterCase wanted) {
  return {.parameters = {Type::string()}, .result = Type::string(), .kernel = make_letter_case_kernel(wanted)};
}

void register_case(FunctionRegistry& registry) {
  registry.scalar("UPPER", {"UPPER(text)", "Text in upper case.", "UPPER('hello') = 'HELLO'"},
                  in_case(LetterCase::kUpper));
  registry.scalar("LOWER", {"LOWER(text)", "Text in lower case.", "LOWER('Hello') = 'hello'"},
                  in_case(LetterCase::kLower));
  registry.scalar("INITCAP",
                  {"INITCAP(text)", "Text with the first letter of each word in upper case.",
                   "INITCAP('hello world') = 'Hello World'"},
                  [](std::string& out, std::string_view text) { append_capitalised(out, text); });
  registry.scalar("REVERSE", {"REVERSE(text)", "Characters in reverse order.", "REVERSE('abc') = 'cba'"},
                  [](std::string& out, std::string_view text) {
                    for (int32_t i = count_code_points(text) - 1; i >= 0; --i) out += code_points(text, i, 1);
                  });
}

void register_padding(FunctionRegistry& registry) {
  registry.scalar("REPEAT", {"REPEAT(text, n)", "The text n times.", "REPEAT('ab', 2) = 'abab'"},
                  [](RowContext& row, std::string& out, std::string_view text, int32_t n) {
                    if (!fits(row, static_cast<int64_t>(text.size()) * n, "REPEAT")) return;
                    for (int32_t i = 0; i < n && !text.empty(); ++i) out += text;
                  });
  registry.scalar(
      "LPAD",
      {"LPAD(text, length, pad)", "Text filled up on the left, or cut, to a length.", "LPAD('hi', 4, '?') = '??hi'"},
      [](RowContext& row, std::string& out, std::string_view text, int32_t length, std::string_view pad) {
        if (length < 0 || pad.empty() || !fits(row, length, "LPAD")) return false;
        append_padding(out, pad, std::max(0, length - count_code_points(text)));
        out += code_points(text, 0, length);
        return true;
      });
  registry.scalar(
      "RPAD",
      {"RPAD(text, length, pad)", "Text filled up on the right, or cut, to a length.", "RPAD('hi', 4, '-') = 'hi--'"},
      [](RowContext& row, std::string& out, std::string_view text, int32_t length, std::string_view pad) {
        if (length < 0 || pad.empty() || !fits(row, length, "RPAD")) return false;
        out += code_points(text, 0, length);
        append_padding(out, pad, std::max(0, length - count_code_points(text)));
        return true;
      });
}

// Appends `text` without the byte `left_out`.
void append_without(std::string& out, std::string_view text, char left_out) {
  const size_t before = out.size();
  out.resize(before + text.size());
  char* to = out.data() + before;
  for (size_t at = 0; at < text.size();) {
    const size_t next = text.find(left_out, at);
    const size_t kept = std::min(next, text.size()) - at;
    std::memcpy(to, text.data() + at, kept);
    to += kept;
    at += kept + 1;
  }
  out.resize(static_cast<size_t>(to - out.data()));
}

// Appends `text` with each `search` replaced; an empty one stands before, between and after all characters, as in Java.
void append_replaced(std::string& out, std::string_view text, std::string_view search, std::string_view replacement) {
  if (search.empty()) {
    out += replacement;
    for (int32_t i = 0, points = count_code_points(text); i < points; ++i) {
      out += code_points(text, i, 1);
      out += replacement;
    }
    return;
  }
  if (search.size() == 1 && replacement.empty()) return append_without(out, text, search.front());
  size_t begin = 0;
  for (size_t at = find_bytes(text, search); at != std::string_view::npos; at = find_bytes(text, search, begin)) {
    out += text.substr(begin, at - begin);
    out += replacement;
    begin = at + search.size();
  }
  out += text.substr(begin);
}

void append_overlaid(std::string& out, std::string_view text, std::string_view replacement, int64_t start,
                     int64_t length) {
  if (start <= 0 || start > count_code_points(text)) {
    out += text;
    return;
  }
  out += code_points(text, 0, start - 1);
  out += replacement;
  if (length >= 0) out += code_points(text, start - 1 + length, kToTheEnd);
}

void register_replacement(FunctionRegistry& registry) {
  registry.scalar("REPLACE",
                  {"REPLACE(text, search, replacement)", "Text with every occurrence replaced.",
                   "REPLACE('hello', 'l', 'L') = 'heLLo'"},
                  [](std::string& out, std::string_view text, std::string_view search, std::string_view replacement) {
                    append_replaced(out, text, search, replacement);
                  });
  const FunctionDoc overlay = {"OVERLAY(text PLACING replacement FROM start [FOR length])",
                               "Text with a part replaced.",
                               "OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6) = 'xxxxxxxxx'"};
  registry.scalar("OVERLAY", overlay,
                  [](std::string& out, std::string_view text, std::string_view replacement, int32_t start) {
                    append_overlaid(out, text, replacement, start, count_code_points(replacement));
                  });
  registry.scalar("OVERLAY", overlay,
                  [](std::string& out, std::string_view text, std::string_view replacement, int32_t start,
                     int32_t length) { append_overlaid(out, text, replacement, start, length); });
}

}  // namespace

void register_string_functions(FunctionRegistry& registry) {
  register_pieces(registry);
  register_trims(registry);
  register_search(registry);
  register_case(registry);
  register_padding(registry);
  register_replacement(registry);
}

}  // namespace tidemill
