#include "testing/cell_value.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "data/bitmap.h"
#include "data/json_scanner.h"
#include "data/json_text.h"
#include "data/nested.h"
#include "data/utf8.h"
#include "data/variant.h"
#include "expr/cast.h"
#include "expr/evaluator.h"

namespace tidemill {
namespace {

Value plain_value(const std::string& cell, const Type& type) {
  const ExpressionPtr literal = make_literal(Value::string(cell));
  return evaluate_constant(*make_cast(literal, type, false, {}), EvaluationContext());
}

class NestedCell {
 public:
  explicit NestedCell(std::string_view text) : text_(text) {}

  // Returns the value, encoded (data/nested.h). Requires: a nested type.
  std::string read(const Type& type) {
    std::string encoded;
    append_value(type, false, encoded);
    if (peek() != '\0') fail("the end");
    return encoded;
  }

 private:
  [[noreturn]] void fail(std::string_view expected) const {
    throw UserError(fmt::format("Expected {} at character {} of the cell: {}", expected,
                                utf8_length(text_.substr(0, at_)) + 1, text_),
                    "A nested value is JSON, or what CAST to STRING prints: [1, NULL], {a=1}, (1, a).");
  }
  char peek() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char sign) {
    if (peek() != sign) return false;
    ++at_;
    return true;
  }
  void expect(char sign) {
    if (!take(sign)) fail(fmt::format("'{}'", sign));
  }

  // Calls `item` for each value up to `end`.
  template <class Item>
  void list(char end, Item item) {
    if (take(end)) return;
    do item();
    while (take(','));
    if (!take(end)) fail(fmt::format("',' or '{}'", end));
  }

  // Appends a value, encoded. A key ends before '=', too.
  void append_value(const Type& type, bool is_key, std::string& out) {
    if (!type.is_nested()) return append_plain(type, is_key, out);
    const std::string_view rest = (peek(), text_.substr(at_));
    if (rest.starts_with("NULL") || rest.starts_with("null")) {
      at_ += std::string_view("NULL").size();
      return append_encoded_null(out);
    }
    if (type.kind == TypeKind::kRow) return append_row(type, out);
    type.kind == TypeKind::kArray ? append_array(type, out) : append_map(type, out);
  }

  void append_array(const Type& type, std::string& out) {
    std::vector<std::string> elements;
    expect('[');
    list(']', [&] { append_value(type.part(0), false, elements.emplace_back()); });
    append_encoded_collection(out, {elements.begin(), elements.end()}, 1);
  }

  void append_map(const Type& type, std::string& out) {
    const Type value_type = type.kind == TypeKind::kMap ? type.part(1) : Type::integer();
    std::vector<std::pair<std::string, std::string>> entries;
    expect('{');
    list('}', [&] {
      std::string key, value;
      append_value(type.part(0), true, key);
      if (!take(':')) expect('=');
      append_value(value_type, false, value);
      const auto same = std::ranges::find(entries, key, &std::pair<std::string, std::string>::first);
      if (same == entries.end()) {
        entries.emplace_back(std::move(key), std::move(value));
      } else {
        same->second = std::move(value);
      }
    });
    if (type.kind == TypeKind::kMultiset) std::ranges::sort(entries);
    std::vector<std::string_view> parts;
    for (const auto& [key, value] : entries) parts.insert(parts.end(), {key, value});
    append_encoded_collection(out, parts, 2);
  }

  void append_row(const Type& type, std::string& out) {
    const std::vector<NestedField>& fields = *type.parts;
    std::vector<std::string> values(fields.size());
    if (take('(')) {
      size_t place = 0;
      list(')', [&] {
        if (place == fields.size()) fail(fmt::format("no more than {} fields", fields.size()));
        append_value(fields[place].type, false, values[place]);
        ++place;
      });
      if (place < fields.size()) fail(fmt::format("{} fields", fields.size()));
    } else {
      if (!take('{')) fail("'(' or '{'");
      list('}', [&] { append_named_field(fields, values); });
    }
    std::string bytes;
    for (const std::string& value : values) value.empty() ? append_encoded_null(bytes) : void(bytes += value);
    append_encoded_text(out, bytes);
  }

  void append_named_field(const std::vector<NestedField>& fields, std::vector<std::string>& values) {
    peek();
    const size_t start = at_;
    const std::string name = take_text(true);
    const auto field = std::ranges::find(fields, name, &NestedField::name);
    if (field == fields.end()) {
      at_ = start;
      fail("the name of a field");
    }
    if (!take(':')) expect('=');
    std::string& value = values[static_cast<size_t>(field - fields.begin())];
    value.clear();
    append_value(field->type, false, value);
  }

  // Appends the JSON that comes next.
  void append_json(std::string& out) {
    JsonScanner scanner(text_.substr(at_));
    scanner.value();
    std::string variant;
    if (append_variant(text_.substr(at_), false, variant)) fail("JSON");
    at_ += scanner.offset();
    append_encoded_text(out, variant);
  }

  // Appends the set that comes next: {1,2}.
  void append_bitmap(std::string& out) {
    Bitmap bitmap;
    expect('{');
    list('}', [&] {
      peek();
      uint32_t number = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
      if (error != std::errc()) fail("a number from 0 to 4294967295");
      at_ = static_cast<size_t>(end - text_.data());
      bitmap.add(static_cast<int32_t>(number));
    });
    append_encoded_text(out, bitmap.bytes());
  }

  void append_plain(const Type& type, bool is_key, std::string& out) {
    if (type.kind == TypeKind::kVariant) return append_json(out);
    if (type.kind == TypeKind::kBitmap && peek() == '{') return append_bitmap(out);
    const bool quoted = peek() == '"';
    const size_t start = at_;
    const std::string text = take_text(is_key);
    if (!quoted && (text == "NULL" || text == "null")) return append_encoded_null(out);
    ColumnBuilder builder(type.with_nullable(true));
    try {
      plain_value(text, type).append_to(builder);
    } catch (const UserError& error) {
      at_ = start;
      throw UserError(fmt::format("{} at character {} of the cell: {}", error.what(),
                                  utf8_length(text_.substr(0, at_)) + 1, text_));
    }
    append_encoded(out, *builder.finish(), 0);
  }

  std::string take_text(bool is_key) {
    std::string text;
    if (take('"')) {
      const size_t start = at_;
      while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
      if (at_ >= text_.size()) fail("a closing '\"'");
      if (!append_json_unescaped(text_.substr(start, at_ - start), text)) fail("escapes of JSON before this");
      ++at_;
      return text;
    }
    const size_t end = std::min(text_.find_first_of(is_key ? ",]})=" : ",]})", at_), text_.size());
    text = text_.substr(at_, end - at_);
    at_ = end;
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Value cell_value(const std::string& cell, const Type& type) {
  if (!type.is_structured()) return plain_value(cell, type);
  const std::string encoded = NestedCell(cell).read(type);
  if (is_encoded_null(encoded)) return Value::null(type);
  return Value::of_text(type, std::string(encoded_text(encoded)));
}

}  // namespace tidemill
