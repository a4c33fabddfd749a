// operators/key_columns.h - picks columns and types by index. Rule: order as asked for.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/batch.h"
#include "state/key_batch.h"

namespace tidemill {

// Returns the columns of the batch at these places.
std::vector<ColumnPtr> columns_at(const Batch& batch, std::span<const int32_t> places);
// Sets marks[row] to 1 where a key column is NULL for which `null_safe` is false, to 0 otherwise: such a row fits none.
// Requires: a column a key.
void mark_null_keys(std::span<const ColumnPtr> keys, const std::vector<bool>& null_safe, int32_t num_rows,
                    std::vector<uint8_t>& marks);
// Returns the columns that the keys are rows of.
std::vector<ColumnPtr> decoded_keys(const KeyBatch& keys);
// Returns the types of the first `count` columns: the keys, in the output of an aggregation.
std::vector<Type> leading_types(const Schema& schema, size_t count);

}  // namespace tidemill
