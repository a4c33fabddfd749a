// sql/binder/window_emit.h - the settings table.exec.emit.…: early and late results of GROUP BY TUMBLE(…) and HOP(…).
// Rule: conditions are Flink's (WindowEmitStrategy).
#pragma once
#include "base/config.h"
#include "base/error.h"
#include "data/window.h"
#include "data/window_emit.h"

namespace tidemill {

// Returns when windows of GROUP BY give results. Throws UserError at `location` where the settings do not go together,
// or not with such a window.
WindowEmit bind_window_emit(const WindowDefinition& window, const Config& config, SourceLocation location);

// True where the settings ask for early or late results, which windows of table functions do not give.
bool asks_for_updates(const Config& config);

}  // namespace tidemill
