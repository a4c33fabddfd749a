// tests/unit/operators/window_model.h - what windows give, the slow and obvious way. Rule: one row at a time, one list
// of rows a window, no slices, no state; written from SEMANTICS, to be compared with.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operators/spec.h"

namespace tidemill {

struct ModelRow {
  bool retracts = false;
  std::optional<std::string> key;
  std::optional<int64_t> value;
  EpochMillis time = 0;
  std::string to_text() const;  // as data/pretty.h reads it: kind | k | x | ts
};

struct ModelResult {
  std::string rows;  // k | COUNT(*) | SUM(x) | MIN(x) | COUNT(DISTINCT x) | start | end
  int64_t late = 0;
  // Each row once for each of its windows: those that took it, and those that had closed. Not of SESSION.
  int64_t window_rows_used = 0;
  int64_t window_rows_late = 0;
};

// Rows of one split in order, watermark = greatest time so far - delay after every row, then the end of the input.
ModelResult model_windows(const WindowDefinition& window, const std::vector<ModelRow>& rows, DurationMillis delay);

// Makes rows from a seed: a few keys, NULLs, equal times, times before 1970, disorder from none to far beyond the
// delay; retractions of earlier rows where asked for.
std::vector<ModelRow> random_rows(uint64_t seed, int32_t count, bool with_retractions);

}  // namespace tidemill
