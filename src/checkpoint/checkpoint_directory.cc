#include "checkpoint/checkpoint_directory.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/checkpoint_layout.h"
#include "checkpoint/manifest_file.h"
#include "checkpoint/state_file.h"
#include "env/durable_name.h"

namespace tidemill {
CheckpointDirectory::CheckpointDirectory(FileSystem& files, std::string directory, int32_t retained, Faults* faults)
    : files_(files), directory_(std::move(directory)), retained_(retained), faults_(faults) {
  CHECK(retained_ >= 1);
  files_.create_directories(directory_);
  make_name_durable(files_, directory_);
  fresh_epoch_ = fresh_epoch(files_, directory_);
}

std::string CheckpointDirectory::path_of(int64_t epoch) const { return checkpoint_path(directory_, epoch); }

std::unique_ptr<SnapshotFile> CheckpointDirectory::create(int64_t epoch, const std::string& task) {
  files_.create_directories(path_of(epoch));
  return create_state_file(files_, directory_, fmt::format("chk-{}/{}.state", epoch, task));
}

void CheckpointDirectory::decide(const Manifest& manifest) {
  write_manifest(manifest, kManifestName);
  note_decided(manifest);
}

void CheckpointDirectory::write_manifest(const Manifest& manifest, std::string_view name) {
  const std::string path = path_of(manifest.epoch);
  files_.create_directories(path);
  files_.sync_directory(directory_);
  write_manifest_file(files_, path, manifest, faults_, name);
}

void CheckpointDirectory::note_decided(const Manifest& manifest) {
  known_files_[manifest.epoch] = manifest.files();
  decided_.store(manifest.epoch);
}

void CheckpointDirectory::prepare_decision(const Manifest& manifest) {
  try {
    write_manifest(manifest, kPreparedManifestName);
  } catch (const DecisionUnknown& error) {
    throw TransientError(error.what());  // nothing is decided by this file
  }
}

void CheckpointDirectory::finish_decision(const Manifest& manifest) {
  adopt_manifest_file(files_, path_of(manifest.epoch));
  note_decided(manifest);
}

std::optional<Manifest> CheckpointDirectory::prepared(int64_t epoch) {
  if (!files_.exists(fmt::format("{}/{}", path_of(epoch), kPreparedManifestName))) return std::nullopt;
  return read_manifest_file(files_, path_of(epoch), kPreparedManifestName);
}

std::vector<int64_t> CheckpointDirectory::prepared_epochs() {
  std::vector<int64_t> epochs;
  for (const FileInfo& entry : files_.list(directory_)) {
    const std::optional<int64_t> epoch = checkpoint_epoch_of(entry.path);
    if (epoch && *epoch >= fresh_epoch_ && files_.exists(fmt::format("{}/{}", entry.path, kPreparedManifestName)))
      epochs.push_back(*epoch);
  }
  std::ranges::sort(epochs);
  return epochs;
}

void CheckpointDirectory::abandon(int64_t epoch) {
  try {
    remove_all_but({}, epoch, epoch);
  } catch (const std::exception&) {
    // Without a _metadata file it is no checkpoint; the sweep of the next start removes it.
  }
}

void CheckpointDirectory::hold(int64_t epoch) {
  const std::lock_guard lock(held_mutex_);
  held_.insert(epoch);
}

void CheckpointDirectory::release(int64_t epoch) {
  const std::lock_guard lock(held_mutex_);
  held_.erase(held_.find(epoch));
}

bool CheckpointDirectory::is_held(int64_t epoch) {
  const std::lock_guard lock(held_mutex_);
  return held_.contains(epoch);
}

std::vector<int64_t> CheckpointDirectory::epochs() {
  std::vector<int64_t> epochs = checkpoint_epochs(files_, directory_);
  std::erase_if(epochs, [this](int64_t epoch) { return epoch < fresh_epoch_; });
  return epochs;
}

int64_t CheckpointDirectory::pass_over_all() {
  const auto passed_over = static_cast<int64_t>(epochs().size());
  const int64_t first = sweep() + 1;
  if (passed_over > 0) set_fresh_epoch(files_, directory_, first);
  fresh_epoch_ = first;
  return passed_over;
}

void CheckpointDirectory::finished(int64_t epoch) {
  std::vector<int64_t> known = epochs();
  std::erase_if(known, [epoch](int64_t other) { return other > epoch; });
  if (mutated("mutation.remove_needed_files")) return remove_all_but({}, 0, epoch - 1);
  const size_t outdated = known.size() - std::min(known.size(), static_cast<size_t>(retained_));
  std::vector<int64_t> kept(known.begin() + static_cast<ptrdiff_t>(outdated), known.end());
  // The manifests first: what remains after a crash in here is no checkpoint.
  for (size_t i = 0; i < outdated; ++i) {
    if (is_held(known[i]))
      kept.push_back(known[i]);
    else
      remove_manifest(known[i]);
  }
  const std::optional<std::set<std::string>> needed = files_of(kept);
  if (needed) remove_all_but(*needed, fresh_epoch_, epoch);
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
  Manifest manifest = read_manifest_file(files_, path_of(epoch));
  if (manifest.epoch != epoch)
    throw UserError(fmt::format("Checkpoint is damaged: '{}/{}' says that it is epoch {}", path_of(epoch),
                                kManifestName, manifest.epoch),
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
    throw UserError(
        fmt::format("No checkpoint in '{}' can be used: {}", directory_, fmt::join(refused_, "; ")),
        "Restore the files from a copy, begin anew with --fresh, or from a savepoint with --from and --fresh");
  return std::nullopt;
}

std::unique_ptr<SnapshotReader> CheckpointDirectory::open(const StatePart& part) {
  return open_state_part(files_, directory_, part);
}

int64_t CheckpointDirectory::sweep() {
  int64_t newest = 0;
  for (const FileInfo& entry : files_.list(directory_))
    newest = std::max(newest, checkpoint_epoch_of(entry.path).value_or(0));
  const std::vector<int64_t> known = epochs();
  const int64_t newest_decided = known.empty() ? 0 : known.back();
  remove_all_but({}, std::max(newest_decided + 1, fresh_epoch_), newest);
  // A manifest that cannot be read may need any file before it.
  const std::optional<std::set<std::string>> needed = files_of(known);
  if (needed) remove_all_but(*needed, fresh_epoch_, newest_decided);
  return newest;
}

void CheckpointDirectory::remove_checkpoint(int64_t epoch) {
  if (files_.exists(fmt::format("{}/{}", path_of(epoch), kManifestName))) remove_manifest(epoch);
  const std::vector<int64_t> others = checkpoint_epochs(files_, directory_);
  const std::optional<std::set<std::string>> needed = files_of(others);
  if (needed) remove_all_but(*needed, 0, std::max(epoch, others.empty() ? 0 : others.back()));
}

void CheckpointDirectory::remove_manifest(int64_t epoch) {
  files_.remove(fmt::format("{}/{}", path_of(epoch), kManifestName));
  known_files_.erase(epoch);
}

void CheckpointDirectory::remove_all_but(const std::set<std::string>& needed, int64_t first, int64_t last) {
  for (const FileInfo& entry : files_.list(directory_)) {
    const std::optional<int64_t> epoch = checkpoint_epoch_of(entry.path);
    if (!epoch || *epoch < first || *epoch > last) continue;
    bool empty = true;
    for (const FileInfo& file : files_.list(entry.path)) {
      const std::string name = file.path.substr(file.path.find_last_of('/') + 1);
      if (name == kManifestName || needed.contains(fmt::format("chk-{}/{}", *epoch, name)))
        empty = false;
      else
        files_.remove(file.path);
    }
    if (empty) files_.remove(entry.path);
  }
}

}  // namespace tidemill
