// connectors/spi/decoding/rows_builder.h - the rows that a decoder has ready. Rule: a row exists once it is committed;
// whatever was set before that may be set again.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "connectors/spi/decoding/column_filler.h"
#include "connectors/spi/format.h"

namespace tidemill {

class RowsBuilder {
 public:
  explicit RowsBuilder(const std::vector<Type>& types);

  // Makes room for rows_max rows where no row is held; otherwise the room stays as it is.
  void reserve(int32_t rows_max);
  int32_t num_rows() const { return num_rows_; }
  bool full() const { return num_rows_ == capacity_; }
  int32_t num_columns() const { return static_cast<int32_t>(columns_.size()); }
  ColumnFiller& column(int32_t index) { return columns_[static_cast<size_t>(index)]; }

  // The columns of row num_rows() are set: it came from this line.
  void commit_row(int64_t line) {
    if (line != first_line_ + num_rows_ || !lines_.empty()) [[unlikely]]
      note_line(line);
    ++num_rows_;
  }
  // The same for a row of this kind.
  void commit_row(int64_t line, RowKind kind) {
    if (kind != RowKind::kInsert || !kinds_.empty()) note_kind(kind);
    commit_row(line);
  }
  // Texts of this and later rows may point into `memory`.
  void keep(const std::shared_ptr<Buffer>& memory) {
    if (kept_.empty() || kept_.back() != memory) kept_.push_back(memory);
  }
  // Holds no rows any more.
  void clear();
  // Returns the rows held, and holds none.
  DecodedRows take();

  // Bytes of the rows held; not of what keep() was told.
  size_t memory_bytes() const;

 private:
  void note_line(int64_t line);
  void note_kind(RowKind kind);

  std::vector<ColumnFiller> columns_;
  int32_t capacity_ = 0;
  int32_t num_rows_ = 0;
  int64_t first_line_ = 0;
  std::vector<int64_t> lines_;  // empty: first_line_ + row
  std::vector<RowKind> kinds_;  // empty: inserts
  std::vector<BufferPtr> kept_;
};

}  // namespace tidemill
