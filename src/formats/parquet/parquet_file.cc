#include "formats/parquet/parquet_file.h"

#include <algorithm>

#include "base/error.h"

namespace tidemill {
namespace {

// Releases what it holds.
template <class T>
struct Owned : T {
  Owned() : T{} {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (this->release != nullptr) this->release(this);
  }
};

int32_t find_column(const ArrowSchema& schema, const std::string& name) {
  for (int32_t i = 0; i < schema.n_children; ++i)
    if (schema.children[i]->name == name) return i;
  return -1;
}

}  // namespace

ParquetFile::ParquetFile(const ParquetLibrary& library, ParquetReading reading, std::shared_ptr<ReadableFile> file,
                         std::string name, int64_t first_row)
    : reading_(std::move(reading)), name_(std::move(name)) {
  ParquetReadSettings settings;
  settings.batch_rows = reading_.batch_rows;
  settings.int96_nanoseconds = std::ranges::any_of(reading_.columns, [](const Field& field) {
    return field.type.any([](const Type& type) { return type.is_timestamp() && type.precision > 6; });
  });
  reader_ = library.open(std::move(file), name_, settings);
  Owned<ArrowSchema> schema;
  reader_->export_schema(schema);
  bind_columns(schema);
  bind_conditions(schema);
  choose_row_groups(first_row);
}

void ParquetFile::bind_columns(const ArrowSchema& schema) {
  std::vector<int32_t> places;  // by column wanted; -1: the file does not have it
  for (const Field& field : reading_.columns) {
    const int32_t found = places.emplace_back(find_column(schema, field.name));
    Source& source = sources_.emplace_back();
    if (found >= 0) {
      source.import = ArrowImport::bind(*schema.children[found], field.type);
      file_columns_.push_back(found);
      if (!source.import)
        throw UserError(fmt::format("Table '{}': column '{}' is {}, but in {} it is {}", reading_.table, field.name,
                                    field.type.to_string(), name_, arrow_type_text(*schema.children[found])),
                        "Declare it as it is in the file, and cast it in the query.");
    } else if (!field.type.nullable) {
      throw UserError(fmt::format("Table '{}': column '{}' is NOT NULL, but {} does not have it", reading_.table,
                                  field.name, name_),
                      "A column that a file lacks is NULL: declare it without NOT NULL.");
    }
  }
  std::ranges::sort(file_columns_);
  for (size_t i = 0; i < sources_.size(); ++i)
    if (places[i] >= 0)
      sources_[i].place =
          static_cast<int32_t>(std::ranges::lower_bound(file_columns_, places[i]) - file_columns_.begin());
}

void ParquetFile::bind_conditions(const ArrowSchema& schema) {
  for (const ColumnCondition& condition : reading_.conditions) {
    const Field& field = reading_.table_columns[static_cast<size_t>(condition.column)];
    FilteredColumn column;
    column.condition = condition;
    column.type = field.type;
    column.column = find_column(schema, field.name);
    // What cannot be read as declared is told where it is read.
    if (column.column >= 0 && !ArrowImport::bind(*schema.children[column.column], field.type)) continue;
    if (column.column >= 0 && !parse_arrow_format(*schema.children[column.column], column.format)) continue;
    conditions_.push_back(std::move(column));
  }
}

void ParquetFile::choose_row_groups(int64_t first_row) {
  int64_t row = 0;
  int32_t index = 0;
  for (const int64_t rows : reader_->row_groups()) {
    const bool wanted = row + rows > first_row && rows > 0;
    if (wanted && may_have_rows(*reader_, index, rows, conditions_)) row_groups_.push_back({index, row, rows});
    row += rows;
    ++index;
  }
  if (first_row > row)
    throw UserError(fmt::format("Table '{}': {} has {} rows, but was read up to row {} before", reading_.table, name_,
                                row, first_row),
                    "The file was replaced since the checkpoint: restore the file, or start without state.");
  skipped_before_ = first_row;
}

bool ParquetFile::open_row_group() {
  if (next_group_ == row_groups_.size()) return false;
  const RowGroup& group = row_groups_[next_group_++];
  next_row_ = group.first_row;
  group_left_ = group.rows;
  rows_ = file_columns_.empty() ? nullptr : reader_->read(group.index, file_columns_);
  return true;
}

std::vector<DecodedRows> ParquetFile::read(int32_t max_rows) {
  for (;;) {
    if (group_left_ == 0 && !open_row_group()) return {};
    Owned<ArrowArray> array;
    int64_t length = std::min<int64_t>(group_left_, reading_.batch_rows);
    if (rows_) {
      if (!rows_->next(array))
        throw UserError(
            fmt::format("Parquet file '{}' cannot be read: a row group ends {} rows early", name_, group_left_),
            "The file is damaged.");
      length = array.length;
    }
    if (length > group_left_)
      throw UserError(fmt::format("Parquet file '{}' cannot be read: a row group has too many rows", name_),
                      "The file is damaged.");
    const int64_t begin = next_row_;
    next_row_ += length;
    group_left_ -= length;
    if (next_row_ <= skipped_before_) continue;
    const int64_t first = std::max<int64_t>(0, skipped_before_ - begin);
    if (length > first) return cut(array, first, length, max_rows);
  }
}

std::vector<DecodedRows> ParquetFile::cut(const ArrowArray& array, int64_t first, int64_t length, int32_t max_rows) {
  std::vector<DecodedRows> pieces;
  const int64_t begin = next_row_ - length;
  for (int64_t row = first; row < length; row += max_rows) {
    DecodedRows rows = to_rows(array, row, static_cast<int32_t>(std::min<int64_t>(max_rows, length - row)));
    rows.first_line = begin + row + 1;
    pieces.push_back(std::move(rows));
  }
  return pieces;
}

DecodedRows ParquetFile::to_rows(const ArrowArray& array, int64_t first, int32_t count) const {
  DecodedRows rows;
  rows.num_rows = count;
  for (size_t i = 0; i < sources_.size(); ++i) {
    const Field& field = reading_.columns[i];
    const Source& source = sources_[i];
    if (!source.import) {
      rows.columns.push_back(Column::all_null(field.type, count));
      continue;
    }
    try {
      rows.columns.push_back(source.import->read(*array.children[source.place], static_cast<int32_t>(first), count));
    } catch (const UserError& error) {
      throw UserError(
          fmt::format("Table '{}': column '{}' in {}, rows {} to {}: {}", reading_.table, field.name, name_,
                      next_row_ - array.length + first + 1, next_row_ - array.length + first + count, error.what()),
          error.hint());
    }
  }
  return rows;
}

}  // namespace tidemill
