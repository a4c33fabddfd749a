// connectors/filesystem/file_chunk.h - a stretch of a file that is decoded on the I/O pool while the task goes on.
// Rule: what a chunk cannot do exactly as the task would, it leaves to the task.
//
// A chunk begins and ends where records do. It is decoded as if it were a file of its own: its lines count from 1, and
// whoever hands its rows out adds the lines before it.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "connectors/spi/format.h"
#include "env/environment.h"

namespace tidemill {

// What one call of Decoder::next gave.
struct DecodedPart {
  std::optional<DecodedRows> rows;  // null: nothing but records left out
  DecoderPosition end;              // just behind them; its line counts from the chunk's
  int64_t records_in_errors = 0;    // left out, or with a value left out, since the part before
  size_t bytes = 0;                 // of the columns
};

// What the chunks of one open file have in common. Shared with the pool: a reader that goes does not wait for it.
struct ChunkInput {
  std::string split;
  std::shared_ptr<const DecodingFormat> format;
  std::shared_ptr<ReadableFile> file;
  std::string state;  // of the format, where any chunk begins
  // Records that cannot be read are counted; otherwise their chunk is left to the task.
  bool leave_out = false;
  size_t block_bytes = 0;
  std::atomic<bool> cancelled = false;  // nobody wants the rows any more
};

// Decodes one chunk after the other, so that its scratch is not made anew. One thread at a time.
class ChunkDecoder {
 public:
  explicit ChunkDecoder(std::shared_ptr<const ChunkInput> input);
  ~ChunkDecoder();

  // Decodes bytes begin … end of the file, and gives each part to `take`. Returns false where the rest must be left to
  // the task: a record that must be reported, an error of the file, nobody wants it any more.
  bool decode(int64_t begin, int64_t end, int32_t max_rows, const std::function<void(DecodedPart)>& take);
  size_t memory_bytes() const;

 private:
  class Errors;
  bool decode_rows(int64_t begin, int64_t end, int32_t max_rows, const std::function<void(DecodedPart)>& take);

  const std::shared_ptr<const ChunkInput> input_;
  std::unique_ptr<Errors> errors_;
  std::unique_ptr<Decoder> decoder_;  // null: not used yet
};

// One chunk: made and read by the task, filled by the pool.
class FileChunk {
 public:
  FileChunk(int64_t begin, int64_t end, int32_t max_rows, std::unique_ptr<ChunkDecoder> decoder)
      : begin_(begin), end_(end), max_rows_(max_rows), decoder_(std::move(decoder)) {}

  // Hands the chunk to the I/O pool. `wake` is called on an executor thread once it is decoded, if the task waits for
  // it.
  static void submit(const std::shared_ptr<FileChunk>& chunk, Executor& executor, std::function<void()> wake);

  int64_t end() const { return end_; }
  int32_t max_rows() const { return max_rows_; }
  // Returns whether the parts are there; where they are not, the task is woken when they are.
  bool await();
  // These three require: await() was true.
  std::deque<DecodedPart>& parts() { return parts_; }
  bool left_to_task() const { return left_to_task_; }
  // Gives the decoder back, to be used again; nullptr where it must not be.
  std::unique_ptr<ChunkDecoder> take_decoder() { return left_to_task_ ? nullptr : std::move(decoder_); }
  // Bytes held, an estimate until it is decoded.
  size_t memory_bytes() const;

 private:
  const int64_t begin_;
  const int64_t end_;
  const int32_t max_rows_;
  // The pool's until ready_.
  std::unique_ptr<ChunkDecoder> decoder_;
  std::deque<DecodedPart> parts_;
  bool left_to_task_ = false;
  std::atomic<bool> ready_ = false;
  std::atomic<bool> awaited_ = false;
};

}  // namespace tidemill
