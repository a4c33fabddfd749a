// tests/unit/data/arrow_sample.h - the batches that tests export as Arrow; what Python must make of them stands in
// tests/arrow/arrow_export_test.py.
#pragma once
#include "data/batch.h"

namespace tidemill {

// Three rows of every type, flat: values, NULLs, extremes.
Batch arrow_sample();
// A dictionary column with a NULL, and a constant one.
Batch arrow_sample_encoded();

}  // namespace tidemill
