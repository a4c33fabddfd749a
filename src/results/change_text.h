// results/change_text.h - rows of a batch as text. Rule: a cell is what CAST(value AS STRING) gives, but for bytes
// where people read them.
#pragma once
#include <vector>

#include "data/batch.h"
#include "expr/scalar_function.h"
#include "results/result_table.h"

namespace tidemill {

// What becomes of BINARY and VARBINARY.
enum class BytesText : uint8_t {
  kCast,     // their text in UTF-8, U+FFFD for what is none
  kLiteral,  // x'41ff': nothing is lost
};

// Returns every row of `batch` with its kind; timestamps with local time zone are written in the zone of `context`.
std::vector<ResultChange> change_texts(const Batch& batch, const EvaluationContext& context, BytesText bytes);

}  // namespace tidemill
