// formats/raw/raw_format.h - the format 'raw': a record is the value of the one column. Rule: Flink's options and
// conversions.
#pragma once
#include <memory>

#include "connectors/spi/format.h"

namespace tidemill {

std::unique_ptr<const Format> make_raw_format();

}  // namespace tidemill
