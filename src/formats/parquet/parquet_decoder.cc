#include "formats/parquet/parquet_decoder.h"

#include <algorithm>
#include <atomic>
#include <exception>

namespace tidemill {

// What the pool fills; `ready` is set last.
struct ParquetDecoder::Piece {
  std::vector<DecodedRows> rows;  // none: all is read
  std::exception_ptr error;
  std::atomic<size_t> bytes = 0;
  std::atomic<bool> ready = false;
};

ParquetDecoder::ParquetDecoder(const ParquetLibrary& library, ParquetReading reading,
                               std::shared_ptr<ReadableFile> file, const std::string& split,
                               const DecoderPosition& position)
    : next_row_(position.line - 1) {
  file_ = std::make_shared<ParquetFile>(library, std::move(reading), std::move(file), split, next_row_);
}

std::function<void()> ParquetDecoder::read_ahead(int32_t max_rows) {
  if (ahead_ || ended_) return {};
  ahead_ = std::make_shared<Piece>();
  return [file = file_, piece = ahead_, max_rows] {
    try {
      piece->rows = file->read(max_rows);
      size_t bytes = 0;
      for (const DecodedRows& rows : piece->rows)
        for (const ColumnPtr& column : rows.columns) bytes += column->memory_bytes();
      piece->bytes = bytes;
    } catch (...) {
      piece->error = std::current_exception();
    }
    piece->ready.store(true);
  };
}

std::optional<DecodedRows> ParquetDecoder::next(int32_t max_rows) {
  if (rows_.empty() && ahead_ && ahead_->ready.load()) {
    const std::shared_ptr<Piece> piece = std::exchange(ahead_, nullptr);
    if (piece->error) std::rethrow_exception(piece->error);
    ended_ = piece->rows.empty();
    for (DecodedRows& rows : piece->rows) rows_.push_back(std::move(rows));
  }
  if (rows_.empty()) return std::nullopt;
  return hand_out(max_rows);
}

DecodedRows ParquetDecoder::hand_out(int32_t max_rows) {
  DecodedRows rows = std::move(rows_.front());
  rows_.pop_front();
  if (rows.num_rows > max_rows) {
    DecodedRows rest;
    rest.num_rows = rows.num_rows - max_rows;
    rest.first_line = rows.first_line + max_rows;
    for (ColumnPtr& column : rows.columns) {
      rest.columns.push_back(column->slice(max_rows, rest.num_rows));
      column = column->slice(0, max_rows);
    }
    rows.num_rows = max_rows;
    rows_.push_front(std::move(rest));
  }
  next_row_ = rows.first_line - 1 + rows.num_rows;
  return rows;
}

size_t ParquetDecoder::memory_bytes() const {
  size_t bytes = file_->memory_bytes() + (ahead_ ? ahead_->bytes.load() : 0);
  for (const DecodedRows& rows : rows_)
    for (const ColumnPtr& column : rows.columns) bytes += column->memory_bytes();
  return bytes;
}

}  // namespace tidemill
