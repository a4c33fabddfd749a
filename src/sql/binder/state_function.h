// sql/binder/state_function.h - FROM state('operator' [, 'table']): the saved state of a checkpoint as a table. Rule:
// which checkpoint is a setting, so that a script says it once.
#pragma once
#include "sql/ast/function_call.h"
#include "sql/binder/binding_context.h"

namespace tidemill {

// Returns whether the call in FROM is state(…), in any case.
bool is_state_function(const ast::FunctionCall& call);
// Returns the table that it names. Throws UserError at the part that is wrong.
TableDefinitionPtr bind_state_function(const ast::FunctionCall& call, const BindingContext& context);

}  // namespace tidemill
