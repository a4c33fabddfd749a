#include "connectors/filesystem/file_chunk.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {
namespace {

// Thrown through a decoder, which keeps no row of the record at hand.
struct MustBeReported {};

size_t bytes_of(const DecodedRows& rows) {
  size_t bytes = rows.lines ? rows.lines->size() * sizeof(int64_t) : 0;
  for (const ColumnPtr& column : rows.columns) {
    bytes += column->memory_bytes();
    for (const BufferPtr& text : column->text_buffers()) bytes -= text->size();  // the chunk's own bytes: counted once
  }
  return bytes;
}

}  // namespace

class ChunkDecoder::Errors final : public RecordErrorTarget {
 public:
  explicit Errors(bool leave_out) : leave_out_(leave_out) {}
  void reject(std::string_view, const RecordError&) override {
    if (!leave_out_) throw MustBeReported();
    ++count_;
  }
  void ignore_value() override { ++count_; }
  void ignore_record() override { ++count_; }
  int64_t take() { return std::exchange(count_, 0); }

 private:
  const bool leave_out_;
  int64_t count_ = 0;
};

ChunkDecoder::ChunkDecoder(std::shared_ptr<const ChunkInput> input)
    : input_(std::move(input)), errors_(std::make_unique<Errors>(input_->leave_out)) {}

ChunkDecoder::~ChunkDecoder() = default;

size_t ChunkDecoder::memory_bytes() const { return decoder_ ? decoder_->memory_bytes() : 0; }

bool ChunkDecoder::decode(int64_t begin, int64_t end, int32_t max_rows, const std::function<void(DecodedPart)>& take) {
  try {
    return decode_rows(begin, end, max_rows, take);
  } catch (const MustBeReported&) {
    return false;
  } catch (const UserError&) {
    return false;  // with the number of a line of this chunk: the task says it right
  } catch (const TransientError&) {
    return false;  // the task reads again
  }
}

bool ChunkDecoder::decode_rows(int64_t begin, int64_t end, int32_t max_rows,
                               const std::function<void(DecodedPart)>& take) {
  const DecoderPosition start{begin, 1, input_->state};
  if (decoder_)
    decoder_->restart(start);
  else
    decoder_ = input_->format->make_decoder(input_->split, start, *errors_);
  for (int64_t offset = begin; !input_->cancelled.load();) {
    const bool whole = offset == end;
    std::optional<DecodedRows> rows = decoder_->next(max_rows, whole);
    const bool decoded = !rows && whole;
    // A chunk ends where a record does; if its decoder sees that otherwise, the task shall see what is there.
    if (decoded && decoder_->position().byte_offset != end) return false;
    if (rows || decoded) {
      DecodedPart part{std::move(rows), decoder_->position(), errors_->take()};
      part.bytes = part.rows ? bytes_of(*part.rows) : 0;
      take(std::move(part));
      if (decoded) return true;
      continue;
    }
    const size_t wanted = std::min(input_->block_bytes, static_cast<size_t>(end - offset));
    const size_t bytes = input_->file->read_at(offset, decoder_->room(wanted).first(wanted));
    if (bytes == 0) return false;  // the file was cut: the task finds its end
    decoder_->filled(bytes);
    offset += static_cast<int64_t>(bytes);
  }
  return false;
}

void FileChunk::submit(const std::shared_ptr<FileChunk>& chunk, Executor& executor, std::function<void()> wake) {
  executor.block(
      [chunk] {
        chunk->left_to_task_ =
            !chunk->decoder_->decode(chunk->begin_, chunk->end_, chunk->max_rows_,
                                     [&](DecodedPart part) { chunk->parts_.push_back(std::move(part)); });
      },
      [chunk, wake = std::move(wake)](std::exception_ptr error) {
        if (error) chunk->left_to_task_ = true;  // the task meets it again
        chunk->ready_.store(true);
        if (chunk->awaited_.load()) wake();
      });
}

bool FileChunk::await() {
  if (ready_.load(std::memory_order_acquire)) return true;
  // Announce first, look again second: whoever is ready after that look sees the announcement.
  awaited_.store(true);
  return ready_.load();
}

size_t FileChunk::memory_bytes() const {
  auto bytes = static_cast<size_t>(end_ - begin_);
  if (!ready_.load(std::memory_order_acquire)) return bytes;
  if (decoder_) bytes += decoder_->memory_bytes();
  for (const DecodedPart& part : parts_) bytes += part.bytes;
  return bytes;
}

}  // namespace tidemill
