// formats/json/message_metadata.h - what a message tells besides its rows. Rule: Flink's keys, types and NULLs.
#pragma once
#include <string_view>
#include <vector>

#include "connectors/spi/decoding/rows_builder.h"
#include "connectors/spi/decoding/text_value.h"
#include "connectors/spi/format.h"
#include "data/json_token.h"

namespace tidemill {

// Where a metadata column is in a message.
struct MessageMetadata {
  MetadataKey key;
  std::vector<std::string_view> path;  // names of members, from the payload on
  bool beside_payload = false;         // from the outermost object on, where a message has a payload
  int64_t unit_ms = 1;                 // of a TIMESTAMP_LTZ, which is a number since 1970: milliseconds of one
};

// Sets row rows.num_rows() of the columns from `first_column` on, one an entry of `wanted`, whose paths start at the
// outermost object. What a message does not have
// is NULL. Returns kNulled where some value was of another form and became NULL.
ValueStatus set_message_metadata(const std::vector<MessageMetadata>& wanted, const JsonToken& message,
                                 const TextForm& form, int32_t first_column, RowsBuilder& rows);

}  // namespace tidemill
