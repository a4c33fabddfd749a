// connectors/datagen/random_bits.h - what is drawn for a value. Rule: a function of the column's seed, the row's number
// and which draw of the row it is.
#pragma once
#include <cstdint>

#include "base/hash.h"
#include "connectors/datagen/field_generator.h"

namespace tidemill {

// Which draw of a row decides on NULL, on the length, and on the value.
constexpr uint64_t kNullDraw = 1;
constexpr uint64_t kLengthDraw = 2;
constexpr uint64_t kValueDraw = 3;

// Returns 64 random bits: draw number `draw` of row `row` of the batch.
inline uint64_t random_bits(const GenerationContext& context, int32_t row, uint64_t draw) {
  const auto number = static_cast<uint64_t>(context.first_row + row);
  return hash_combine(hash_combine(context.seed, number), draw);
}

// Maps bits to [0, 1).
inline double random_fraction(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

// Tells whether the row is among the share of NULLs.
inline bool is_null_draw(const GenerationContext& context, int32_t row, double null_rate) {
  return null_rate > 0 && random_fraction(random_bits(context, row, kNullDraw)) < null_rate;
}

}  // namespace tidemill
