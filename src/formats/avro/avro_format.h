// formats/avro/avro_format.h - the format 'avro': records in Avro's binary or JSON encoding as messages, and object
// container files. Rule: Flink's options and types.
#pragma once
#include <memory>

#include "connectors/spi/format.h"

namespace tidemill {

std::unique_ptr<const Format> make_avro_format();

}  // namespace tidemill
