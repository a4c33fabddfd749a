// formats/avro/avro_settings.h - what the formats of Avro are bound to when they read a table, and how they tell what
// cannot be read.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/format.h"
#include "formats/avro/avro_resolution.h"
#include "formats/avro/avro_row_reader.h"

namespace tidemill {

struct AvroSettings {
  std::string table;
  AvroSchemaPtr reader;             // of the table, or that which the user gave
  std::vector<AvroColumn> columns;  // those asked for, by slot
  std::vector<Type> types;          // of those
  bool json = false;                // messages are in Avro's JSON encoding

  // Returns the program that reads what was written under `writer`; `source` is how errors call that. Throws UserError
  // where nothing of it can be read.
  AvroProgram compile(const AvroType& writer, std::string_view source) const {
    return compile_avro_rows({writer, reader->root(), table, source}, columns);
  }
  // Returns the name of a slot; empty for -1.
  std::string name_of(int32_t slot) const;
};

// What a request asks for. `schema` is the JSON of the reader's schema where the user gave one.
AvroSettings avro_settings(const FormatRequest& request, AvroSchemaPtr reader);

// Tells of one record that it is left out. Bytes are told as hexadecimal digits.
class AvroRejection {
 public:
  AvroRejection(std::string_view format, RecordErrorTarget& errors) : format_(format), errors_(errors) {}
  void reject(std::string_view split, int64_t number, std::string column, std::string message, std::string hint,
              std::string_view raw);
  // Counts a value that became NULL.
  void ignore_value() { errors_.ignore_value(); }

 private:
  const std::string_view format_;
  RecordErrorTarget& errors_;
};

}  // namespace tidemill
