// formats/avro/avro_json.h - values of Avro as JSON, both ways: its JSON encoding, and the defaults of schemas. Rule:
// by way of the binary encoding, so that rows are made in one place.
#pragma once
#include <string>
#include <string_view>

#include "formats/avro/avro_cursor.h"
#include "formats/avro/avro_schema.h"

namespace tidemill {

// Appends a value of Avro's JSON encoding in binary. Returns what is wrong with it; then `out` holds nothing of use.
std::string append_avro_of_json(const AvroType& type, std::string_view json, std::string& out);

// Appends a value as Avro's JSON encoding, without spaces. Requires: a value of the type.
void append_json_of_avro(const AvroType& type, AvroCursor& cursor, std::string& out);

// Returns the default of a field in binary: of a union its first branch that takes it. Throws UserError where it is
// none of the type.
std::string avro_default(const AvroField& field);

}  // namespace tidemill
