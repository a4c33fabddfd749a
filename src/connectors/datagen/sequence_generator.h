// connectors/datagen/sequence_generator.h - counts from start to end. Rule: row n is start + n.
#pragma once
#include <cstdint>
#include <memory>

#include "connectors/datagen/field_generator.h"

namespace tidemill {

// Makes the generator of start, start + 1, … end. Throws UserError where the column cannot hold these numbers.
std::unique_ptr<const FieldGenerator> make_sequence_generator(const Field& field, int64_t start, int64_t end);

}  // namespace tidemill
