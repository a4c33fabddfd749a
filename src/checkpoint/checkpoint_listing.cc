#include "checkpoint/checkpoint_listing.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/checkpoint_layout.h"
#include "checkpoint/manifest_file.h"
#include "checkpoint/savepoint.h"
#include "checkpoint/state_file.h"

namespace tidemill {
namespace {

int64_t bytes_in(FileSystem& files, const std::string& directory) {
  int64_t bytes = 0;
  for (const FileInfo& entry : files.list(directory))
    bytes += entry.is_directory ? bytes_in(files, entry.path) : entry.size_bytes;
  return bytes;
}

ListedCheckpoint look_at(FileSystem& files, const FileInfo& entry) {
  ListedCheckpoint listed;
  listed.path = entry.path;
  listed.directory = parent_path(entry.path);
  listed.epoch = checkpoint_epoch_of(entry.path).value_or(0);
  listed.modified = entry.modified;
  try {
    listed.bytes = bytes_in(files, entry.path);
    if (!files.exists(fmt::format("{}/{}", entry.path, kManifestName))) {
      listed.condition = CheckpointCondition::kIncomplete;
      return listed;
    }
    listed.manifest = read_manifest_file(files, entry.path);
    listed.epoch = listed.manifest->epoch;
    if (listed.manifest->kind == kSavepointKind) listed.directory = entry.path;
  } catch (const std::exception& error) {
    listed.condition = CheckpointCondition::kDamaged;
    listed.problem = error.what();
  }
  return listed;
}

// Tells those that others build on from those that never were checkpoints.
void mark_needed(std::vector<ListedCheckpoint>& listed) {
  std::set<std::string> needed;
  for (const ListedCheckpoint& checkpoint : listed)
    if (checkpoint.manifest)
      for (const std::string& file : checkpoint.manifest->files())
        needed.insert(fmt::format("{}/{}", checkpoint.directory, parent_path(file)));
  for (ListedCheckpoint& checkpoint : listed)
    if (checkpoint.condition == CheckpointCondition::kIncomplete && needed.contains(checkpoint.path))
      checkpoint.condition = CheckpointCondition::kNeeded;
}

std::vector<ListedCheckpoint> checkpoints_in(FileSystem& files, const std::string& directory) {
  std::vector<ListedCheckpoint> found;
  const int64_t fresh = fresh_epoch(files, directory);
  for (const FileInfo& entry : files.list(directory)) {
    const std::optional<int64_t> epoch = checkpoint_epoch_of(entry.path);
    if (!epoch || !entry.is_directory) continue;
    found.push_back(look_at(files, entry));
    if (*epoch < fresh && found.back().condition == CheckpointCondition::kComplete)
      found.back().condition = CheckpointCondition::kPassedOver;
  }
  mark_needed(found);
  std::stable_sort(found.begin(), found.end(),
                   [](const ListedCheckpoint& a, const ListedCheckpoint& b) { return a.epoch < b.epoch; });
  return found;
}

}  // namespace

std::string_view condition_text(CheckpointCondition condition) {
  switch (condition) {
    case CheckpointCondition::kComplete:
      return "complete";
    case CheckpointCondition::kIncomplete:
      return "never completed";
    case CheckpointCondition::kNeeded:
      return "needed by others";
    case CheckpointCondition::kDamaged:
      return "damaged";
    case CheckpointCondition::kPassedOver:
      return "passed over";
  }
  CHECK(false);
}

std::vector<ListedCheckpoint> list_checkpoints(FileSystem& files, const std::string& path) {
  if (!files.exists(path) || !files.info(path).is_directory)
    throw UserError(fmt::format("'{}' is no directory", path), "Name a directory of checkpoints, or one of them");
  if (checkpoint_epoch_of(path) || files.exists(fmt::format("{}/{}", path, kManifestName)))
    return {look_at(files, files.info(path))};
  std::vector<ListedCheckpoint> found = checkpoints_in(files, path);
  const std::string savepoints = fmt::format("{}/{}", path, kSavepointsDirectory);
  for (const std::string& directory : {path, savepoints}) {
    if (!files.exists(directory)) continue;
    for (const FileInfo& entry : files.list(directory))
      if (entry.is_directory && !checkpoint_epoch_of(entry.path) &&
          files.exists(fmt::format("{}/{}", entry.path, kManifestName)))
        found.push_back(look_at(files, entry));
  }
  return found;
}

std::vector<std::string> verify_checkpoint(FileSystem& files, const ListedCheckpoint& checkpoint) {
  CHECK(checkpoint.manifest.has_value());
  std::vector<std::string> damaged;
  for (const StatePart& part : checkpoint.manifest->states) {
    try {
      open_state_part(files, checkpoint.directory, part);
    } catch (const EngineError&) {
      throw;
    } catch (const std::exception& error) {
      damaged.push_back(error.what());
    }
  }
  return damaged;
}

}  // namespace tidemill
