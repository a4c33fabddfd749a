// formats/avro/avro_resolution.h - what a reader makes of what was written under another schema. Rule: the schema
// resolution of the specification; besides, an enum is read as text, a fixed as bytes, and a time in its own unit.
//
// Names of records are not compared, as in Java: a table's record has a name that no writer knows.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/avro/avro_program.h"
#include "formats/avro/avro_schema.h"

namespace tidemill {

// A column that is read: a field of the reader's record, by name.
struct AvroColumn {
  std::string name;
  Type type;
  int32_t slot = 0;
};

// What is to be read as what, and how errors call it. Borrowed while it is compiled.
struct AvroReading {
  const AvroType& writer;
  const AvroType& reader;
  std::string_view table;
  std::string_view source;      // what wrote it: "the schema of id 7"
  bool null_is_no_row = false;  // a row that is null is none (kAbsent); otherwise it cannot be read
};

// Compiles records to rows; either side may be a union of null and a record. Throws UserError where no record of the
// writer's could ever be read, naming the column.
AvroProgram compile_avro_rows(const AvroReading& reading, const std::vector<AvroColumn>& columns);

// Compiles a walk over a record, or a union of null and one, that notes where these fields of it lie, by their places
// in the list (kMark). A field that is not written is not noted.
AvroProgram compile_avro_marks(const AvroType& writer, std::span<const std::string_view> fields);

}  // namespace tidemill
