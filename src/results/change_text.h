// results/change_text.h - rows of a batch as text. Rule: a cell is what CAST(value AS STRING) gives, but for bytes
// where people read them, and for nested values in JSON.
#pragma once
#include <vector>

#include "data/batch.h"
#include "expr/scalar_function.h"
#include "results/result_table.h"

namespace tidemill {

// What becomes of types whose CAST is not what is wanted.
enum class CellText : uint8_t {
  kCast,   // nothing else: of bytes their text in UTF-8, U+FFFD for what is none
  kShown,  // bytes as x'41ff': nothing is lost
  kJson,   // that, and nested values as JSON (json_cell.h)
};

// Returns every row of `batch` with its kind; timestamps with local time zone are written in the zone of `context`.
std::vector<ResultChange> change_texts(const Batch& batch, const EvaluationContext& context, CellText cells);

}  // namespace tidemill
