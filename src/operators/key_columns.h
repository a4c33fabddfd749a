// operators/key_columns.h - picks columns and types by index. Rule: order as asked for.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/batch.h"

namespace tidemill {

// Returns the columns of the batch at these places.
std::vector<ColumnPtr> columns_at(const Batch& batch, std::span<const int32_t> places);
// Returns the types of the first `count` columns: the keys, in the output of an aggregation.
std::vector<Type> leading_types(const Schema& schema, size_t count);

}  // namespace tidemill
