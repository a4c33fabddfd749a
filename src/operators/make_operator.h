// operators/make_operator.h - from a spec to the operator that does it. Rule: the only list of operators.
#pragma once
#include <memory>

#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

// Makes a new operator, not opened yet. Requires: not a source, VALUES or sink, which the runtime drives itself.
// Throws UserError for a spec that no operator can do.
std::unique_ptr<Operator> make_operator(const OperatorSpec& spec);

// Returns whether that operator leaves out rows that come too late (OperatorContext::late_rows).
bool drops_late_rows(const OperatorSpec& spec);

}  // namespace tidemill
