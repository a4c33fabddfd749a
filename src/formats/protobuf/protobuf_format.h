// formats/protobuf/protobuf_format.h - the format 'protobuf': a message of Protocol Buffers a record. Rule: Flink's
// conversions; the message is told by a descriptor file, for there are no Java classes here.
#pragma once
#include <memory>

#include "connectors/spi/format.h"

namespace tidemill {

std::unique_ptr<const Format> make_protobuf_format();

}  // namespace tidemill
