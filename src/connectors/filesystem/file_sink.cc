#include "connectors/filesystem/file_sink.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "env/durable_name.h"

namespace tidemill {
namespace {

constexpr size_t kWriteBytes = size_t{256} << 10;  // handed to the file at a time

struct PreparedFile {
  std::string_view hidden, final;
};

PreparedFile parse_committable(std::string_view text) {
  const size_t end = text.find('\n');
  CHECK_MSG(end != std::string_view::npos, "committable of a file sink is damaged: {}", text);
  return {text.substr(0, end), text.substr(end + 1)};
}

// Returns the epoch of a finished part file, 0 for any other name.
int64_t epoch_of(std::string_view name) {
  int64_t epoch = 0;
  if (!name.starts_with("part-")) return 0;
  const size_t subtask_end = name.find('-', std::string_view("part-").size());
  if (subtask_end == std::string_view::npos) return 0;
  std::from_chars(name.data() + subtask_end + 1, name.data() + name.size(), epoch);
  return epoch;
}

}  // namespace

std::unique_ptr<SinkWriter> FileSink::make_writer(Environment& environment, const Subtask& subtask) const {
  return std::make_unique<FileWriter>(settings_, environment, subtask);
}

std::unique_ptr<SinkCommitter> FileSink::make_committer(Environment& environment, const std::string& owner) const {
  return std::make_unique<FileCommitter>(settings_, environment.files, owner);
}

std::string FileSink::description() const {
  return fmt::format("filesystem, path={}, format={}", settings_.directory, settings_.format_name);
}

FileWriter::FileWriter(const FileSinkSettings& settings, Environment& environment, const Subtask& subtask)
    : settings_(settings),
      environment_(environment),
      subtask_(subtask.index),
      writer_(fmt::format("{}{:08x}", subtask.owner, static_cast<uint32_t>(environment.random.next()))),
      encoder_(settings.format->make_encoder()) {}

bool FileWriter::is_complete(const Part& part) const {
  const EpochMillis now = environment_.clock.now();
  return part.bytes >= settings_.roll_bytes || now - part.begun >= settings_.roll_interval_ms ||
         now - part.written >= settings_.inactivity_interval_ms;
}

FileWriter::Part& FileWriter::current() {
  if (!parts_.empty() && !is_complete(parts_.back())) return parts_.back();
  if (!parts_.empty()) write_out(parts_.back());
  Part part;
  part.number = next_number_++;
  part.hidden = fmt::format(".part-{}-{}-{}.inprogress", subtask_, writer_, part.number);
  part.begun = environment_.clock.now();
  part.written = part.begun;
  encoder_->begin_file(part.unwritten);
  parts_.push_back(std::move(part));
  return parts_.back();
}

void FileWriter::write(const Batch& batch) {
  Part& part = current();
  const size_t before = part.unwritten.size();
  encoder_->encode(batch, part.unwritten);
  part.bytes += static_cast<int64_t>(part.unwritten.size() - before);
  part.written = environment_.clock.now();
  if (part.unwritten.size() >= kWriteBytes) write_out(part);
}

void FileWriter::write_out(Part& part) {
  if (!part.file) {
    environment_.files.create_directories(settings_.directory);
    part.file = environment_.files.open_write(settings_.directory + "/" + part.hidden);
  }
  if (part.unwritten.empty()) return;
  part.file->append(part.unwritten);
  part.unwritten.clear();
}

void FileWriter::seal(int64_t epoch) {
  sealed_.emplace_back(epoch, std::move(parts_));
  parts_.clear();
}

std::vector<Committable> FileWriter::prepare(int64_t epoch) {
  std::vector<Committable> prepared;
  bool created = false;
  for (auto& [sealed_epoch, parts] : sealed_) {
    if (sealed_epoch > epoch) continue;
    for (Part& part : parts) {
      write_out(part);
      part.file->sync();
      part.file->close();
      created = true;
      prepared.push_back(fmt::format("{}\npart-{}-{}-{}-{}", part.hidden, subtask_, epoch, part.number, writer_));
    }
  }
  if (created) {
    environment_.files.sync_directory(settings_.directory);
    if (!std::exchange(directory_durable_, true)) make_name_durable(environment_.files, settings_.directory);
  }
  std::erase_if(sealed_, [&](const auto& entry) { return entry.first <= epoch; });
  return prepared;
}

void FileCommitter::finish(int64_t epoch, std::span<const Committable> prepared) {
  bool renamed = false;
  for (const Committable& committable : prepared) {
    const PreparedFile file = parse_committable(committable);
    const std::string hidden = path_of(file.hidden), final = path_of(file.final);
    if (files_.exists(hidden)) {
      files_.rename(hidden, final);
      renamed = true;
    } else if (!files_.exists(final)) {
      throw UserError(
          fmt::format("Table '{}': part file '{}' of epoch {} is gone", settings_.table, hidden, epoch),
          "It belongs to a finished checkpoint, and something else removed it: its rows are lost. Restore the file, or "
          "start the job from the beginning into another directory.");
    }
  }
  if (renamed) files_.sync_directory(settings_.directory);
}

void FileCommitter::recover(int64_t decided_epoch, std::span<const Committable> prepared) {
  finish(decided_epoch, prepared);
  if (owner_.empty() || !files_.exists(settings_.directory)) return;
  bool renamed = false;
  for (const FileInfo& entry : files_.list(settings_.directory)) {
    const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
    if (name.find("-" + owner_) == std::string::npos) continue;
    if (name.starts_with(".part-") && name.ends_with(".inprogress")) files_.remove(entry.path);
    if (decided_epoch == 0 || epoch_of(name) <= decided_epoch) continue;
    files_.rename(entry.path, path_of("." + name + ".superseded"));
    renamed = true;
  }
  if (renamed) files_.sync_directory(settings_.directory);
}

}  // namespace tidemill
