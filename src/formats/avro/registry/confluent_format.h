// formats/avro/registry/confluent_format.h - the formats 'avro-confluent' and 'debezium-avro-confluent': messages whose
// schemas are in a registry. Rule: Flink's options and schemas.
#pragma once
#include <memory>
#include <vector>

#include "connectors/spi/format.h"

namespace tidemill {

std::vector<std::unique_ptr<const Format>> make_confluent_formats();

}  // namespace tidemill
