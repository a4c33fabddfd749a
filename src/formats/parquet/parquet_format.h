// formats/parquet/parquet_format.h - the format 'parquet', for files. Rule: Flink's options and types; the work is done
// by a library of its own (library/), which is loaded when a table is read or written.
#pragma once
#include <memory>

#include "connectors/spi/format.h"

namespace tidemill {

std::unique_ptr<const Format> make_parquet_format();

}  // namespace tidemill
