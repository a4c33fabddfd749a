// runtime/values_source.h - rows known at planning, read as a source of one split. Rule: a position is the number of
// rows read.
#pragma once
#include <memory>

#include "connectors/spi/source.h"

namespace tidemill {

std::shared_ptr<const Source> make_values_source(Batch rows);

}  // namespace tidemill
