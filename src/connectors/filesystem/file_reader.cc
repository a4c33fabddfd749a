#include "connectors/filesystem/file_reader.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "data/column_builder.h"

namespace tidemill {
namespace {

constexpr size_t kChunkBytes = size_t{256} << 10;    // stays in the second-level cache between reading and decoding
constexpr int64_t kPollBytesMax = int64_t{4} << 20;  // a poll is short, also where records are left out
constexpr int32_t kOpenFilesMax = 64;                // far below the usual limit of 1,024 descriptors

}  // namespace

FileReader::FileReader(const FileSourceSettings& settings, Environment& environment, const Subtask& subtask)
    : settings_(settings), files_(environment.files), errors_(settings.errors, settings.table, environment, subtask) {}

void FileReader::add_splits(std::vector<Split> splits) {
  for (Split& split : splits) {
    auto added = std::make_unique<FileSplit>();
    added->name = std::make_shared<const std::string>(split.id);
    added->split = std::move(split);
    splits_.push_back(std::move(added));
  }
}

FileReader::FileSplit& FileReader::choose(std::string_view preferred) {
  for (const auto& split : splits_)
    if (split->split.id == preferred) return *split;
  return *splits_.front();
}

void FileReader::open(FileSplit& split) {
  if (open_ == kOpenFilesMax) close_least_recent();
  const DecoderPosition position = DecoderPosition::parse(split.split.position);
  split.file = files_.open_read(split.split.id);
  if (position.byte_offset > split.file->size_bytes())
    throw UserError(fmt::format("Table '{}': {} has {} bytes, but was read up to byte {} before", settings_.table,
                                split.split.id, split.file->size_bytes(), position.byte_offset),
                    "The file was replaced or cut since the checkpoint: restore the file, or start without state.");
  split.decoder = settings_.format->make_decoder(split.split.id, position, errors_);
  split.read_offset = position.byte_offset;
  split.input_ended = false;
  ++open_;
  if (!split.metadata.empty() || settings_.metadata.empty()) return;
  const FileInfo info = files_.info(split.split.id);
  for (const std::string& key : settings_.metadata) split.metadata.push_back(metadata_column(key, info));
}

void FileReader::close_least_recent() {
  FileSplit* oldest = nullptr;
  for (const auto& split : splits_)
    if (split->file && (oldest == nullptr || split->polled_at < oldest->polled_at)) oldest = split.get();
  CHECK(oldest != nullptr);
  oldest->split.position = oldest->decoder->position().to_string();
  oldest->file = nullptr;
  oldest->decoder = nullptr;
  count_memory(*oldest);
  --open_;
}

void FileReader::count_memory(FileSplit& split) {
  held_bytes_ -= split.held_bytes;
  split.held_bytes = split.decoder ? split.decoder->memory_bytes() : 0;
  held_bytes_ += split.held_bytes;
}

void FileReader::fill(FileSplit& split) {
  const std::span<char> room = split.decoder->room(kChunkBytes);
  const size_t bytes = split.file->read_at(split.read_offset, room);
  split.decoder->filled(bytes);
  split.read_offset += static_cast<int64_t>(bytes);
  if (bytes > 0) return;
  split.decoder->end_input();
  split.input_ended = true;
}

ReadResult FileReader::poll(int32_t max_rows, std::string_view preferred) {
  ReadResult result;
  if (splits_.empty()) {
    result.next = ReadResult::Next::kEnd;
    return result;
  }
  FileSplit& split = choose(preferred);
  split.polled_at = ++polls_;
  if (!split.file) open(split);
  const int64_t read_before = split.read_offset;
  bool enough = false;
  std::optional<DecodedRows> rows;
  while (!(rows = split.decoder->next(max_rows, enough)) && !split.input_ended && !enough) {
    fill(split);
    enough = split.read_offset - read_before >= kPollBytesMax;
  }
  errors_.flush();
  result.split = *split.name;
  const bool ended = !rows && split.input_ended;
  if (ended) split.decoder = nullptr;
  count_memory(split);
  if (rows) {
    result.batch = to_batch(split, std::move(*rows));
  } else if (ended) {
    result.split_ended = true;
    ended_name_ = split.name;
    --open_;
    std::erase_if(splits_, [&](const auto& other) { return other.get() == &split; });
    if (splits_.empty()) result.next = ReadResult::Next::kEnd;
  }
  return result;
}

Batch FileReader::to_batch(const FileSplit& split, DecodedRows rows) const {
  for (const ColumnPtr& column : split.metadata) rows.columns.push_back(Column::constant(*column, rows.num_rows));
  Batch batch(settings_.schema, std::move(rows.columns), rows.num_rows);
  batch.set_origin({split.name, rows.first_line, std::move(rows.lines)});
  return batch;
}

ColumnPtr FileReader::metadata_column(const std::string& key, const FileInfo& info) const {
  if (key == "file.size" || key == "file.modification-time") {
    ColumnBuilder builder(key == "file.size" ? Type::big_int().not_null() : Type::timestamp_ltz(3).not_null());
    builder.append(key == "file.size" ? info.size_bytes : info.modified);
    return builder.finish();
  }
  const size_t slash = info.path.rfind('/');
  const bool whole = key == "file.path" || slash == std::string::npos;
  ColumnBuilder builder(Type::string().not_null());
  builder.append_text(whole ? std::string_view(info.path) : std::string_view(info.path).substr(slash + 1));
  return builder.finish();
}

std::vector<Split> FileReader::positions() const {
  std::vector<Split> positions;
  for (const auto& split : splits_)
    positions.push_back(
        {split->split.id, split->decoder ? split->decoder->position().to_string() : split->split.position});
  return positions;
}

}  // namespace tidemill
