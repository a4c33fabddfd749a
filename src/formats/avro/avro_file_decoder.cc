#include "formats/avro/avro_file_decoder.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

constexpr int64_t kEmptyRecordsMax = int64_t{1} << 20;  // of one block, where a record takes no bytes

}  // namespace

AvroFileDecoder::AvroFileDecoder(const AvroSettings& settings, std::string split, const DecoderPosition& position,
                                 RecordErrorTarget& errors)
    : settings_(settings),
      split_(std::move(split)),
      rejection_("Avro", errors),
      errors_(errors),
      rows_(settings.types),
      reader_(rows_) {
  restart(position);
}

void AvroFileDecoder::restart(const DecoderPosition& position) {
  buffer_.clear();
  rows_.clear();
  in_block_ = false;
  block_memory_ = nullptr;
  to_skip_ = 0;
  base_offset_ = position.byte_offset;
  number_ = position.line;
  returned_ = position;
  if (position.state.empty()) {
    opened_.reset();
    return;
  }
  const char* const end = position.state.data() + position.state.size();
  const auto [behind, error] = std::from_chars(position.state.data(), end, to_skip_);
  const bool good = error == std::errc() && behind != end && *behind == ' ' && to_skip_ >= 0;
  number_ -= to_skip_;  // counted again
  const std::string_view state = good ? std::string_view(behind + 1, end) : std::string_view();
  if (opened_ && opened_->state == state) return;
  const std::optional<AvroFileHeader> header = AvroFileHeader::of_state(state);
  if (!header)
    throw UserError(fmt::format("A saved position in {} is damaged", split_),
                    "The checkpoint cannot be used; restore an older one.");
  open(*header);
}

void AvroFileDecoder::open(AvroFileHeader header) {
  const AvroSchemaPtr schema = AvroSchema::parse(header.schema, fmt::format("of {}", split_));
  opened_ = std::make_unique<Opened>();
  Opened& opened = *opened_;
  opened.state = header.to_state();
  opened.header = std::move(header);
  opened.program = settings_.compile(schema->root(), split_);
  opened.record_bytes_min = schema->root().bytes_min;
}

void AvroFileDecoder::refuse(const std::string& what) const {
  throw UserError(fmt::format("Table '{}': {} cannot be read as an Avro file, from byte {} on: {}", settings_.table,
                              split_, base_offset_, what),
                  "Restore the file, or take it out of the directory.");
}

std::optional<DecodedRows> AvroFileDecoder::next(int32_t max_rows, bool flush) {
  rows_.reserve(max_rows);
  while (!rows_.full()) {
    if (!opened_ && !read_header()) break;
    if (!in_block_ && !open_block()) break;
    while (!rows_.full() && block_done_ < block_records_) read_record();
    if (block_done_ == block_records_) close_block();
  }
  if (rows_.num_rows() > 0 && !rows_.full() && !flush && !buffer_.ended()) return std::nullopt;
  note_position();
  if (rows_.num_rows() == 0) return std::nullopt;
  return rows_.take();
}

void AvroFileDecoder::note_position() {
  returned_.byte_offset = base_offset_;
  returned_.line = number_ + to_skip_;
  returned_.state = opened_ ? fmt::format("{} {}", in_block_ ? block_done_ : to_skip_, opened_->state) : "";
}

bool AvroFileDecoder::read_header() {
  const std::string_view bytes(buffer_.size() > 0 ? buffer_.data() : "", buffer_.size());
  AvroCursor cursor(bytes);
  AvroFileHeader header;
  std::string complaint;
  switch (read_avro_header(cursor, header, complaint)) {
    case AvroHeaderRead::kDamaged:
      refuse(complaint);
    case AvroHeaderRead::kCutOff:
      if (buffer_.ended() || buffer_.size() > kAvroBlockBytesMax)
        refuse(bytes.empty() ? "it is empty" : "its header is cut off");
      return false;
    case AvroHeaderRead::kWhole:
      break;
  }
  open(std::move(header));
  buffer_.consume(cursor.offset());
  base_offset_ += static_cast<int64_t>(cursor.offset());
  return true;
}

bool AvroFileDecoder::open_block() {
  if (buffer_.size() == 0) {
    if (buffer_.ended() && to_skip_ > 0) refuse("it was longer when it was read before");
    return false;
  }
  AvroCursor cursor(std::string_view(buffer_.data(), buffer_.size()));
  int64_t records = 0;
  int64_t bytes = 0;
  std::string_view stored, sync;
  const bool has_head = read_avro_block_head(cursor, records, bytes);
  if (has_head && static_cast<uint64_t>(bytes) > kAvroBlockBytesMax)
    refuse(fmt::format("a block of {} bytes; {} are the most", bytes, kAvroBlockBytesMax));
  const bool whole =
      has_head && cursor.read(static_cast<size_t>(bytes), stored) && cursor.read(opened_->header.sync.size(), sync);
  if (!whole) {
    // Two numbers take 20 bytes at most: what has more and no head is damaged.
    if (!has_head && buffer_.size() > 20) refuse("no block begins there");
    if (buffer_.ended()) refuse("its last block is cut off");
    return false;
  }
  if (!std::ranges::equal(sync, opened_->header.sync)) refuse("no sync marker ends its block");
  block_memory_ = buffer_.memory();
  if (opened_->header.codec != AvroCodec::kNull) {
    const auto text = std::make_shared<std::string>();
    const std::string complaint = decompress_avro_block(opened_->header.codec, stored, *text);
    if (!complaint.empty()) refuse("a block cannot be decompressed: " + complaint);
    stored = *text;
    block_memory_ = Buffer::wrap(text->data(), text->size(), text);
  }
  check_block(records, stored);
  in_block_ = true;
  block_ = AvroCursor(stored);
  block_records_ = records;
  block_done_ = 0;
  block_bytes_ = cursor.offset();
  skip_done();
  return true;
}

void AvroFileDecoder::check_block(int64_t records, std::string_view bytes) const {
  const int64_t least = opened_->record_bytes_min;
  const int64_t most = least > 0 ? static_cast<int64_t>(bytes.size()) / least : kEmptyRecordsMax;
  if (records > most) refuse(fmt::format("a block of {} bytes cannot hold {} records", bytes.size(), records));
  if (to_skip_ > records) refuse("it was another file when it was read before");
}

void AvroFileDecoder::skip_done() {
  for (; to_skip_ > 0; --to_skip_) {
    ++number_;
    ++block_done_;
    if (reader_.read(opened_->program, block_, rows_.num_rows(), true) != AvroRowReader::Result::kBroken) continue;
    number_ += block_records_ - block_done_;  // lost, and told before
    block_done_ = block_records_;
    to_skip_ = 0;
    return;
  }
}

void AvroFileDecoder::read_record() {
  const size_t begin = block_.offset();
  const AvroRowReader::Result result = reader_.read(opened_->program, block_, rows_.num_rows(), true);
  const int64_t number = number_++;
  ++block_done_;
  const bool is_last = block_done_ == block_records_;
  if (result == AvroRowReader::Result::kRow && is_last && block_.left() > 0) {
    rejection_.reject(split_, number, "",
                      fmt::format("{} bytes are left behind the last record of its block", block_.left()), "",
                      block_.between(begin, block_.offset()));
    return;
  }
  if (result == AvroRowReader::Result::kRow) {
    if (reader_.nulled()) rejection_.ignore_value();
    rows_.keep(block_memory_);
    rows_.commit_row(number);
    return;
  }
  if (result == AvroRowReader::Result::kAbsent) return;
  const bool is_broken = result == AvroRowReader::Result::kBroken;
  std::string message = reader_.failure();
  const int64_t behind = is_broken ? block_records_ - block_done_ : 0;
  if (behind > 0) message += fmt::format("; the {} records behind it in its block are lost with it", behind);
  rejection_.reject(split_, number, settings_.name_of(reader_.failed_slot()), std::move(message), "",
                    block_.between(begin, block_.offset()));
  if (is_broken) lose_rest();
}

void AvroFileDecoder::lose_rest() {
  for (; block_done_ < block_records_; ++block_done_, ++number_) errors_.ignore_record();
}

void AvroFileDecoder::close_block() {
  buffer_.consume(block_bytes_);
  base_offset_ += static_cast<int64_t>(block_bytes_);
  in_block_ = false;
  block_memory_ = nullptr;
}

size_t AvroFileDecoder::memory_bytes() const {
  const bool is_own = block_memory_ && opened_ && opened_->header.codec != AvroCodec::kNull;
  return buffer_.memory_bytes() + rows_.memory_bytes() + (is_own ? block_memory_->size() : 0);
}

RecordEnds avro_record_ends(const DecoderPosition& position) {
  return position.state.starts_with("0 ") ? RecordEnds::kScanned : RecordEnds::kUnknown;
}

size_t whole_avro_blocks(std::string_view text) {
  size_t whole = 0;
  for (AvroCursor cursor(text);;) {
    int64_t records = 0;
    int64_t bytes = 0;
    if (!read_avro_block_head(cursor, records, bytes)) return whole;
    if (static_cast<uint64_t>(bytes) > cursor.left() || !cursor.skip(static_cast<size_t>(bytes))) return whole;
    if (!cursor.skip(sizeof(AvroSync))) return whole;
    whole = cursor.offset();
  }
}

}  // namespace tidemill
