#include "operators/emit_in_steps.h"

namespace tidemill {

void emit_in_steps(OperatorContext& context, Output& output, std::function<bool(Output&)> step) {
  for (int32_t steps = 0; steps < kBatchesAtOnce; ++steps)
    if (!step(output)) return;
  context.when_room([&context, step = std::move(step)](Output& more) { emit_in_steps(context, more, step); });
}

}  // namespace tidemill
