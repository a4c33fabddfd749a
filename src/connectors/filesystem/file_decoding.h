// connectors/filesystem/file_decoding.h - the rows of one open file, in order. Rule: the same rows, lines, errors and
// positions whether the task decodes the file or chunks of it are decoded ahead on the I/O pool.
//
// The task decodes by itself: the first block (it has the byte order mark and the header, and small files are not worth
// more), what lies behind the last whole chunk, records longer than a chunk, and the rest of a chunk in which a record
// cannot be read. A position is that of the last row handed out, never of one read ahead.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/filesystem/file_chunk.h"
#include "connectors/filesystem/file_rows.h"
#include "connectors/filesystem/file_source.h"

namespace tidemill {

// Task thread only.
class FileDecoding final : public FileRows {
 public:
  // `settings`, `executor`, `errors` and `allowance` are borrowed. Throws UserError for a position that is damaged.
  FileDecoding(const FileSourceSettings& settings, std::string split, std::shared_ptr<ReadableFile> file,
               const DecoderPosition& position, Executor& executor, RecordErrors& errors, ChunkAllowance& allowance);
  FileDecoding(const FileDecoding&) = delete;
  FileDecoding& operator=(const FileDecoding&) = delete;
  // Does not wait for chunks that are being decoded.
  ~FileDecoding() override;

  Step next(int32_t max_rows) override;
  DecoderPosition position() const override { return decoder_ ? decoder_->position() : returned_; }
  size_t memory_bytes() const override;

 private:
  Step next_by_task(int32_t max_rows);
  Step next_of_chunks(int32_t max_rows);
  // Returns the next rows of the chunk; nullopt: it has no more.
  std::optional<Step> next_part(FileChunk& chunk);
  // The task itself decodes from `position` on: to `end`, or until chunks can be begun.
  void decode_by_task(const DecoderPosition& position, std::optional<int64_t> end);
  // Reads the next block, or learns that the file has ended.
  void fill();
  // Goes over to chunks where the rows handed out end between two records. Returns whether it did.
  bool begin_chunks(int32_t max_rows);
  void leave_to_chunks(const DecoderPosition& here);
  // Hands out as many chunks as are allowed.
  void read_ahead(int32_t max_rows);
  // Returns how many bytes from `offset` on make a chunk, 0: none, the file ends or a record is too long.
  size_t find_chunk(int64_t offset);
  size_t find_last_line(int64_t offset);
  void drop_chunks();
  void pop_chunk();

  const FileSourceSettings& settings_;
  const std::string split_;
  const std::shared_ptr<ReadableFile> file_;
  Executor& executor_;
  RecordErrors& errors_;
  ChunkAllowance& allowance_;

  // By the task.
  std::unique_ptr<Decoder> decoder_;    // null: chunks
  int64_t read_offset_ = 0;             // up to which it was given text
  std::optional<int64_t> segment_end_;  // chunks go on there
  int64_t chunks_from_ = 0;             // where chunks are tried again
  bool input_ended_ = false;

  // By chunks.
  std::shared_ptr<ChunkInput> chunk_input_;              // null: not begun yet
  std::vector<std::unique_ptr<ChunkDecoder>> decoders_;  // not in use
  RecordEnds record_ends_ = RecordEnds::kUnknown;
  std::deque<std::shared_ptr<FileChunk>> chunks_;  // handed out, in order
  int64_t cut_offset_ = 0;                         // where the next one begins
  bool cut_ended_ = false;                         // what is left is the task's
  DecoderPosition returned_;                       // just behind the rows handed out
  int64_t lines_before_ = 0;                       // the first chunk
  std::string scratch_;                            // text that is looked at for its records
};

}  // namespace tidemill
