#include "connectors/filesystem/file_decoding.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {
namespace {

constexpr int64_t kStepBytesMax = int64_t{4} << 20;  // a poll is short, also where records are left out
constexpr size_t kLastLineBytes = size_t{16} << 10;  // looked through first for the end of a chunk's last line

}  // namespace

FileDecoding::FileDecoding(const FileSourceSettings& settings, std::string split, std::shared_ptr<ReadableFile> file,
                           const DecoderPosition& position, Executor& executor, RecordErrors& errors,
                           ChunkAllowance& allowance)
    : settings_(settings),
      split_(std::move(split)),
      file_(std::move(file)),
      executor_(executor),
      errors_(errors),
      allowance_(allowance) {
  decode_by_task(position, std::nullopt);
}

FileDecoding::~FileDecoding() { drop_chunks(); }

FileDecoding::Step FileDecoding::next(int32_t max_rows) {
  return decoder_ ? next_by_task(max_rows) : next_of_chunks(max_rows);
}

void FileDecoding::decode_by_task(const DecoderPosition& position, std::optional<int64_t> end) {
  decoder_ = settings_.format->make_decoder(split_, position, errors_);
  read_offset_ = position.byte_offset;
  segment_end_ = end;
  input_ended_ = false;
  chunks_from_ = position.byte_offset + static_cast<int64_t>(settings_.reading.block_bytes);
}

void FileDecoding::fill() {
  auto wanted = static_cast<int64_t>(settings_.reading.block_bytes);
  if (segment_end_) wanted = std::min(wanted, *segment_end_ - read_offset_);
  std::span<char> room = decoder_->room(static_cast<size_t>(wanted));
  if (segment_end_) room = room.first(static_cast<size_t>(wanted));
  const size_t bytes = file_->read_at(read_offset_, room);
  decoder_->filled(bytes);
  read_offset_ += static_cast<int64_t>(bytes);
  if (bytes > 0) return;
  decoder_->end_input();
  input_ended_ = true;
}

FileDecoding::Step FileDecoding::next_by_task(int32_t max_rows) {
  const int64_t read_before = read_offset_;
  const bool may_cut = allowance_.left > 0;
  for (;;) {
    const bool segment_read = segment_end_ && read_offset_ >= *segment_end_;
    const bool cut = segment_read || (may_cut && !segment_end_ && read_offset_ >= chunks_from_);
    const bool enough = read_offset_ - read_before >= kStepBytesMax;
    std::optional<DecodedRows> rows = decoder_->next(max_rows, enough || cut);
    if (rows) return {Next::kRows, std::move(rows)};
    if (input_ended_) return {Next::kEnd};
    if (cut && begin_chunks(max_rows)) return next_of_chunks(max_rows);
    if (enough) return {Next::kMore};
    fill();
  }
}

bool FileDecoding::begin_chunks(int32_t max_rows) {
  const DecoderPosition here = decoder_->position();
  if (segment_end_) {
    const int64_t end = *std::exchange(segment_end_, std::nullopt);
    if (here.byte_offset == end) {
      leave_to_chunks(here);
      return true;
    }
    drop_chunks();  // a record goes on behind the chunk after all: the task reads on
  }
  chunks_from_ = read_offset_ + static_cast<int64_t>(settings_.reading.chunk_bytes);
  record_ends_ = settings_.format->record_ends(here);
  if (record_ends_ == RecordEnds::kUnknown) return false;
  if (!chunk_input_) {
    const bool leave_out = settings_.errors.policy == RecordErrorPolicy::kSkip;
    chunk_input_ = std::make_shared<ChunkInput>(split_, settings_.format, file_, here.state, leave_out,
                                                settings_.reading.block_bytes);
  }
  cut_offset_ = here.byte_offset;
  cut_ended_ = false;
  read_ahead(max_rows);
  if (chunks_.empty()) return false;
  leave_to_chunks(here);
  return true;
}

void FileDecoding::leave_to_chunks(const DecoderPosition& here) {
  returned_ = here;
  lines_before_ = here.line - 1;
  decoder_ = nullptr;
}

void FileDecoding::read_ahead(int32_t max_rows) {
  while (!cut_ended_ && allowance_.left > 0) {
    const size_t bytes = find_chunk(cut_offset_);
    cut_ended_ = bytes == 0;
    if (cut_ended_) return;
    const int64_t end = cut_offset_ + static_cast<int64_t>(bytes);
    if (decoders_.empty()) decoders_.push_back(std::make_unique<ChunkDecoder>(chunk_input_));
    chunks_.push_back(std::make_shared<FileChunk>(cut_offset_, end, max_rows, std::move(decoders_.back())));
    decoders_.pop_back();
    --allowance_.left;
    FileChunk::submit(chunks_.back(), executor_, allowance_.wake);
    cut_offset_ = end;
  }
}

size_t FileDecoding::find_chunk(int64_t offset) {
  if (record_ends_ == RecordEnds::kLineBreaks) return find_last_line(offset);
  scratch_.resize(settings_.reading.chunk_bytes);
  if (file_->read_at(offset, scratch_) < scratch_.size()) return 0;
  return settings_.format->whole_records(scratch_);
}

// Looks from the end of the chunk backwards: most of its text need not be touched here.
size_t FileDecoding::find_last_line(int64_t offset) {
  const size_t chunk_bytes = settings_.reading.chunk_bytes;
  for (size_t looked_at = std::min(kLastLineBytes, chunk_bytes);; looked_at = std::min(looked_at * 8, chunk_bytes)) {
    const size_t before = chunk_bytes - looked_at;
    scratch_.resize(looked_at);
    if (file_->read_at(offset + static_cast<int64_t>(before), scratch_) < looked_at) return 0;
    const size_t found = scratch_.rfind('\n');
    if (found != std::string::npos) return before + found + 1;
    if (looked_at == chunk_bytes) return 0;
  }
}

FileDecoding::Step FileDecoding::next_of_chunks(int32_t max_rows) {
  if (!chunks_.empty() && chunks_.front()->max_rows() != max_rows)
    drop_chunks();  // begun again, in batches of another size
  else
    read_ahead(max_rows);
  while (!chunks_.empty()) {
    FileChunk& chunk = *chunks_.front();
    if (!chunk.await()) return {Next::kPending};
    if (chunk.parts().empty() && chunk.left_to_task()) {
      decode_by_task(returned_, chunk.end());
      pop_chunk();
      return next_by_task(max_rows);
    }
    if (std::optional<Step> step = next_part(chunk)) return std::move(*step);
    if (chunk.left_to_task()) continue;
    lines_before_ = returned_.line - 1;
    pop_chunk();
    read_ahead(max_rows);
  }
  decode_by_task(returned_, std::nullopt);
  return next_by_task(max_rows);
}

std::optional<FileDecoding::Step> FileDecoding::next_part(FileChunk& chunk) {
  while (!chunk.parts().empty()) {
    DecodedPart part = std::move(chunk.parts().front());
    chunk.parts().pop_front();
    errors_.leave_out(part.records_in_errors);
    returned_ = std::move(part.end);
    returned_.line += lines_before_;
    if (!part.rows) continue;
    DecodedRows& rows = *part.rows;
    rows.first_line += lines_before_;
    if (rows.lines && lines_before_ > 0) {
      auto lines = std::make_shared<std::vector<int64_t>>(*rows.lines);
      for (int64_t& line : *lines) line += lines_before_;
      rows.lines = std::move(lines);
    }
    return Step{Next::kRows, std::move(part.rows)};
  }
  return std::nullopt;
}

// Requires: it is decoded.
void FileDecoding::pop_chunk() {
  if (std::unique_ptr<ChunkDecoder> decoder = chunks_.front()->take_decoder()) decoders_.push_back(std::move(decoder));
  chunks_.pop_front();
  ++allowance_.left;
}

void FileDecoding::drop_chunks() {
  if (chunk_input_) chunk_input_->cancelled.store(true);
  chunk_input_ = nullptr;
  decoders_.clear();
  allowance_.left += static_cast<int32_t>(chunks_.size());
  chunks_.clear();
}

size_t FileDecoding::memory_bytes() const {
  size_t bytes = scratch_.capacity() + (decoder_ ? decoder_->memory_bytes() : 0);
  for (const std::unique_ptr<ChunkDecoder>& decoder : decoders_) bytes += decoder->memory_bytes();
  for (const std::shared_ptr<FileChunk>& chunk : chunks_) bytes += chunk->memory_bytes();
  return bytes;
}

}  // namespace tidemill
