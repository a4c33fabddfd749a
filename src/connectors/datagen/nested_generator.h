// connectors/datagen/nested_generator.h - makes the values of ARRAY, MAP, MULTISET and ROW columns. Rule: parts are
// made as columns are, under names of their own (Flink's): element, key and value, or those of the fields.
#pragma once
#include <memory>
#include <vector>

#include "connectors/datagen/field_generator.h"

namespace tidemill {

// Returns the options of a nested column's own length and of its parts: fields.<name>.length,
// fields.<name>.element.min, …
std::vector<OptionSpec> nested_options(const Field& field);
// Makes the generator from checked options; `null_rate`: share of values that are NULL. Throws UserError as
// make_field_generator() does. Requires: a nested type.
std::unique_ptr<const FieldGenerator> make_nested_generator(const Field& field, const Options& options,
                                                            double null_rate);

}  // namespace tidemill
