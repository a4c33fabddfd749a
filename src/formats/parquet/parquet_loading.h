// formats/parquet/parquet_loading.h - the library that reads and writes Parquet. Rule: loaded at the first use, and of
// the version that this program was built with.
#pragma once
#include "env/environment.h"
#include "formats/parquet/parquet_library.h"

namespace tidemill {

// Throws UserError where it is not there, with how to come by it.
const ParquetLibrary& load_parquet(Environment& environment);

}  // namespace tidemill
