// operators/emit_in_steps.h - results that have no bound, a step at a time. Rule: a step emits a batch or so, and holds
// no address of state when it returns.
#pragma once
#include <functional>

#include "operators/operator.h"

namespace tidemill {

// Calls `step` until it returns false, there being nothing left: kBatchesAtOnce times within the call at hand, and as
// often again each time that there is room. Requires: what OperatorContext::when_room() requires.
void emit_in_steps(OperatorContext& context, Output& output, std::function<bool(Output&)> step);

}  // namespace tidemill
