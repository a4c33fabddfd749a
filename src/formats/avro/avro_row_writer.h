// formats/avro/avro_row_writer.h - rows to records of a schema. Rule: the bytes that Flink writes for them: null is the
// branch of a union, a decimal has as few bytes as it needs, an array is one block.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "formats/avro/avro_schema.h"

namespace tidemill {

// How one value is written.
struct AvroWriteStep {
  std::string column;  // of the table, for errors
  Type type;           // of the value; in a record: of nothing
  const AvroType* to = nullptr;
  int32_t null_branch = -1;   // of a union; -1: NULL cannot be written
  int32_t branch = -1;        // of a union: that of values; -1: no union
  int32_t source = -1;        // of a field: the column, or field of the ROW; -1: the default
  std::string default_bytes;  // of a field that is no column
  std::vector<AvroWriteStep> parts;
};

// One thread. Holds on to the schema.
class AvroRowWriter {
 public:
  // `record` is a record of `schema`. Throws UserError for a column that it does not have, or cannot hold, and for a
  // field that is no column and has no default.
  AvroRowWriter(AvroSchemaPtr schema, const AvroType& record, const Schema& columns, std::string_view table);

  // Takes the rows of a batch, which outlives the calls of append().
  void begin(const Batch& batch) { batch_ = &batch; }
  // Appends a row. Throws UserError for a value that the schema cannot hold.
  void append(int32_t row, std::string& out) const;

 private:
  const AvroSchemaPtr schema_;
  const std::string table_;
  std::vector<AvroWriteStep> fields_;
  const Batch* batch_ = nullptr;
};

}  // namespace tidemill
