// formats/json/json_format.h - the format 'json': one object a line. Rule: Flink's options and conversions.
#pragma once
#include <memory>

#include "connectors/spi/format.h"

namespace tidemill {

std::unique_ptr<const Format> make_json_format();

}  // namespace tidemill
