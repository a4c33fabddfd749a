// formats/json/debezium_metadata.h - what a message tells besides its rows. Rule: Flink's keys, types and NULLs.
#pragma once
#include <string>
#include <vector>

#include "connectors/spi/decoding/rows_builder.h"
#include "connectors/spi/decoding/text_value.h"
#include "connectors/spi/format.h"
#include "data/json_token.h"

namespace tidemill {

// The members of a message; what it does not have is a null token.
struct DebeziumMessage {
  JsonToken before, after, op;
  JsonToken source, time;  // "source" and "ts_ms"
  JsonToken schema;        // beside "payload"
};

std::vector<MetadataKey> debezium_metadata_keys();

// Sets row rows.num_rows() of the columns from `first_column` on, one a key. `keys` are those of the table above.
// Returns kNulled where some value was of another form and became NULL.
ValueStatus set_debezium_metadata(const std::vector<std::string>& keys, const DebeziumMessage& message,
                                  const TextForm& form, int32_t first_column, RowsBuilder& rows);

}  // namespace tidemill
