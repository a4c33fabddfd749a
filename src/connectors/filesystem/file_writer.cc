#include "connectors/filesystem/file_writer.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "env/durable_name.h"

namespace tidemill {
namespace {

constexpr size_t kWriteBytes = size_t{256} << 10;   // handed to the file at a time
constexpr size_t kOpenPartsMax = 64;                // each may hold kWriteBytes
constexpr size_t kDurableDirectoriesMax = 4 << 10;  // remembered

}  // namespace

FileWriter::FileWriter(const FileSinkSettings& settings, Environment& environment, const Subtask& subtask)
    : settings_(settings),
      environment_(environment),
      subtask_(subtask.index),
      writer_(fmt::format("{}{:08x}", subtask.owner, static_cast<uint32_t>(environment.random.next()))) {}

bool FileWriter::is_complete(const Part& part) const {
  const EpochMillis now = environment_.clock.now();
  return part.bytes >= settings_.roll_bytes || now - part.begun >= settings_.roll_interval_ms ||
         now - part.written >= settings_.inactivity_interval_ms;
}

void FileWriter::write(const Batch& batch) {
  const Partitioning& partitioning = settings_.partitioning;
  if (partitioning.columns.empty()) return append(current("", batch, 0), batch);
  std::vector<ColumnPtr> columns;
  for (const int32_t column : partitioning.row_columns) columns.push_back(batch.column(column));
  const Batch rows = batch.with_columns(partitioning.row_schema, std::move(columns));
  for (const RowsOfPartition& partition : rows_by_partition(partitioning, batch)) {
    const bool is_all = static_cast<int32_t>(partition.rows.size()) == batch.num_rows();
    Part& part = current(partition.directory, batch, partition.rows.front());
    append(part, is_all ? rows : rows.take(partition.rows));
  }
}

void FileWriter::append(Part& part, const Batch& rows) {
  const size_t before = part.unwritten.size();
  part.encoder->encode(rows, part.unwritten);
  part.bytes += static_cast<int64_t>(part.unwritten.size() - before);
  part.written = environment_.clock.now();
  part.last_write = ++writes_;
  if (part.unwritten.size() >= kWriteBytes) write_out(part);
}

FileWriter::Part& FileWriter::current(const std::string& directory, const Batch& batch, int32_t first) {
  const auto found = current_.find(directory);
  if (found != current_.end() && !is_complete(*found->second)) return *found->second;
  if (found != current_.end()) write_out(*found->second);
  if (open_.size() == kOpenPartsMax) end_least_recent();
  auto part = std::make_unique<Part>();
  part->directory = directory;
  part->number = next_number_++;
  part->hidden = fmt::format(".part-{}-{}-{}.inprogress", subtask_, writer_, part->number);
  part->begun = environment_.clock.now();
  part->written = part->begun;
  if (settings_.commit) part->due = due_of(directory, batch, first);
  part->encoder = settings_.format->make_file_encoder(environment_);
  part->encoder->begin_file(part->unwritten);
  open_.push_back(part.get());
  current_[directory] = part.get();
  parts_.push_back(std::move(part));
  return *parts_.back();
}

EpochMillis FileWriter::due_of(const std::string& directory, const Batch& batch, int32_t row) const {
  const PartitionCommitSettings& commit = *settings_.commit;
  if (commit.trigger == PartitionCommitSettings::Trigger::kProcessTime)
    return environment_.clock.now() + commit.delay_ms;
  const auto values = find_partition(settings_.partitioning, directory);
  CHECK_MSG(values.has_value(), "{} is no partition", directory);
  const std::optional<EpochMillis> time = time_of_partition(commit, settings_.partitioning, *values);
  if (time) return commit.time_zone.to_instant(*time) + commit.delay_ms;
  throw UserError(
      fmt::format("Table '{}': '{}' of partition '{}' is no time{}", settings_.table,
                  time_text_of_partition(commit, settings_.partitioning, *values), directory,
                  row_origin_text(batch, row)),
      "'sink.partition-commit.trigger' = 'partition-time' needs 'partition.time-extractor.timestamp-pattern' "
      "to make yyyy-MM-dd or yyyy-MM-dd HH:mm:ss of the partition's values, or what "
      "'partition.time-extractor.timestamp-formatter' says. 'process-time' needs neither.");
}

void FileWriter::write_out(Part& part) {
  if (!part.file) {
    const std::string directory = join_path(settings_.directory, part.directory);
    environment_.files.create_directories(part.directory.empty() ? settings_.directory : directory);
    part.file =
        environment_.files.open_write(join_path(part.directory.empty() ? settings_.directory : directory, part.hidden));
  }
  if (part.unwritten.empty()) return;
  part.file->append(part.unwritten);
  part.unwritten.clear();
}

void FileWriter::end(Part& part) {
  if (part.ended) return;
  part.encoder->end_file(part.unwritten);
  part.encoder = nullptr;
  write_out(part);
  part.file->sync();
  part.file->close();
  part.file = nullptr;
  part.unwritten = std::string();
  part.ended = true;
}

// Syncs on the task's thread, which must wait for the disk in any case: more partitions are written than fit.
void FileWriter::end_least_recent() {
  const auto oldest = std::ranges::min_element(open_, {}, &Part::last_write);
  end(**oldest);
  const auto entry = current_.find((*oldest)->directory);
  if (entry != current_.end() && entry->second == *oldest) current_.erase(entry);
  open_.erase(oldest);
}

void FileWriter::seal(int64_t epoch) {
  sealed_.push_back({epoch, watermark_, std::move(parts_)});
  parts_.clear();
  current_.clear();
  open_.clear();
}

std::vector<Committable> FileWriter::prepare(int64_t epoch) {
  std::vector<Committable> prepared;
  std::set<std::string> directories;
  for (const Sealed& sealed : sealed_) {
    if (sealed.epoch > epoch) continue;
    for (const std::unique_ptr<Part>& part : sealed.parts) {
      end(*part);
      const std::string finished = fmt::format("part-{}-{}-{}-{}", subtask_, epoch, part->number, writer_);
      prepared.push_back(join_path(part->directory, part->hidden) + "\n" + join_path(part->directory, finished));
      if (directories.insert(part->directory).second && settings_.commit)
        prepared.push_back(partition_committable(part->directory, part->due));
    }
    if (settings_.commit) prepared.push_back(watermark_committable(subtask_, sealed.watermark));
  }
  make_names_durable(directories);
  std::erase_if(sealed_, [&](const Sealed& sealed) { return sealed.epoch <= epoch; });
  return prepared;
}

void FileWriter::make_names_durable(const std::set<std::string>& directories) {
  for (const std::string& directory : directories) {
    const std::string path = directory.empty() ? settings_.directory : join_path(settings_.directory, directory);
    environment_.files.sync_directory(path);
    if (durable_.size() == kDurableDirectoriesMax) durable_.clear();
    if (durable_.insert(directory).second) make_name_durable(environment_.files, path);
  }
}

size_t FileWriter::memory_bytes() const {
  size_t bytes = 0;
  for (const Part* part : open_) bytes += part->unwritten.capacity() + part->encoder->memory_bytes();
  return bytes;
}

}  // namespace tidemill
