// tests/unit/formats/avro_reading.h - reads values that were written under one Avro schema by another one, for tables
// of cases.
#pragma once
#include <string>
#include <string_view>

namespace tidemill {

struct AvroCase {
  std::string writer;   // schema of a record's field "a": "\"int\""; or of the whole record where it has "fields"
  std::string reader;   // the same; empty: that which the columns make
  std::string columns;  // "a INT"
  std::string value;    // of what is written, in Avro's JSON encoding, such a field or record
  bool legacy_timestamps = true;
};

// Returns the row as "+I[…]", or "error: …".
std::string read_avro(const AvroCase& one);
// The same of these bytes of a record.
std::string read_avro_bytes(const AvroCase& one, std::string_view bytes);
// Returns the bytes of the value.
std::string avro_bytes(const AvroCase& one);

}  // namespace tidemill
