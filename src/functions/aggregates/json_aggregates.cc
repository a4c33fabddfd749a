// JSON_ARRAYAGG and JSON_OBJECTAGG: each value (member) is made JSON text before it is aggregated.
#include "data/json_text.h"
#include "expr/cast.h"
#include "expr/result_column.h"
#include "functions/aggregates/aggregates.h"
#include "functions/aggregates/joined_texts.h"
#include "functions/json_writing.h"

namespace tidemill {
namespace {

constexpr int32_t kResultLength = 2000;  // the type's, in Flink; the text may be longer, there too

class JsonAggregate final : public JoinedTexts {
 public:
  JsonAggregate(std::string name, JsonKind kind)
      : JoinedTexts(std::move(name), Type::string(), Type::varchar(kResultLength).not_null(), ","), kind_(kind) {}

 private:
  void append_result(std::string_view joined, bool, ColumnBuilder& out) const override {
    if (kind_ == JsonKind::kArray) return out.append_text(fmt::format("[{}]", joined));
    const auto object = parse_json(fmt::format("{{{}}}", joined));  // brings the keys in order, each once
    CHECK(object.has_value());
    std::string text;
    append_json(text, *object);
    out.append_text(text);
  }

  JsonKind kind_;
};

// Makes the JSON text of the last argument, behind the key that the first one is where there are two. NULL for a value
// that is left out.
class Member final : public ScalarFunction {
 public:
  Member(bool as_is, bool with_nulls) : as_is_(as_is), with_nulls_(with_nulls) {}

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
    const Column& value = *call.arguments.back();
    if (value.is_null(row) && !with_nulls_) return false;
    const auto node = json_of(call, call.arguments.size() - 1, row, as_is_);
    if (!node) return false;
    if (call.arguments.size() == 2) {
      if (call.arguments[0]->is_null(row)) {
        call.errors.add(row, "A key of JSON_OBJECTAGG is NULL");
        return false;
      }
      append_json_string(call.arguments[0]->text(row), text);
      text += ':';
    }
    append_json(text, *node);
    return true;
  }

  bool as_is_, with_nulls_;
};

// Argument 0 is the word NULL or ABSENT (ON NULL).
AggregateCall bind_json_aggregate(const CallSite& call, JsonKind kind) {
  if (call.size() != (kind == JsonKind::kObject ? 3U : 2U) || call.literal_text(0) == nullptr) return {};
  const ExpressionPtr& value = call.arguments.back();
  check_fits_json(call, value->type());
  if (kind == JsonKind::kObject && !call.type(1).is_character()) {
    throw UserError(call.location, fmt::format("A key of {} is text, not {}", call.name, call.type(1).to_string()));
  }
  const std::string& word = *call.literal_text(0);
  auto kernel = std::make_shared<Member>(gives_json(*value), word == "NULL");
  ExpressionPtr member =
      std::make_shared<Call>(fmt::format("JSON member, {} on NULL", word), std::move(kernel),
                             std::vector<ExpressionPtr>(call.arguments.begin() + 1, call.arguments.end()),
                             Type::string(), FunctionProperties{.can_fail = true}, call.location);
  return {std::make_shared<JsonAggregate>(std::string(call.name), kind), std::move(member)};
}

}  // namespace

void register_json_aggregates(FunctionRegistry& registry) {
  registry.aggregate("JSON_ARRAYAGG",
                     {"JSON_ARRAYAGG(value [NULL | ABSENT ON NULL])",
                      "A JSON array of the values in the order of rows; what is NULL is left out unless NULL ON NULL.",
                      "JSON_ARRAYAGG(x) = '[\"b\",\"a\"]' for x in 'b', NULL, 'a'"},
                     [](const CallSite& call) { return bind_json_aggregate(call, JsonKind::kArray); });
  registry.aggregate("JSON_OBJECTAGG",
                     {"JSON_OBJECTAGG([KEY] key VALUE value | key : value [NULL | ABSENT ON NULL])",
                      "A JSON object of the keys, in order, and their values; of equal keys the last counts.",
                      "JSON_OBJECTAGG(x : 1) = '{\"a\":1,\"b\":1}' for x in 'b', 'a'"},
                     [](const CallSite& call) { return bind_json_aggregate(call, JsonKind::kObject); });
}

}  // namespace tidemill
