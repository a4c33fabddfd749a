// formats/parquet/parquet_decoder.h - the rows of a Parquet file. Rule: columns are found by name, only those wanted
// are read, a row group after the other; a position is the number of a row.
//
// A piece is what one call of the work of read_ahead() reads: a batch of Arrow's, as rows. Its state is shared with the
// pool, so that a decoder that goes does not wait for it.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "connectors/spi/format.h"
#include "formats/parquet/parquet_file.h"

namespace tidemill {

class ParquetDecoder final : public FileDecoder {
 public:
  // Throws UserError as ParquetFile does.
  ParquetDecoder(const ParquetLibrary& library, ParquetReading reading, std::shared_ptr<ReadableFile> file,
                 const std::string& split, const DecoderPosition& position);
  std::optional<DecodedRows> next(int32_t max_rows) override;
  bool ended() const override { return ended_; }
  std::function<void()> read_ahead(int32_t max_rows) override;
  DecoderPosition position() const override { return {0, next_row_ + 1, {}}; }
  size_t memory_bytes() const override;

 private:
  struct Piece;

  DecodedRows hand_out(int32_t max_rows);

  std::shared_ptr<ParquetFile> file_;
  std::shared_ptr<Piece> ahead_;  // being read, or read; null: neither
  std::deque<DecodedRows> rows_;  // to be handed out
  int64_t next_row_ = 0;          // its number in the file, from 0
  bool ended_ = false;
};

}  // namespace tidemill
