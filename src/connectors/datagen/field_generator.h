// connectors/datagen/field_generator.h - makes the values of one column. Rule: value(row) depends on seed, row and, for
// times, the clock only.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/options.h"
#include "data/column.h"
#include "data/schema.h"

namespace tidemill {

// What is the same for all values of one batch.
struct GenerationContext {
  uint64_t seed = 0;  // of the column
  int64_t first_row = 0;
  int32_t num_rows = 0;
  EpochMillis now = 0;
};

// Immutable.
class FieldGenerator {
 public:
  virtual ~FieldGenerator() = default;
  // Returns rows first_row, first_row + 1, …
  virtual ColumnPtr generate(const GenerationContext& context) const = 0;
  // Returns how many rows there are at most (a sequence ends).
  virtual std::optional<int64_t> rows_max() const { return std::nullopt; }
};

// Returns the options that 'fields.<name>.…' of this column may have (Flink: depending on kind and type).
std::vector<OptionSpec> field_options(const Field& field, bool sequence);
// The same of a part of a nested column, whose name is "column.part"; it is always random.
std::vector<OptionSpec> random_options(const Field& field);
// Makes the generator of a column from checked options. Throws UserError for bounds that make no sense and for types
// that cannot be made up.
std::unique_ptr<const FieldGenerator> make_field_generator(const Field& field, const Options& options);
// The same of a part.
std::unique_ptr<const FieldGenerator> make_random_generator(const Field& field, const Options& options);

}  // namespace tidemill
