// formats/parquet/library/entry.cc - what the program finds in the library. Rule: nothing else of it is visible.
#include "formats/parquet/library/reader.h"
#include "formats/parquet/library/writer.h"

extern "C" __attribute__((visibility("default"))) const tidemill::ParquetLibrary* tidemill_parquet() {
  static const tidemill::ParquetLibrary kLibrary{tidemill::kParquetVersion, tidemill::open_parquet,
                                                 tidemill::create_parquet};
  return &kLibrary;
}
