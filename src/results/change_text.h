// results/change_text.h - rows of a batch as text. Rule: a cell is what CAST(value AS STRING) gives.
#pragma once
#include <vector>

#include "data/batch.h"
#include "expr/scalar_function.h"
#include "results/result_table.h"

namespace tidemill {

// Returns every row of `batch` with its kind; timestamps with local time zone are written in the zone of `context`.
std::vector<ResultChange> change_texts(const Batch& batch, const EvaluationContext& context);

}  // namespace tidemill
