// formats/avro/avro_promotion.h - which type reads what another one writes, and how its values become those of a
// column. Rule: the promotions of the specification; besides, an enum is text, a fixed is bytes, and times are read in
// the unit in which they were written.
#pragma once
#include "formats/avro/avro_program.h"
#include "formats/avro/avro_schema.h"

namespace tidemill {

// Tells whether `reader` reads what `writer` writes, apart from what is inside them. Requires: neither is a union.
bool avro_reads(const AvroType& writer, const AvroType& reader);

// Returns the branch of a union that reads what `writer` writes: one of its kind, and of several records the one of its
// name; otherwise the first that it can be promoted to; nullptr: there is none. Requires: `writer` is no union.
const AvroType* avro_matching_branch(const AvroType& writer, const AvroType& reader);

// Returns the step that reads a value into a slot of this type; kEnd: it cannot hold it. What the step refers to is
// added to `program`. Requires: avro_reads(writer, reader), and the type is not nested.
AvroStep avro_value_step(const AvroType& writer, const AvroType& reader, const Type& type, int32_t slot,
                         AvroProgram& program);

}  // namespace tidemill
