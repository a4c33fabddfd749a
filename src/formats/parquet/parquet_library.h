// formats/parquet/parquet_library.h - what the engine and the library that reads and writes Parquet say to each
// other. Rule: no header of Arrow here; rows cross as Arrow's C data interface (data/arrow_c_data.h).
//
// The library is a shared one of its own, built where Arrow is at hand, and loaded when a table asks for it: start-up,
// memory and the program itself do not pay for it.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/arrow_c_data.h"
#include "env/file_system.h"

namespace tidemill {

constexpr std::string_view kParquetLibrary = "libtidemill_parquet.so";
constexpr std::string_view kParquetEntry = "tidemill_parquet";
constexpr int32_t kParquetVersion = 1;  // of this file; both sides must have the same

struct ParquetReadSettings {
  int32_t batch_rows = 0;          // of an array, at most
  bool int96_nanoseconds = false;  // INT96 in nanoseconds, which reach from 1677 to 2262; otherwise microseconds
};

// What the statistics of a row group say of a column.
struct ParquetRange {
  enum class Kind : uint8_t { kUnknown, kIntegers, kFloats, kBytes };
  Kind kind = Kind::kUnknown;                // kUnknown: nothing is said of the values
  int64_t integer_min = 0, integer_max = 0;  // as in the array: dates, times and timestamps in its unit
  double float_min = 0, float_max = 0;
  std::string bytes_min, bytes_max;  // bounds: the values themselves may lie inside
  int64_t nulls = -1;                // -1: not known
};

// Rows of one row group, in order. One thread at a time. What is wrong with the file is a UserError, a failing disk a
// TransientError: so of all calls here.
class ParquetRows {
 public:
  virtual ~ParquetRows() = default;
  // Fills `out`, a struct array of the columns asked for, with the next rows; false: there are no more. Blocks.
  virtual bool next(ArrowArray& out) = 0;
  virtual int64_t memory_bytes() const = 0;
};

// An open file. One thread at a time.
class ParquetReader {
 public:
  virtual ~ParquetReader() = default;
  // Fills `out` with a struct of the file's columns.
  virtual void export_schema(ArrowSchema& out) const = 0;
  // Returns how many rows each row group has.
  virtual std::vector<int64_t> row_groups() const = 0;
  virtual ParquetRange range(int32_t row_group, int32_t column) const = 0;
  // `columns`: indices into the schema, ascending; the struct of the arrays has these. The reader outlives the rows.
  virtual std::unique_ptr<ParquetRows> read(int32_t row_group, std::span<const int32_t> columns) = 0;
  virtual int64_t memory_bytes() const = 0;
};

struct ParquetWriteSettings {
  std::string compression = "SNAPPY";  // as Flink calls it
  int64_t row_group_bytes = int64_t{128} << 20;
  int64_t page_bytes = int64_t{1} << 20;
  int64_t dictionary_page_bytes = int64_t{1} << 20;
  bool dictionary = true;
  bool version_2 = false;
  bool int96_timestamps = true;  // otherwise INT64
  int32_t int64_unit = 6;        // of those: 3 milliseconds, 6 microseconds, 9 nanoseconds
};

// A file that is written. One thread.
class ParquetWriter {
 public:
  virtual ~ParquetWriter() = default;
  // Takes rows; `array` is released.
  virtual void write(ArrowArray& array) = 0;
  // Writes what a file ends with; nothing may be written afterwards.
  virtual void finish() = 0;
  // Bytes of the file that are ready; the caller takes them away.
  virtual std::string& bytes() = 0;
  virtual int64_t memory_bytes() const = 0;
};

// What the entry gives.
struct ParquetLibrary {
  int32_t version = kParquetVersion;
  // `name` is the file's, for errors.
  std::unique_ptr<ParquetReader> (*open)(std::shared_ptr<ReadableFile> file, const std::string& name,
                                         const ParquetReadSettings& settings) = nullptr;
  // `schema` is released.
  std::unique_ptr<ParquetWriter> (*create)(ArrowSchema& schema, const ParquetWriteSettings& settings) = nullptr;
};
using ParquetEntry = const ParquetLibrary* (*)();

}  // namespace tidemill
