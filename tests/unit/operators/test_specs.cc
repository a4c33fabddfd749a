#include "tests/unit/operators/test_specs.h"

#include "data/pretty.h"
#include "functions/aggregates/aggregates.h"

namespace tidemill {
namespace {

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

AggregationText::AggregationText(std::string_view input) : input_(parse_schema(input)) {}

int32_t AggregationText::column(std::string_view name) const {
  const std::optional<int32_t> index = input_->index_of(name);
  CHECK_MSG(index.has_value(), "no column {}", name);
  return *index;
}

AggregationText& AggregationText::keys(std::string_view names) {
  while (!names.empty()) {
    const size_t comma = std::min(names.find(','), names.size());
    keys_.push_back(column(trim(names.substr(0, comma))));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return *this;
}

AggregationText& AggregationText::aggregate(std::string_view text) {
  AggregateSpec spec;
  spec.text = text;
  const size_t open = text.find('(');
  const size_t close = text.find(')');
  const std::string name(text.substr(0, open));
  std::string_view argument = text.substr(open + 1, close - open - 1);
  if (const size_t filter = text.find("FILTER "); filter != std::string_view::npos)
    spec.filter = column(trim(text.substr(filter + 7)));
  if (argument.starts_with("DISTINCT ")) {
    spec.distinct = true;
    argument.remove_prefix(9);
  }
  std::vector<ExpressionPtr> arguments;
  if (argument != "*") {
    const int32_t place = column(trim(argument));
    arguments.push_back(make_column(place, input_->field(place).type));
  }
  FunctionRegistry functions;
  register_aggregate_functions(functions);
  const AggregateCall call = functions.resolve_aggregate(name, arguments, {});
  spec.function = call.function;
  spec.argument = call.argument;
  aggregates_.push_back(std::move(spec));
  return *this;
}

AggregationText& AggregationText::rows_by_time() {
  for (AggregateSpec& aggregate : aggregates_) {
    if (!aggregate.function->lists_rows()) continue;
    aggregate.order = RowOrder::kRowtime;
    aggregate.rowtime = column("ts");
  }
  return *this;
}

std::vector<Field> AggregationText::result_fields() const {
  std::vector<Field> fields;
  for (const int32_t key : keys_) fields.push_back(input_->field(key));
  for (const AggregateSpec& aggregate : aggregates_)
    fields.push_back({aggregate.text, aggregate.function->result_type()});
  return fields;
}

WindowAggregateSpec AggregationText::windows(const WindowDefinition& window, bool with_window_time) const {
  WindowAggregateSpec spec;
  spec.window = window;
  spec.keys = keys_;
  spec.aggregates = aggregates_;
  if (!window.processing_time) spec.time_column = column("ts");
  spec.properties = {WindowProperty::kStart, WindowProperty::kEnd};
  std::vector<Field> fields = result_fields();
  fields.push_back({"window_start", Type::timestamp(3).not_null()});
  fields.push_back({"window_end", Type::timestamp(3).not_null()});
  if (with_window_time) {
    spec.properties.push_back(WindowProperty::kTime);
    const Type type = window.zoned ? Type::timestamp_ltz(3) : Type::timestamp(3);
    fields.push_back({"window_time", type.not_null(), TimeAttribute::kRowtime});
  }
  spec.schema = make_schema(std::move(fields));
  return spec;
}

GroupAggregateSpec AggregationText::groups() const {
  GroupAggregateSpec spec;
  spec.keys = keys_;
  spec.aggregates = aggregates_;
  spec.schema = make_schema(result_fields());
  return spec;
}

}  // namespace tidemill
