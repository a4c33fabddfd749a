// tests/unit/data/random_batch.h - batches of every type, encoding and shape, by seed; and what makes two equal.
#pragma once
#include <span>
#include <string>

#include "data/batch.h"
#include "env/random.h"

namespace tidemill {

// One of every kind of type and every physical form of it; nullable.
std::span<const Type> all_types();

// Makes a flat, constant or dictionary column: small and extreme values, short and long texts, NULLs where the type
// allows them (and `nulls`).
ColumnPtr random_column(const Type& type, int32_t num_rows, ColumnEncoding encoding, SeededRandom& random,
                        bool nulls = true);
// Makes a batch of up to 40 rows with some of all_types(), and kinds, progress and origin or not.
Batch random_batch(SeededRandom& random);

// Returns what differs, empty where nothing does: schema, encodings, types, values, kinds, progress, origin.
std::string difference(const Batch& a, const Batch& b);

}  // namespace tidemill
