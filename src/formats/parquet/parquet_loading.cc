#include "formats/parquet/parquet_loading.h"

#include "base/error.h"

namespace tidemill {
namespace {

constexpr const char* kHint =
    "Format 'parquet' needs a library that is built where Apache Arrow is at hand: run tools/install_arrow.sh, then "
    "`make build`, and keep lib/ beside the program.";

}  // namespace

const ParquetLibrary& load_parquet(Environment& environment) {
  void* const entry = environment.libraries.entry(std::string(kParquetLibrary), std::string(kParquetEntry), kHint);
  const ParquetLibrary& library = *reinterpret_cast<ParquetEntry>(entry)();
  if (library.version != kParquetVersion)
    throw UserError(fmt::format("'{}' is of another build: its version is {}, not {}", kParquetLibrary, library.version,
                                kParquetVersion),
                    kHint);
  return library;
}

}  // namespace tidemill
