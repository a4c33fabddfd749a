// formats/parquet/library/writer.h - writes a file with Arrow. Rule: a row group is held in memory until it has its
// size; what comes out is a file once it is finished.
#pragma once
#include <memory>

#include "formats/parquet/parquet_library.h"

namespace tidemill {

std::unique_ptr<ParquetWriter> create_parquet(ArrowSchema& schema, const ParquetWriteSettings& settings);

}  // namespace tidemill
