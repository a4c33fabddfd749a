// formats/csv/csv_format.h - the format 'csv'. Rule: Flink's options and conversions, and 'csv.header' of our own.
#pragma once
#include <memory>

#include "connectors/spi/format.h"

namespace tidemill {

std::unique_ptr<const Format> make_csv_format();

}  // namespace tidemill
