// formats/json/json_inference.h - the columns that JSON lines seem to hold. Rule: every name that occurs is a column,
// in the order of first occurrence.
#pragma once
#include "connectors/spi/format.h"

namespace tidemill {

InferredColumns infer_json(const FormatSample& sample);

}  // namespace tidemill
