// formats/csv/csv_inference.h - the columns that a CSV file seems to hold. Rule: the delimiter is the one that splits
// the most records alike; a first record of names is a header.
#pragma once
#include "connectors/spi/format.h"

namespace tidemill {

InferredColumns infer_csv(const FormatSample& sample);

}  // namespace tidemill
