// env/side_by_side.h - several calls that may block, at once. Rule: returns, or throws, only when all have returned.
#pragma once
#include <functional>
#include <vector>

#include "env/executor.h"

namespace tidemill {

// Runs the calls on the I/O pool; a single one on the calling thread. Throws what the first of those that failed has
// thrown, first in the order given. Called by the thread that owns the executor, outside of its run().
void run_side_by_side(Executor& executor, const std::vector<std::function<void()>>& calls);

}  // namespace tidemill
