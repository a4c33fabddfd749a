// Functions whose body is SQL: CREATE FUNCTION … LANGUAGE SQL, and calls of them. Rule: a call is its body with the
// arguments in place of the parameters; the body is bound when the function is created, and again at each call.
#include <set>

#include "expr/cast.h"
#include "expr/table_function.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/table_binder.h"
#include "sql/binder/type_name.h"
#include "sql/binder/window_definition.h"
#include "sql/keyword.h"
#include "sql/limits.h"
#include "sql/parser.h"

namespace tidemill {
namespace {

constexpr size_t kFunctionDepthMax = 100;  // functions that call one another: each is some stack while it is bound

constexpr std::string_view kBodyPrefix = "In the body of ";

// Brings `value` to `type`; `what` is what it is, for the error.
ExpressionPtr convert(ExpressionPtr value, const Type& type, const std::string& what, SourceLocation location) {
  const bool same = value->type().same_except_nullable(type);
  if (!same && !casts_implicitly(value->type(), type)) {
    throw UserError(location,
                    fmt::format("{} is {}, not {}", what, value->type().with_nullable(true).to_string(),
                                type.with_nullable(true).to_string()),
                    "CAST it.");
  }
  return same ? value : coerce(std::move(value), type);
}

// Returns the body over a row of the parameters. Errors inside are told with the function's name, at `location`.
ExpressionPtr bind_body(const FunctionDefinition& function, std::vector<std::string> open,
                        const BindingContext& context, SourceLocation location) {
  std::vector<Field> fields;
  for (const FunctionDefinition::Parameter& parameter : function.parameters) {
    fields.push_back({parameter.name, parameter.type});
  }
  const Scope scope = Scope::of(make_schema(std::move(fields)), {function.name});
  ExpressionBinder binder(context, scope, fmt::format("the body of {}", function.name));
  open.push_back(function.name);
  binder.set_open_functions(std::move(open));
  try {
    ExpressionPtr body = binder.bind(*parse_expression(function.body));
    return convert(std::move(body), function.result, "The result", location);
  } catch (const UserError& error) {
    const std::string_view message = error.what();
    const bool named = message.starts_with(kBodyPrefix);  // the function in whose body the error is
    throw UserError(location,
                    named ? std::string(message) : fmt::format("{}{}: {}", kBodyPrefix, function.name, message),
                    error.hint());
  }
}

void refuse_large(const Expression& expression, const FunctionDefinition& function, SourceLocation location) {
  if (expression.size() <= kExpressionNodesMax && expression.height() <= kNestingDepthMax) return;
  throw UserError(location, fmt::format("What {} stands for is too large: {} operations, {} of them in one another",
                                        function.name, expression.size(), expression.height()));
}

}  // namespace

ExpressionPtr ExpressionBinder::bind_sql_function(const ast::FunctionCall& call, const FunctionDefinition& function) {
  for (const std::string& open : open_functions_) {
    if (upper_case(open) != upper_case(function.name)) continue;
    throw UserError(call.location, fmt::format("{} calls itself, which a SQL function cannot", function.name));
  }
  if (open_functions_.size() >= kFunctionDepthMax) {
    throw UserError(call.location, fmt::format("SQL functions call one another more than {} deep", kFunctionDepthMax));
  }
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  if (arguments.size() != function.parameters.size()) {
    throw UserError(call.location, fmt::format("{} takes {} arguments, not {}", function.name,
                                               function.parameters.size(), arguments.size()));
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    const FunctionDefinition::Parameter& parameter = function.parameters[i];
    const std::string what = fmt::format("Argument {} of {}", parameter.name, function.name);
    arguments[i] = convert(std::move(arguments[i]), parameter.type, what, call.arguments[i].value->location);
  }
  const ExpressionPtr body = bind_body(function, open_functions_, context_, call.location);
  ExpressionPtr result = substitute_columns(body, arguments);
  refuse_large(*result, function, call.location);
  return result;
}

FunctionDefinitionPtr bind_create_function(const ast::CreateFunction& statement, const BindingContext& context) {
  const SourceLocation location = statement.name.location();
  if (statement.name.parts.size() > 1) refuse_unsupported(location, "A function with a catalog or database name");
  auto function = std::make_shared<FunctionDefinition>();
  function->name = statement.name.last().name;
  function->temporary = statement.temporary;
  function->body = statement.body;
  const bool built_in = context.functions.has_scalar(function->name) ||
                        context.functions.has_aggregate(function->name) ||
                        context.functions.has_scalar(table_function_name(function->name));
  if (built_in || window_kind(upper_case(function->name))) {
    throw UserError(location, fmt::format("{} is a built-in function", function->name), "Use another name.");
  }
  std::set<std::string> names;
  for (const ast::FunctionParameter& parameter : statement.parameters) {
    if (!names.insert(parameter.name.name).second) {
      throw UserError(parameter.name.location, fmt::format("Two parameters have this name: {}", parameter.name.name));
    }
    function->parameters.push_back({parameter.name.name, bind_type(parameter.type)});
  }
  function->result = bind_type(statement.returns);
  bind_body(*function, {}, context, statement.body_location);
  return function;
}

}  // namespace tidemill
