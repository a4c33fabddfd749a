// sim/window_workload.h - a windowed job over logs with disorder. Rule: which rows are late and what windows hold
// depends on the logs alone.
#pragma once
#include "sim/workload.h"

namespace tidemill::sim {

// TUMBLE, HOP, CUMULATE or SESSION with COUNT and SUM by key, over one to four splits. Sessions get keys that lie in
// one split each: which of two splits is read first would otherwise decide what they join.
std::unique_ptr<Workload> draw_window_workload(Random& random);

}  // namespace tidemill::sim
