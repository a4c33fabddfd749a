// operators/event_times.h - the event times of a batch's rows. Rule: what orders rows by time has no row without one.
#pragma once
#include <string_view>
#include <vector>

#include "data/batch.h"

namespace tidemill {

// Reads a column of TIMESTAMP(3) or TIMESTAMP_LTZ(3) into `times`, in milliseconds since the epoch. Throws UserError at
// the row where one is NULL; `what`: "a window".
void read_event_times(const Batch& batch, int32_t column, std::string_view what, std::vector<EpochMillis>& times);

}  // namespace tidemill
