// formats/parquet/parquet_file.h - the batches of one Parquet file as rows. Rule: one thread at a time; rows are
// numbered as they are in the file, whatever is left out.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/spi/format.h"
#include "data/arrow_import.h"
#include "formats/parquet/parquet_filter.h"
#include "formats/parquet/parquet_library.h"

namespace tidemill {

struct ParquetReading {
  std::string table;
  std::vector<Field> columns;               // wanted, in the order of the output
  std::vector<Field> table_columns;         // all of the table's
  std::vector<ColumnCondition> conditions;  // rows that do not satisfy all of them may be left out; over these
  int32_t batch_rows = 0;                   // read at a time
};

class ParquetFile {
 public:
  // Opens the file, to be read from row `first_row` (from 0) on. Throws UserError: no Parquet file, a column of another
  // type, a row behind its end.
  ParquetFile(const ParquetLibrary& library, ParquetReading reading, std::shared_ptr<ReadableFile> file,
              std::string name, int64_t first_row);
  ParquetFile(const ParquetFile&) = delete;
  ParquetFile& operator=(const ParquetFile&) = delete;

  // Returns the next rows, in pieces of at most max_rows; none: there are no more. Blocks. Throws UserError for a value
  // that its column cannot hold.
  std::vector<DecodedRows> read(int32_t max_rows);
  // Any thread.
  size_t memory_bytes() const { return static_cast<size_t>(reader_->memory_bytes()); }

 private:
  struct RowGroup {
    int32_t index = 0;
    int64_t first_row = 0;  // in the file
    int64_t rows = 0;
  };
  // A column wanted, and what it is read from.
  struct Source {
    int32_t place = -1;                 // in the arrays; -1: the file does not have it
    std::optional<ArrowImport> import;  // null where place is -1
  };

  void bind_columns(const ArrowSchema& schema);
  void bind_conditions(const ArrowSchema& schema);
  void choose_row_groups(int64_t first_row);
  // Opens the next row group at `next_row_`, if it is to be read; false: there is none.
  bool open_row_group();
  DecodedRows to_rows(const ArrowArray& array, int64_t first, int32_t count) const;
  // Returns the rows that a batch has from row `first` on.
  std::vector<DecodedRows> cut(const ArrowArray& array, int64_t first, int64_t length, int32_t max_rows);

  const ParquetReading reading_;
  const std::string name_;
  std::unique_ptr<ParquetReader> reader_;
  std::vector<Source> sources_;        // by column wanted
  std::vector<int32_t> file_columns_;  // read, ascending
  std::vector<FilteredColumn> conditions_;
  std::vector<RowGroup> row_groups_;   // to be read
  size_t next_group_ = 0;              // of row_groups_, not begun
  std::unique_ptr<ParquetRows> rows_;  // of the row group at hand; null: none, or nothing is read of it
  int64_t group_left_ = 0;             // rows of it not passed yet
  int64_t next_row_ = 0;               // of the next batch, in the file
  int64_t skipped_before_ = 0;         // rows before it are not wanted
};

}  // namespace tidemill
