#include "sql/binder/state_function.h"

#include <cctype>

#include "base/config_options.h"
#include "sql/keyword.h"

namespace tidemill {
namespace {

constexpr std::string_view kForm = "Its form is state('operator' [, 'table']).";

const std::string& text_argument(const ast::FunctionArgument& argument) {
  const auto* literal = argument.value->try_as<ast::Literal>();
  if (argument.name || literal == nullptr || literal->literal != ast::LiteralKind::kString)
    throw UserError(argument.value->location, "state() takes names in single quotes", std::string(kForm));
  return literal->text;
}

}  // namespace

bool is_state_function(const ast::FunctionCall& call) {
  if (call.name.parts.size() != 1) return false;
  return equal_words(call.name.last().name, "STATE");
}

TableDefinitionPtr bind_state_function(const ast::FunctionCall& call, const BindingContext& context) {
  if (call.arguments.empty() || call.arguments.size() > 2)
    throw UserError(call.location, "state() takes the id of an operator, and maybe the name of one of its tables",
                    std::string(kForm));
  SavedStateName name;
  name.operator_id = text_argument(call.arguments[0]);
  if (call.arguments.size() == 2) name.table = text_argument(call.arguments[1]);
  name.checkpoint = context.config.find(kStateCheckpoint).value_or("");
  if (name.checkpoint.empty())
    throw UserError(call.location, "state() reads a checkpoint, and none is named",
                    "SET 'state.checkpoint' = 'DIR' first, or run the query with: tidemill checkpoint query DIR \"…\"");
  return context.files.saved_state(name, context.config, call.location);
}

}  // namespace tidemill
