#include "connectors/filesystem/file_sink.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "connectors/filesystem/file_writer.h"

namespace tidemill {
namespace {

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

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::unique_ptr<SinkWriter> FileSink::make_writer(Environment& environment, const Subtask& subtask) const {
  return std::make_unique<FileWriter>(settings_, environment, subtask);
}

std::unique_ptr<SinkCommitter> FileSink::make_committer(Environment& environment, const std::string& owner) const {
  return std::make_unique<FileCommitter>(settings_, environment, owner);
}

std::string FileSink::description() const {
  std::vector<std::string> names;
  for (const PartitionColumn& column : settings_.partitioning.columns) names.push_back(column.name);
  const std::string partitions = names.empty() ? "" : fmt::format(", partitions=[{}]", fmt::join(names, ", "));
  return fmt::format("filesystem, path={}, format={}{}", settings_.directory, settings_.format_name, partitions);
}

FileCommitter::FileCommitter(const FileSinkSettings& settings, Environment& environment, std::string owner)
    : settings_(settings), environment_(environment), files_(environment.files), owner_(std::move(owner)) {
  if (settings_.commit) pending_.emplace(*settings_.commit, files_, settings_.directory, owner_);
}

void FileCommitter::finish(int64_t epoch, std::span<const Committable> prepared) {
  std::set<std::string> renamed;  // directories in which something was
  for (const Committable& committable : prepared) {
    if (is_partition_commit(committable)) continue;
    const PreparedFile file = parse_committable(committable);
    const std::string hidden = path_of(file.hidden), final = path_of(file.final);
    if (files_.exists(hidden)) {
      files_.rename(hidden, final);
      renamed.emplace(directory_of(final));
    } else if (!files_.exists(final)) {
      throw UserError(
          fmt::format("Table '{}': part file '{}' of epoch {} is gone", settings_.table, hidden, epoch),
          "It belongs to a finished checkpoint, and something else removed it: its rows are lost. Restore the file, or "
          "start the job from the beginning into another directory.");
    }
  }
  for (const std::string& directory : renamed) files_.sync_directory(directory);
  if (pending_) pending_->finish(epoch, prepared, environment_.clock.now());
}

void FileCommitter::recover(int64_t decided_epoch, std::span<const Committable> prepared) {
  if (pending_) pending_->recover(decided_epoch);
  finish(decided_epoch, prepared);
  if (owner_.empty() || !files_.exists(settings_.directory)) return;
  std::vector<std::string> directories;
  add_directories(settings_.directory, 0, directories);
  for (const std::string& directory : directories) clean(directory, decided_epoch);
}

void FileCommitter::add_directories(const std::string& path, size_t depth,
                                    std::vector<std::string>& directories) const {
  directories.push_back(path);
  if (depth == settings_.partitioning.columns.size()) return;
  const std::string name = escape_path_name(settings_.partitioning.columns[depth].name) + "=";
  for (const FileInfo& entry : files_.list(path))
    if (entry.is_directory && name_of(entry.path).starts_with(name))
      add_directories(entry.path, depth + 1, directories);
}

void FileCommitter::clean(const std::string& directory, int64_t decided_epoch) {
  bool renamed = false;
  for (const FileInfo& entry : files_.list(directory)) {
    const std::string name(name_of(entry.path));
    if (entry.is_directory || name.find("-" + owner_) == std::string::npos) continue;
    if (name.starts_with(".part-") && name.ends_with(".inprogress")) files_.remove(entry.path);
    if (decided_epoch == 0 || epoch_of(name) <= decided_epoch) continue;
    files_.rename(entry.path, join_path(directory, "." + name + ".superseded"));
    renamed = true;
  }
  if (renamed) files_.sync_directory(directory);
}

}  // namespace tidemill
