// formats/json/debezium_format.h - the format 'debezium-json': changes of a table, one message a line. Rule:
// Flink's options, kinds and conversions.
#pragma once
#include <memory>

#include "connectors/spi/format.h"

namespace tidemill {

std::unique_ptr<const Format> make_debezium_json_format();

}  // namespace tidemill
