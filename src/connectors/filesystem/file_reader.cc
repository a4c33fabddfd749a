#include "connectors/filesystem/file_reader.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "connectors/filesystem/indexed_file.h"
#include "data/column_builder.h"

namespace tidemill {
namespace {

constexpr int32_t kOpenFilesMax = 64;  // far below the usual limit of 1,024 descriptors

}  // namespace

FileReader::FileReader(const FileSourceSettings& settings, Environment& environment, const Subtask& subtask)
    : settings_(settings),
      environment_(environment),
      files_(environment.files),
      executor_(environment.executor),
      threads_(subtask.parallelism),
      errors_(settings.errors, settings.table, environment, subtask) {}

void FileReader::set_wake(std::function<void()> wake) {
  if (threads_ == 1) return;
  allowance_ = {threads_ * settings_.reading.chunks_ahead, std::move(wake)};
}

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
  std::shared_ptr<ReadableFile> file = files_.open_read(split.split.id);
  if (position.byte_offset > file->size_bytes())
    throw UserError(fmt::format("Table '{}': {} has {} bytes, but was read up to byte {} before", settings_.table,
                                split.split.id, file->size_bytes(), position.byte_offset),
                    "The file was replaced or cut since the checkpoint: restore the file, or start without state.");
  if (auto decoder = settings_.format->make_file_decoder(environment_, file, split.split.id, position))
    split.decoding = std::make_unique<IndexedFile>(std::move(decoder), executor_, allowance_);
  else
    split.decoding = std::make_unique<FileDecoding>(settings_, split.split.id, std::move(file), position, executor_,
                                                    errors_, allowance_);
  ++open_;
  find_constants(split);
}

void FileReader::find_constants(FileSplit& split) {
  const Partitioning& partitioning = settings_.partitioning;
  if (!partitioning.columns.empty() && split.partition.empty()) {
    const auto values = find_partition(partitioning, directory_of(split.split.id));
    if (!values)
      throw UserError(
          fmt::format("Table '{}': {} is in no directory of its partitions", settings_.table, split.split.id),
          "PARTITIONED BY has changed since the checkpoint: start without state.");
    for (size_t i = 0; i < values->size(); ++i)
      split.partition.push_back(partition_value(partitioning.columns[i], (*values)[i], partitioning.default_name,
                                                settings_.table, split.split.id));
  }
  if (!split.metadata.empty() || settings_.metadata.empty()) return;
  const FileInfo info = files_.info(split.split.id);
  for (const FileMetadata& metadata : settings_.metadata)
    if (!metadata.of_format) split.metadata.push_back(metadata_column(metadata.key, info));
}

void FileReader::close_least_recent() {
  FileSplit* oldest = nullptr;
  for (const auto& split : splits_)
    if (split->decoding && (oldest == nullptr || split->polled_at < oldest->polled_at)) oldest = split.get();
  CHECK(oldest != nullptr);
  oldest->split.position = oldest->decoding->position().to_string();
  oldest->decoding = nullptr;
  count_memory(*oldest);
  --open_;
}

void FileReader::count_memory(FileSplit& split) {
  held_bytes_ -= split.held_bytes;
  split.held_bytes = split.decoding ? split.decoding->memory_bytes() : 0;
  held_bytes_ += split.held_bytes;
}

ReadResult FileReader::poll(int32_t max_rows, std::string_view preferred) {
  ReadResult result;
  if (splits_.empty()) {
    result.next = ReadResult::Next::kEnd;
    return result;
  }
  FileSplit& split = choose(preferred);
  split.polled_at = ++polls_;
  if (!split.decoding) open(split);
  FileRows::Step step = split.decoding->next(max_rows);
  errors_.flush();
  result.rejected = errors_.take_rejected();
  result.split = *split.name;
  switch (step.next) {
    case FileRows::Next::kRows:
      result.batch = to_batch(split, std::move(*step.rows));
      break;
    case FileRows::Next::kMore:
      break;
    case FileRows::Next::kPending:
      result.next = ReadResult::Next::kWait;
      result.wake_at = kMaxWatermark;
      break;
    case FileRows::Next::kEnd:
      result.split_ended = true;
      split.decoding = nullptr;
      --open_;
  }
  count_memory(split);
  if (result.split_ended) drop(split, result);
  return result;
}

void FileReader::drop(FileSplit& split, ReadResult& result) {
  ended_name_ = split.name;
  std::erase_if(splits_, [&](const auto& other) { return other.get() == &split; });
  if (splits_.empty()) result.next = ReadResult::Next::kEnd;
}

Batch FileReader::to_batch(const FileSplit& split, DecodedRows rows) const {
  const size_t physical = static_cast<size_t>(settings_.schema->size()) - settings_.metadata.size();
  auto of_format = rows.columns.begin();
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < physical; ++i) {
    const int32_t partition = settings_.partition_of.empty() ? -1 : settings_.partition_of[i];
    columns.push_back(partition < 0
                          ? *of_format++
                          : Column::constant(*split.partition[static_cast<size_t>(partition)], rows.num_rows));
  }
  auto of_file = split.metadata.begin();
  for (const FileMetadata& metadata : settings_.metadata)
    columns.push_back(metadata.of_format ? *of_format++ : Column::constant(**of_file++, rows.num_rows));
  Batch batch(settings_.schema, std::move(columns), rows.num_rows, std::move(rows.kinds));
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
        {split->split.id, split->decoding ? split->decoding->position().to_string() : split->split.position});
  return positions;
}

}  // namespace tidemill
