// sql/binder/call.cc - function calls to expressions. Rule: aggregates are gathered, everything else is the registry's.
#include <array>
#include <cctype>

#include "plan/window.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/grouping_sets.h"
#include "sql/binder/window_definition.h"
#include "sql/keyword.h"

namespace tidemill {
namespace {

// What TUMBLE_START, HOP_ROWTIME, … are made of; nullopt for any other name.
struct WindowPropertyName {
  WindowKind kind;
  std::string suffix;  // START, END, ROWTIME, PROCTIME
};
std::optional<WindowPropertyName> parse_window_property(const std::string& name) {
  const size_t underscore = name.find('_');
  if (underscore == std::string::npos) return std::nullopt;
  const std::optional<WindowKind> kind = window_kind(name.substr(0, underscore));
  const std::string suffix = name.substr(underscore + 1);
  constexpr std::array<std::string_view, 4> kSuffixes = {"START", "END", "ROWTIME", "PROCTIME"};
  if (!kind || std::ranges::find(kSuffixes, suffix) == kSuffixes.end()) return std::nullopt;
  return WindowPropertyName{*kind, suffix};
}

}  // namespace

void refuse_aggregate_syntax(const ast::FunctionCall& call, const std::string& name) {
  std::string_view what;
  if (call.distinct) what = "DISTINCT";
  if (call.filter) what = "FILTER";
  if (!call.order_by.empty()) what = "ORDER BY";
  if (call.nulls != ast::NullTreatment::kDefault) what = "RESPECT or IGNORE NULLS";
  if (what.empty()) return;
  throw UserError(call.location, fmt::format("{} is for aggregate functions, and {} is none", what, name));
}

ExpressionPtr ExpressionBinder::bind_call(const ast::FunctionCall& call) {
  if (call.name.parts.size() > 1) refuse_unsupported(call.location, "A function with a catalog or database name");
  const std::string name = upper_case(call.name.last().name);
  if (call.over) return bind_over(call, name);
  if (pattern_ != nullptr) {
    if (ExpressionPtr bound = bind_pattern_call(call, name)) return bound;
  }
  if (context_.functions.clause_of(name) == kOverClause) {
    throw UserError(call.location, fmt::format("{} needs OVER", name),
                    fmt::format("Write {}(…) OVER (PARTITION BY k ORDER BY ts).", name));
  }
  if (const FunctionDefinitionPtr function = context_.catalog.find_function(name)) {
    refuse_aggregate_syntax(call, name);
    return bind_sql_function(call, *function);
  }
  if (context_.functions.has_aggregate(name)) return bind_aggregate(call, name);
  if (parse_window_property(name)) return bind_window_property(call, name);
  if (window_kind(name)) {
    throw UserError(call.location, fmt::format("{} belongs in FROM TABLE({}(…)) or in GROUP BY", name, name));
  }
  refuse_aggregate_syntax(call, name);
  if (name == "GROUPING" || name == "GROUPING_ID" || name == "GROUP_ID") return bind_grouping(call, name);
  if (name == "CURRENT_WATERMARK" && pattern_ == nullptr) return bind_current_watermark(call);
  if (name == "CURRENT_DATABASE" && call.arguments.empty())
    return make_literal(Value::string(context_.catalog.current_database()));
  if (name == "JSON") {
    throw UserError(call.location, "JSON(…) stands only as a value of JSON_OBJECT or JSON_ARRAY",
                    "Leave it out: a text that is JSON is a text elsewhere.");
  }
  return context_.functions.resolve(name, bind_arguments(call), call.location);
}

std::vector<ExpressionPtr> ExpressionBinder::bind_arguments(const ast::FunctionCall& call) {
  std::vector<ExpressionPtr> arguments;
  for (const ast::FunctionArgument& argument : call.arguments) {
    if (argument.name) {
      throw UserError(argument.name->location, fmt::format("{} takes no named arguments", call.name.last().name));
    }
    arguments.push_back(bind_argument(call, *argument.value));
  }
  return arguments;
}

// JSON(text), which stands only in JSON_OBJECT and JSON_ARRAY, is bound here; all else as everywhere.
ExpressionPtr ExpressionBinder::bind_argument(const ast::FunctionCall& call, const ast::Expression& value) {
  const std::string name = upper_case(call.name.last().name);
  const auto* inner = value.try_as<ast::FunctionCall>();
  const bool is_json = inner != nullptr && inner->name.parts.size() == 1 && !inner->over &&
                       upper_case(inner->name.last().name) == "JSON" && (name == "JSON_OBJECT" || name == "JSON_ARRAY");
  if (!is_json) return bind(value);
  return context_.functions.resolve("JSON", bind_arguments(*inner), inner->location);
}

ExpressionPtr ExpressionBinder::bind_aggregate(const ast::FunctionCall& call, const std::string& name) {
  if (pattern_ != nullptr) return bind_pattern_aggregate(call, name);
  if (inside_aggregate_) {
    throw UserError(call.location, "Aggregates cannot be inside one another",
                    "Compute the inner one in a sub-query: FROM (SELECT …, COUNT(*) AS n …).");
  }
  if (calls_ == nullptr) {
    throw UserError(call.location, fmt::format("{} cannot stand in {}: it is an aggregate function", name, clause_),
                    clause_ == "WHERE" ? "Conditions on aggregates belong in HAVING." : "");
  }
  inside_aggregate_ = true;
  BoundAggregate aggregate = bind_aggregate_call(call, name);
  inside_aggregate_ = false;
  return calls_->add(std::move(aggregate));
}

BoundAggregate ExpressionBinder::bind_aggregate_call(const ast::FunctionCall& call, const std::string& name) {
  if (!call.order_by.empty()) refuse_unsupported(call.location, fmt::format("{} with ORDER BY", name));
  if (call.nulls != ast::NullTreatment::kDefault) {
    refuse_unsupported(call.location, fmt::format("{} with RESPECT or IGNORE NULLS", name));
  }
  const bool star = call.arguments.size() == 1 && call.arguments[0].value->kind == ast::ExpressionKind::kStar;
  if (star && name != "COUNT")
    throw UserError(call.location, fmt::format("{}(*) does not exist", name), "Name a column.");
  if (star && pattern_ == nullptr && !call.arguments[0].value->as<ast::Star>().qualifier.empty()) {
    throw UserError(call.arguments[0].value->location, "COUNT(x.*) counts rows of a variable of MATCH_RECOGNIZE",
                    "Write COUNT(*), or COUNT of a column.");
  }
  std::vector<ExpressionPtr> arguments = star ? std::vector<ExpressionPtr>() : bind_arguments(call);
  BoundAggregate aggregate;
  if (call.filter) {
    aggregate.filter = as_condition(bind(*call.filter), call.filter->location, "FILTER");
  }
  std::string text;
  for (const ExpressionPtr& argument : arguments)
    text += (text.empty() ? "" : ", ") + argument->to_string(scope_.names());
  AggregateCall resolved = context_.functions.resolve_aggregate(name, std::move(arguments), call.location);
  aggregate.function = std::move(resolved.function);
  aggregate.argument = std::move(resolved.argument);
  aggregate.distinct = call.distinct;
  aggregate.text = fmt::format("{}({}{})", name, call.distinct ? "DISTINCT " : "", star ? "*" : text);
  if (aggregate.filter) {
    aggregate.text += fmt::format(" FILTER (WHERE {})", aggregate.filter->to_string(scope_.names()));
  }
  return aggregate;
}

ExpressionPtr ExpressionBinder::bind_window_property(const ast::FunctionCall& call, const std::string& name) {
  const WindowPropertyName property = *parse_window_property(name);
  const std::string_view function = window_function_name(property.kind);
  const GroupWindow* window = calls_ != nullptr && calls_->window() ? &*calls_->window() : nullptr;
  if (window != nullptr) {
    const GroupWindow wanted = bind_group_window(call, property.kind, scope_, context_);
    if (wanted.window != window->window || wanted.time_column != window->time_column) window = nullptr;
  }
  if (window == nullptr || inside_aggregate_) {
    throw UserError(call.location, fmt::format("{} has no such window in GROUP BY", name),
                    fmt::format("Write GROUP BY … {}(…) with the same arguments.", function));
  }
  const Field& time = scope_.schema()->field(window->time_column);
  if (property.suffix == "PROCTIME") return context_.functions.resolve("PROCTIME", {}, call.location);
  if (property.suffix == "ROWTIME" && time.time != TimeAttribute::kRowtime) {
    throw UserError(call.location, fmt::format("{}: the window is over processing time", name),
                    fmt::format("Use {}_PROCTIME.", function));
  }
  const WindowProperty kind = property.suffix == "START" ? WindowProperty::kStart
                              : property.suffix == "END" ? WindowProperty::kEnd
                                                         : WindowProperty::kTime;
  return calls_->add(kind, window_property_field(kind, "", time).type);
}

// GROUP_ID tells apart sets that are written twice, whose rows are those of one.
ExpressionPtr ExpressionBinder::bind_grouping(const ast::FunctionCall& call, const std::string& name) {
  if (groupings_ == nullptr || inside_aggregate_ || inside_over_)
    throw UserError(call.location, fmt::format("{} cannot stand here: it tells how rows are grouped", name),
                    "It stands in SELECT, HAVING and ORDER BY of a query with GROUP BY.");
  if (name == "GROUP_ID" && !call.arguments.empty()) throw UserError(call.location, "GROUP_ID() takes no arguments");
  if (name != "GROUP_ID" && call.arguments.empty())
    throw UserError(call.location, fmt::format("{} takes keys of GROUP BY", name));
  return groupings_->add(bind_arguments(call));
}

ExpressionPtr ExpressionBinder::bind_current_watermark(const ast::FunctionCall& call) {
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  const auto* column = arguments.size() == 1 ? arguments[0]->try_as<ColumnReference>() : nullptr;
  const bool is_rowtime = column != nullptr && column->index() < scope_.schema()->size() &&
                          scope_.schema()->field(column->index()).time == TimeAttribute::kRowtime;
  if (!is_rowtime) {
    throw UserError(call.location, "CURRENT_WATERMARK takes one argument: a column that WATERMARK FOR names");
  }
  return context_.functions.resolve("CURRENT_WATERMARK", std::move(arguments), call.location);
}

}  // namespace tidemill
