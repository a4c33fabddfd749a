// JSON texts made of values: JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_QUOTE, JSON_UNQUOTE.
#include <vector>

#include "base/utf8.h"
#include "data/json_scanner.h"
#include "data/json_text.h"
#include "expr/cast.h"
#include "expr/result_column.h"
#include "functions/bind.h"
#include "functions/families.h"
#include "functions/json_writing.h"

namespace tidemill {
namespace {

// Makes an array of all arguments but the last, or an object of keys and values in turn. The last argument only tells
// calls apart: with_nulls as a word.
class Construction final : public ScalarFunction {
 public:
  // `as_is`: for each argument, whether it is JSON already. `with_nulls`: what is NULL stands as null.
  Construction(JsonKind kind, std::vector<bool> as_is, bool with_nulls)
      : kind_(kind), as_is_(std::move(as_is)), with_nulls_(with_nulls) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    ResultColumn<Text> out(call.result_type, call.num_rows());
    std::string text;
    call.selection.for_each([&](int32_t row) {
      text.clear();
      if (append(call, row, text)) {
        out[row] = out.copy(text);
      } else {
        out.set_null(row);
      }
    });
    return out.finish();
  }

 private:
  bool append(const CallInput& call, int32_t row, std::string& text) const {
    JsonNode root;
    root.kind = kind_;
    const size_t step = kind_ == JsonKind::kObject ? 2 : 1;
    for (size_t i = 0; i + 1 < call.arguments.size(); i += step) {
      const Column& column = *call.arguments[i + step - 1];
      if (column.is_null(row) && !with_nulls_) continue;
      auto value = json_of(call, i + step - 1, row, as_is_[i + step - 1]);
      if (!value) return false;
      if (kind_ == JsonKind::kArray) {
        root.values.push_back(std::move(*value));
      } else if (!put(call, *call.arguments[i], row, std::move(*value), root)) {
        return false;
      }
    }
    append_json(text, root);
    return true;
  }
  static bool put(const CallInput& call, const Column& keys, int32_t row, JsonNode value, JsonNode& object) {
    if (keys.is_null(row)) {
      call.errors.add(row, "A key of JSON_OBJECT is NULL");
      return false;
    }
    object.set(std::string(keys.text(row)), std::move(value));
    return true;
  }

  JsonKind kind_;
  std::vector<bool> as_is_;
  bool with_nulls_;
};

// Argument 0 is the word NULL or ABSENT (ON NULL).
ExpressionPtr bind_construction(const CallSite& call, JsonKind kind) {
  const bool object = kind == JsonKind::kObject;
  if (call.size() == 0 || (object && call.size() % 2 == 0) || call.literal_text(0) == nullptr) return nullptr;
  std::vector<ExpressionPtr> arguments;
  std::vector<bool> as_is;
  for (size_t i = 1; i < call.size(); ++i) {
    const bool key = object && i % 2 == 1;
    const ExpressionPtr& argument = call.arguments[i];
    if (key && !argument->type().is_character()) {
      throw UserError(call.location, fmt::format("A key of JSON_OBJECT is text, not {}", argument->type().to_string()));
    }
    check_fits_json(call, argument->type());
    as_is.push_back(!key && gives_json(*argument));
    arguments.push_back(argument);
  }
  const bool with_nulls = *call.literal_text(0) == "NULL";
  arguments.push_back(call.arguments[0]);
  return make_call(call, std::make_shared<Construction>(kind, std::move(as_is), with_nulls), std::move(arguments),
                   Type::string().not_null(), {.can_fail = true});
}

class JsonString final : public ScalarFunction {
 public:
  explicit JsonString(bool as_is) : as_is_(as_is) {}

  ColumnPtr evaluate(const CallInput& input) const override {
    ResultColumn<Text> out(input.result_type, input.num_rows());
    std::string text;
    input.selection.for_each([&](int32_t row) {
      const auto node = json_of(input, 0, row, as_is_);
      if (!node || input.arguments[0]->is_null(row)) return out.set_null(row);
      text.clear();
      append_json(text, *node);
      out[row] = out.copy(text);
    });
    return out.finish();
  }

 private:
  bool as_is_;
};

ExpressionPtr bind_json_string(const CallSite& call) {
  if (call.size() != 1) return nullptr;
  check_fits_json(call, call.type(0));
  if (call.type(0).kind == TypeKind::kVariant)
    return make_cast(call.arguments[0], Type::string(), false, call.location);
  return make_strict_call(call, std::make_shared<JsonString>(gives_json(*call.arguments[0])), Type::string(),
                          {.can_fail = call.type(0).is_nested()});
}

// The text as a string of JSON with everything but ASCII escaped, and '/' too.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const Utf8CodePoint point = decode_utf8(text);
    if (point.bytes > 1) {
      if (point.value >= 0x10000) out += fmt::format("\\u{:04x}", 0xD800 + ((point.value - 0x10000) >> 10));
      const uint32_t last = point.value < 0x10000 ? point.value : 0xDC00 + ((point.value - 0x10000) & 0x3FF);
      out += fmt::format("\\u{:04x}", last);
    } else if (text.front() == '/') {
      out += "\\/";
    } else {
      std::string escaped;
      append_json_string(text.substr(0, 1), escaped);
      out += std::string_view(escaped).substr(1, escaped.size() - 2);
    }
    text.remove_prefix(std::max<size_t>(point.bytes, 1));
  }
  out += '"';
}

// A text that is a string of JSON as what that string means, any other as it is.
void append_unquoted(std::string& out, std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"' && parse_json(text).has_value();
  if (quoted && append_json_unescaped(text.substr(1, text.size() - 2), out)) return;
  out = text;
}

}  // namespace

void register_json_construction(FunctionRegistry& registry) {
  registry.with_rule("JSON_OBJECT",
                     {"JSON_OBJECT([[KEY] key VALUE value | key : value, ...] [NULL | ABSENT ON NULL])",
                      "A JSON object, its keys in order; what is NULL stands as null unless ABSENT ON NULL.",
                      "JSON_OBJECT('b': 1.50, 'a' VALUE 'x') = '{\"a\":\"x\",\"b\":1.50}'"},
                     [](const CallSite& call) { return bind_construction(call, JsonKind::kObject); });
  registry.with_rule("JSON_ARRAY",
                     {"JSON_ARRAY([value, ...] [NULL | ABSENT ON NULL])",
                      "A JSON array; what is NULL is left out unless NULL ON NULL.",
                      "JSON_ARRAY(1, 'a', JSON_ARRAY(TRUE)) = '[1,\"a\",[true]]'"},
                     [](const CallSite& call) { return bind_construction(call, JsonKind::kArray); });
  registry.with_rule(
      "JSON",
      {"JSON(text)", "The text as the JSON that it is, as a value of JSON_OBJECT or JSON_ARRAY only.",
       "JSON_ARRAY(JSON('[1, 2]')) = '[[1,2]]'"},
      [kernel = make_kernel([](std::string_view text) { return text; })](const CallSite& call) -> ExpressionPtr {
        if (call.size() != 1 || !call.type(0).is_character()) return nullptr;
        return make_strict_call(call, kernel, Type::string());
      });
  registry.with_rule("JSON_STRING",
                     {"JSON_STRING(value)", "The value as JSON; also a nested one.",
                      "JSON_STRING(MAP['b', ARRAY[1, 2], 'a', ARRAY[3]]) = '{\"a\":[3],\"b\":[1,2]}'"},
                     bind_json_string);
  registry.scalar(
      "JSON_QUOTE",
      {"JSON_QUOTE(text)", "The text as a string of JSON, in ASCII.", "JSON_QUOTE('a/ü') = '\"a\\/\\u00fc\"'"},
      [](std::string& out, std::string_view text) { append_quoted(out, text); });
  registry.scalar("JSON_UNQUOTE",
                  {"JSON_UNQUOTE(text)", "What a string of JSON means; any other text as it is.",
                   "JSON_UNQUOTE('\"\\u00fc\"') = 'ü'"},
                  [](std::string& out, std::string_view text) { append_unquoted(out, text); });
}

}  // namespace tidemill
