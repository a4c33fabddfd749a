#include "checkpoint/checkpoint_directory.h"

#include <charconv>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/state_file.h"
#include "env/durable_name.h"

namespace tidemill {
namespace {

constexpr std::string_view kPrefix = "chk-";
constexpr std::string_view kManifest = "_metadata";
constexpr std::string_view kUnfinishedManifest = "_metadata.tmp";

std::optional<int64_t> epoch_of(const std::string& path) {
  const std::string name = path.substr(path.find_last_of('/') + 1);
  int64_t epoch = 0;
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const char* end = name.data() + name.size();
  const auto [next, error] = std::from_chars(name.data() + kPrefix.size(), end, epoch);
  if (error != std::errc() || next != end) return std::nullopt;
  return epoch;
}

std::string read_whole(FileSystem& files, const std::string& path) {
  const std::unique_ptr<ReadableFile> file = files.open_read(path);
  std::string bytes(static_cast<size_t>(file->size_bytes()), '\0');
  bytes.resize(file->read_at(0, bytes));
  return bytes;
}

}  // namespace

CheckpointDirectory::CheckpointDirectory(FileSystem& files, std::string directory, int32_t retained, Faults* faults)
    : files_(files), directory_(std::move(directory)), retained_(retained), faults_(faults) {
  CHECK(retained_ >= 1);
  files_.create_directories(directory_);
  make_name_durable(files_, directory_);
}

std::string CheckpointDirectory::path_of(int64_t epoch) const {
  return fmt::format("{}/{}{}", directory_, kPrefix, epoch);
}

std::unique_ptr<SnapshotFile> CheckpointDirectory::create(int64_t epoch, const std::string& task) {
  files_.create_directories(path_of(epoch));
  return create_state_file(files_, directory_, fmt::format("{}{}/{}.state", kPrefix, epoch, task));
}

void CheckpointDirectory::decide(const Manifest& manifest) {
  const std::string path = path_of(manifest.epoch);
  files_.create_directories(path);
  const std::string unfinished = fmt::format("{}/{}", path, kUnfinishedManifest);
  const std::unique_ptr<WritableFile> file = files_.open_write(unfinished);
  file->append(manifest.encode());
  if (!mutated("mutation.skip_manifest_sync")) file->sync();
  file->close();
  // The names of the state files, and of their directory.
  if (!mutated("mutation.skip_directory_sync")) files_.sync_directory(path);
  files_.sync_directory(directory_);
  files_.rename(unfinished, fmt::format("{}/{}", path, kManifest));
  files_.sync_directory(path);
  known_files_[manifest.epoch] = manifest.files();
  decided_.store(manifest.epoch);
}

std::vector<int64_t> CheckpointDirectory::epochs() {
  std::vector<int64_t> epochs;
  for (const FileInfo& entry : files_.list(directory_)) {
    const std::optional<int64_t> epoch = epoch_of(entry.path);
    if (epoch && files_.exists(fmt::format("{}/{}", entry.path, kManifest))) epochs.push_back(*epoch);
  }
  std::sort(epochs.begin(), epochs.end());
  return epochs;
}

void CheckpointDirectory::finished(int64_t epoch) {
  std::vector<int64_t> known = epochs();
  std::erase_if(known, [epoch](int64_t other) { return other > epoch; });
  if (mutated("mutation.remove_needed_files")) return remove_all_but({}, 0, epoch - 1);
  const size_t outdated = known.size() - std::min(known.size(), static_cast<size_t>(retained_));
  // The manifests first: what remains after a crash in here is no checkpoint.
  for (size_t i = 0; i < outdated; ++i) remove_manifest(known[i]);
  const std::optional<std::set<std::string>> needed = files_of(std::span(known).subspan(outdated));
  if (needed) remove_all_but(*needed, 0, epoch);
}

std::optional<std::set<std::string>> CheckpointDirectory::files_of(std::span<const int64_t> epochs) {
  std::set<std::string> files;
  for (const int64_t epoch : epochs) {
    try {
      if (!known_files_.contains(epoch)) known_files_[epoch] = read_manifest(epoch).files();
    } catch (const UserError&) {
      return std::nullopt;
    }
    files.insert(known_files_[epoch].begin(), known_files_[epoch].end());
  }
  return files;
}

Manifest CheckpointDirectory::read_manifest(int64_t epoch) {
  const std::string path = fmt::format("{}/{}", path_of(epoch), kManifest);
  Manifest manifest = Manifest::decode(read_whole(files_, path), path);
  if (manifest.epoch != epoch)
    throw UserError(fmt::format("Checkpoint is damaged: '{}' says that it is epoch {}", path, manifest.epoch),
                    "Use an older checkpoint");
  return manifest;
}

std::optional<Manifest> CheckpointDirectory::last_decided() {
  refused_.clear();
  std::vector<int64_t> known = epochs();
  for (auto epoch = known.rbegin(); epoch != known.rend(); ++epoch) {
    try {
      Manifest manifest = read_manifest(*epoch);
      for (const StatePart& part : manifest.states) open(part);
      // Whoever wrote it may have died between the rename and its sync: what we go on from must not vanish later.
      files_.sync_directory(path_of(*epoch));
      files_.sync_directory(directory_);
      return manifest;
    } catch (const UserError& error) {
      refused_.push_back(error.what());
    }
  }
  if (!refused_.empty())
    throw UserError(fmt::format("No checkpoint in '{}' can be used: {}", directory_, fmt::join(refused_, "; ")),
                    "Restore the files, or start without state in another directory");
  return std::nullopt;
}

std::unique_ptr<SnapshotReader> CheckpointDirectory::open(const StatePart& part) {
  return open_state_part(files_, directory_, part);
}

int64_t CheckpointDirectory::sweep() {
  int64_t newest = 0;
  for (const FileInfo& entry : files_.list(directory_)) newest = std::max(newest, epoch_of(entry.path).value_or(0));
  const std::vector<int64_t> known = epochs();
  const int64_t newest_decided = known.empty() ? 0 : known.back();
  remove_all_but({}, newest_decided + 1, newest);
  // A manifest that cannot be read may need any file before it.
  const std::optional<std::set<std::string>> needed = files_of(known);
  if (needed) remove_all_but(*needed, 0, newest_decided);
  return newest;
}

void CheckpointDirectory::remove_manifest(int64_t epoch) {
  files_.remove(fmt::format("{}/{}", path_of(epoch), kManifest));
  known_files_.erase(epoch);
}

void CheckpointDirectory::remove_all_but(const std::set<std::string>& needed, int64_t first, int64_t last) {
  for (const FileInfo& entry : files_.list(directory_)) {
    const std::optional<int64_t> epoch = epoch_of(entry.path);
    if (!epoch || *epoch < first || *epoch > last) continue;
    bool empty = true;
    for (const FileInfo& file : files_.list(entry.path)) {
      const std::string name = file.path.substr(file.path.find_last_of('/') + 1);
      if (name == kManifest || needed.contains(fmt::format("{}{}/{}", kPrefix, *epoch, name)))
        empty = false;
      else
        files_.remove(file.path);
    }
    if (empty) files_.remove(entry.path);
  }
}

}  // namespace tidemill
