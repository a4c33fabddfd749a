// formats/parquet/library/reader.h - opens a file with Arrow. Rule: on the calling thread alone; a row group's columns
// are in memory at a time.
#pragma once
#include <memory>
#include <string>

#include "formats/parquet/parquet_library.h"

namespace tidemill {

std::unique_ptr<ParquetReader> open_parquet(std::shared_ptr<ReadableFile> file, const std::string& name,
                                            const ParquetReadSettings& settings);

}  // namespace tidemill
