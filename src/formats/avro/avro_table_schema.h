// formats/avro/avro_table_schema.h - the Avro schema of a table. Rule: that which Flink's AvroSchemaConverter makes, to
// the letter: readers elsewhere compare names and unions.
#pragma once
#include <string>
#include <string_view>

#include "data/schema.h"

namespace tidemill {

// The name of a table's record; records inside it are called after it: record_<column>.
constexpr std::string_view kAvroRecordName = "org.apache.flink.avro.generated.record";

struct AvroMapping {
  // TIMESTAMP is timestamp-millis, and there is no TIMESTAMP_LTZ: 'timestamp_mapping.legacy', as Flink did until 1.19.
  bool legacy_timestamps = true;
  std::string legacy_option;  // how errors call that option; empty: it cannot be set
};

// Returns the JSON of the record of these columns. Throws UserError naming the column that Avro cannot hold.
std::string avro_schema_of(const std::vector<Field>& columns, std::string_view table, const AvroMapping& mapping);
// Returns that of Debezium's messages about it: null, or a record of before, after, op and `more`.
std::string avro_envelope_of(const std::vector<Field>& columns, std::string_view table, const AvroMapping& mapping,
                             const std::vector<Field>& more);

}  // namespace tidemill
