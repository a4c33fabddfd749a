// What JSON texts hold: IS JSON, JSON_EXISTS, JSON_VALUE, JSON_QUERY.
#include "data/number_text.h"
#include "expr/cast.h"
#include "functions/bind.h"
#include "functions/families.h"
#include "functions/json_node.h"
#include "functions/json_path.h"
#include "functions/kept_cache.h"

namespace tidemill {
namespace {

// What stands before ON EMPTY or ON ERROR.
enum class Otherwise : uint8_t { kNull, kError, kDefault, kTrue, kFalse, kUnknown, kEmptyArray, kEmptyObject };

// Returns what the word at argument `i` says, or nullopt where there is no such word.
std::optional<Otherwise> otherwise_of(const CallSite& call, size_t i) {
  const std::string* text = call.literal_text(i);
  const std::string_view word = text != nullptr ? *text : std::string_view();
  if (word == "NULL") return Otherwise::kNull;
  if (word == "ERROR") return Otherwise::kError;
  if (word == "DEFAULT") return Otherwise::kDefault;
  if (word == "TRUE") return Otherwise::kTrue;
  if (word == "FALSE") return Otherwise::kFalse;
  if (word == "UNKNOWN") return Otherwise::kUnknown;
  if (word == "EMPTY ARRAY") return Otherwise::kEmptyArray;
  if (word == "EMPTY OBJECT") return Otherwise::kEmptyObject;
  return std::nullopt;
}

// The path that was parsed last.
class PathCache {
 public:
  // Returns the path, valid until the next call. Throws UserError where Tidemill does not know it.
  const JsonPath& get(std::string_view text) {
    if (!path_ || text_ != text) {
      path_.reset();
      path_ = JsonPath::parse(text);
      text_ = text;
    }
    return *path_;
  }

 private:
  std::string text_;
  std::optional<JsonPath> path_;
};

// The path of a call: a literal, parsed at planning, or the text of each row.
class CallPath {
 public:
  explicit CallPath(std::optional<JsonPath> literal) : literal_(std::move(literal)) {}

  bool is_literal() const { return literal_.has_value(); }
  // Returns the path of a row, valid until the next call on this thread; nullptr, and what is wrong, where Tidemill
  // does not know it.
  const JsonPath* get(std::string_view text, std::string& wrong) const {
    if (literal_) return &*literal_;
    try {
      return &kept_cache<PathCache>().get(text);
    } catch (const UserError& error) {
      wrong = error.what();
      return nullptr;
    }
  }

 private:
  std::optional<JsonPath> literal_;
};

// Checks that arguments 0 and 1 are a text and a path, and returns that; nullopt where types do not fit.
std::optional<CallPath> path_of(const CallSite& call) {
  const TypeKind kind = call.type(0).kind;
  const bool text = call.type(0).is_character() || kind == TypeKind::kNull || kind == TypeKind::kVariant;
  const bool path_fits = call.type(1).is_character() || call.type(1).kind == TypeKind::kNull;
  if (!text || !path_fits) return std::nullopt;
  const std::string* path = call.literal_text(1);
  if (path == nullptr) return CallPath(std::nullopt);
  try {
    return CallPath(JsonPath::parse(*path));
  } catch (const UserError& error) {
    throw error.at(call.location);
  }
}

ExpressionPtr text_argument(const CallSite& call, size_t i) {
  return call.type(i).is_character() ? call.arguments[i] : coerce(call.arguments[i], Type::string());
}

// What a path finds in a text. What is not JSON fails a strict path, and holds nothing for a lax one.
JsonPath::Found find_in(const JsonPath& path, std::string_view text) {
  if (!path.malformed().empty()) return {true, std::nullopt};
  const auto root = parse_json(text);
  if (root) return path.find(*root);
  return {path.mode() == JsonPathMode::kStrict, std::nullopt};
}

std::string shown(std::string_view text) {
  constexpr size_t kShownBytesMax = 40;
  return std::string(text.size() <= kShownBytesMax ? text : text.substr(0, kShownBytesMax)) +
         (text.size() <= kShownBytesMax ? "" : "…");
}

// What is wrong with a path, as a beginning of an error's text; empty where it is one.
std::string malformed_text(const JsonPath& path) { return path.malformed().empty() ? "" : path.malformed() + ". "; }

// JSON_EXISTS(text, path, TRUE | FALSE | UNKNOWN | ERROR on error)
ExpressionPtr bind_exists(const CallSite& call) {
  if (call.size() != 3) return nullptr;
  const auto word = otherwise_of(call, 2);
  auto path = word ? path_of(call) : std::nullopt;
  if (!path) return nullptr;
  const Otherwise on_error = *word;
  const bool can_fail = on_error == Otherwise::kError || !path->is_literal();
  ScalarFunctionPtr kernel =
      make_kernel([of_call = std::move(*path), on_error](RowContext& row, std::string_view text,
                                                         std::string_view path_text) -> std::optional<bool> {
        std::string wrong;
        const JsonPath* const path = of_call.get(path_text, wrong);
        if (path == nullptr) {
          row.fail(std::move(wrong));
          return std::nullopt;
        }
        const JsonPath::Found found = find_in(*path, text);
        const bool is_null = !found.failed && !found.value && path->mode() == JsonPathMode::kStrict;
        if (!found.failed && !is_null) return found.value.has_value();
        if (on_error == Otherwise::kUnknown) return std::nullopt;
        if (on_error == Otherwise::kError)
          row.fail(fmt::format("{}JSON_EXISTS does not find its path in {}", malformed_text(*path), shown(text)));
        return on_error == Otherwise::kTrue;
      });
  return make_call(call, std::move(kernel), {text_argument(call, 0), text_argument(call, 1)}, Type::boolean(),
                   {.can_fail = can_fail});
}

// Appends a scalar as the type that RETURNING names; false where it is not of that type.
bool append_scalar(const JsonNode& node, ColumnBuilder& out) {
  switch (out.type().kind) {
    case TypeKind::kBoolean:
      if (node.kind != JsonKind::kTrue && node.kind != JsonKind::kFalse) return false;
      out.append(static_cast<uint8_t>(node.kind == JsonKind::kTrue));
      return true;
    case TypeKind::kInteger: {
      const auto value = node.kind == JsonKind::kNumber && node.text.find_first_of(".E") == std::string::npos
                             ? parse_integer<int32_t>(node.text)
                             : std::nullopt;
      if (value) out.append(*value);
      return value.has_value();
    }
    case TypeKind::kDouble: {
      const auto value = node.kind == JsonKind::kNumber ? parse_double(node.text) : std::nullopt;
      if (value) out.append(*value);
      return value.has_value();
    }
    default:
      out.append_text(node.text);
      return true;
  }
}

// Arguments: the text, the path, DEFAULT … ON EMPTY, DEFAULT … ON ERROR (NULL where there is none).
class JsonValue final : public ScalarFunction {
 public:
  JsonValue(CallPath path, Otherwise on_empty, Otherwise on_error)
      : path_(std::move(path)), on_empty_(on_empty), on_error_(on_error) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    ColumnBuilder out(call.result_type);
    out.reserve(call.num_rows());
    call.selection.for_each([&](int32_t row) {
      while (out.num_rows() < row) out.append_null();
      const bool null = call.arguments[0]->is_null(row) || call.arguments[1]->is_null(row);
      null ? out.append_null() : append(call, row, out);
    });
    while (out.num_rows() < call.num_rows()) out.append_null();
    return out.finish();
  }

 private:
  void append(const CallInput& call, int32_t row, ColumnBuilder& out) const {
    const std::string_view text = call.arguments[0]->text(row);
    std::string wrong;
    const JsonPath* const path = path_.get(call.arguments[1]->text(row), wrong);
    if (path == nullptr) {
      call.errors.add(row, std::move(wrong));
      return out.append_null();
    }
    const JsonPath::Found found = find_in(*path, text);
    const bool scalar = found.value && found.value->is_scalar();
    if (scalar && append_scalar(*found.value, out)) return;
    const bool empty = !scalar && !found.failed && path->mode() == JsonPathMode::kLax;
    const Otherwise otherwise = empty ? on_empty_ : on_error_;
    if (otherwise == Otherwise::kDefault) return append_default(*call.arguments[empty ? 2 : 3], row, out);
    if (otherwise == Otherwise::kError) {
      call.errors.add(row, fmt::format("{}JSON_VALUE finds no {} in {}", malformed_text(*path),
                                       call.result_type.with_nullable(true).to_string(), shown(text)));
    }
    out.append_null();
  }
  static void append_default(const Column& column, int32_t row, ColumnBuilder& out) {
    Value::at(column, row).append_to(out);
  }

  CallPath path_;
  Otherwise on_empty_, on_error_;
};

ExpressionPtr default_argument(const CallSite& call, size_t i, const Type& type) {
  const ExpressionPtr& value = call.arguments[i];
  if (!casts_implicitly(value->type(), type) && !value->type().same_except_nullable(type)) {
    throw UserError(call.location,
                    fmt::format("DEFAULT is {}, and JSON_VALUE gives {}", value->type().to_string(),
                                type.with_nullable(true).to_string()),
                    "CAST it.");
  }
  return coerce(value, type);
}

// JSON_VALUE(text, path, NULL of the type, word, default on empty, word, default on error)
ExpressionPtr bind_value(const CallSite& call) {
  if (call.size() != 7) return nullptr;
  const auto on_empty = otherwise_of(call, 3), on_error = otherwise_of(call, 5);
  auto path = on_empty && on_error ? path_of(call) : std::nullopt;
  if (!path) return nullptr;
  const Type type = call.type(2).with_nullable(true);
  const bool known = type.kind == TypeKind::kVarchar || type.kind == TypeKind::kChar ||
                     type.kind == TypeKind::kInteger || type.kind == TypeKind::kDouble ||
                     type.kind == TypeKind::kBoolean;
  if (!known) {
    throw UserError(call.location, fmt::format("JSON_VALUE cannot give {}", type.to_string()),
                    "RETURNING takes STRING, INTEGER, DOUBLE or BOOLEAN; CAST what it gives to another type.");
  }
  const bool can_fail = on_empty == Otherwise::kError || on_error == Otherwise::kError || !path->is_literal();
  std::vector<ExpressionPtr> arguments = {text_argument(call, 0), text_argument(call, 1),
                                          default_argument(call, 4, type), default_argument(call, 6, type)};
  return make_call(call, std::make_shared<JsonValue>(std::move(*path), *on_empty, *on_error), std::move(arguments),
                   type, {.can_fail = can_fail});
}

enum class Wrapper : uint8_t { kWithout, kUnconditional, kConditional };

// What is done with one text by JSON_QUERY.
struct JsonQuery {
  CallPath path;
  Wrapper wrapper;
  Otherwise on_empty, on_error;

  bool operator()(RowContext& row, std::string& out, std::string_view text, std::string_view path_text) const {
    std::string wrong;
    const JsonPath* const parsed = path.get(path_text, wrong);
    if (parsed == nullptr) {
      row.fail(std::move(wrong));
      return false;
    }
    JsonPath::Found found = find_in(*parsed, text);
    if (found.value && (wrapper == Wrapper::kUnconditional ||
                        (wrapper == Wrapper::kConditional && found.value->kind != JsonKind::kArray))) {
      JsonNode array;
      array.kind = JsonKind::kArray;
      array.values.push_back(std::move(*found.value));
      found.value = std::move(array);
    }
    if (found.value && found.value->is_container()) {
      append_json(out, *found.value);
      return true;
    }
    switch (!found.failed && parsed->mode() == JsonPathMode::kLax ? on_empty : on_error) {
      case Otherwise::kEmptyArray:
        out = "[]";
        return true;
      case Otherwise::kEmptyObject:
        out = "{}";
        return true;
      case Otherwise::kError:
        row.fail(fmt::format("{}JSON_QUERY finds no object or array in {}", malformed_text(*parsed), shown(text)));
        return false;
      default:
        return false;
    }
  }
};

// JSON_QUERY(text, path, wrapper, word on empty, word on error)
ExpressionPtr bind_query(const CallSite& call) {
  if (call.size() != 5) return nullptr;
  const auto on_empty = otherwise_of(call, 3), on_error = otherwise_of(call, 4);
  const std::string* word_written = call.literal_text(2);
  auto path = on_empty && on_error && word_written != nullptr ? path_of(call) : std::nullopt;
  if (!path) return nullptr;
  const std::string& word = *word_written;
  const Wrapper wrapper = word == "WITHOUT"         ? Wrapper::kWithout
                          : word == "UNCONDITIONAL" ? Wrapper::kUnconditional
                                                    : Wrapper::kConditional;
  const bool can_fail = on_empty == Otherwise::kError || on_error == Otherwise::kError || !path->is_literal();
  const JsonQuery query{std::move(*path), wrapper, *on_empty, *on_error};
  return make_call(call, make_kernel(query), {text_argument(call, 0), text_argument(call, 1)}, Type::string(),
                   {.can_fail = can_fail});
}

void register_is_json(FunctionRegistry& registry) {
  struct Test {
    std::string_view word;
    bool (*holds)(const JsonNode&);
    FunctionDoc doc, negated_doc;
  };
  static constexpr Test kTests[] = {
      {"",
       [](const JsonNode&) { return true; },
       {"text IS JSON", "Whether the text is JSON; FALSE for NULL.", "'[1]' IS JSON = TRUE"},
       {"text IS NOT JSON", "Whether the text is not JSON; TRUE for NULL.", "'[1' IS NOT JSON = TRUE"}},
      {" VALUE",
       [](const JsonNode&) { return true; },
       {"text IS JSON VALUE", "As IS JSON.", "'1' IS JSON VALUE = TRUE"},
       {"text IS NOT JSON VALUE", "As IS NOT JSON.", "'1' IS NOT JSON VALUE = FALSE"}},
      {" OBJECT",
       [](const JsonNode& node) { return node.kind == JsonKind::kObject; },
       {"text IS JSON OBJECT", "Whether it is a JSON object.", "'{}' IS JSON OBJECT = TRUE"},
       {"text IS NOT JSON OBJECT", "Whether it is not.", "'[1]' IS NOT JSON OBJECT = TRUE"}},
      {" ARRAY",
       [](const JsonNode& node) { return node.kind == JsonKind::kArray; },
       {"text IS JSON ARRAY", "Whether it is a JSON array.", "'[1]' IS JSON ARRAY = TRUE"},
       {"text IS NOT JSON ARRAY", "Whether it is not.", "'[1]' IS NOT JSON ARRAY = FALSE"}},
      {" SCALAR",
       [](const JsonNode& node) { return !node.is_container(); },
       {"text IS JSON SCALAR", "Whether it is a JSON string, number, boolean or null.", "'1' IS JSON SCALAR = TRUE"},
       {"text IS NOT JSON SCALAR", "Whether it is not.", "'1' IS NOT JSON SCALAR = FALSE"}},
  };
  for (const Test& test : kTests) {
    for (const bool negated : {false, true}) {
      const ScalarFunctionPtr kernel = make_kernel([holds = test.holds, negated](std::optional<std::string_view> text) {
        const auto node = text ? parse_json(*text) : std::nullopt;
        return (node && holds(*node)) != negated;
      });
      const std::string name = fmt::format("IS {}JSON{}", negated ? "NOT " : "", test.word);
      registry.with_rule(name, negated ? test.negated_doc : test.doc, [kernel](const CallSite& call) -> ExpressionPtr {
        if (call.size() != 1 || !(call.type(0).is_character() || call.type(0).kind == TypeKind::kNull)) return nullptr;
        return make_call(call, kernel, {text_argument(call, 0)}, Type::boolean().not_null());
      });
    }
  }
}

}  // namespace

void register_json_queries(FunctionRegistry& registry) {
  register_is_json(registry);
  registry.with_rule("JSON_EXISTS",
                     {"JSON_EXISTS(json, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR])",
                      "Whether the path leads to a value; where it fails, FALSE unless said otherwise.",
                      "JSON_EXISTS('{\"a\": {\"b\": 1}}', '$.a.b') = TRUE"},
                     bind_exists);
  registry.with_rule(
      "JSON_VALUE",
      {"JSON_VALUE(json, path [RETURNING type] [NULL | ERROR | DEFAULT value ON EMPTY] [NULL | ERROR | "
       "DEFAULT value ON ERROR])",
       "The string, number or boolean that the path leads to; RETURNING STRING, INTEGER, DOUBLE or BOOLEAN.",
       "JSON_VALUE('{\"a\": [1, 2]}', '$.a[1]') = '2'"},
      bind_value);
  registry.with_rule(
      "JSON_QUERY",
      {"JSON_QUERY(json, path [WITHOUT | WITH [CONDITIONAL | UNCONDITIONAL] [ARRAY] WRAPPER] [NULL | EMPTY "
       "ARRAY | EMPTY OBJECT | ERROR ON EMPTY] [NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR ON ERROR])",
       "The object or array that the path leads to, as text.",
       "JSON_QUERY('{\"a\": {\"b\": 1}}', '$.a') = '{\"b\":1}'"},
      bind_query);
}

}  // namespace tidemill
