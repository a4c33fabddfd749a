#include "checkpoint/manifest_file.h"

#include "checkpoint/checkpoint_layout.h"
#include "checkpoint/decider.h"

namespace tidemill {

void write_manifest_file(FileSystem& files, const std::string& directory, const Manifest& manifest, Faults* faults,
                         std::string_view name) {
  const std::string unfinished = fmt::format("{}/{}", directory, kUnfinishedManifestName);
  const std::string finished = fmt::format("{}/{}", directory, name);
  const std::unique_ptr<WritableFile> file = files.open_write(unfinished);
  file->append(manifest.encode());
  const auto mutated = [faults](std::string_view name) { return faults != nullptr && faults->maybe(name); };
  if (!mutated("mutation.skip_manifest_sync")) file->sync();
  file->close();
  if (!mutated("mutation.skip_directory_sync")) files.sync_directory(directory);  // the names of the state files
  try {
    files.rename(unfinished, finished);
  } catch (const std::exception&) {
    if (!files.exists(finished)) throw;
  }
  try {
    files.sync_directory(directory);
  } catch (const std::exception& error) {
    throw DecisionUnknown(fmt::format("'{}' may be lost when the power fails: {}", finished, error.what()));
  }
}

void adopt_manifest_file(FileSystem& files, const std::string& directory) {
  const std::string prepared = fmt::format("{}/{}", directory, kPreparedManifestName);
  const std::string finished = fmt::format("{}/{}", directory, kManifestName);
  if (!files.exists(finished)) files.rename(prepared, finished);
  files.sync_directory(directory);
}

Manifest read_manifest_file(FileSystem& files, const std::string& directory, std::string_view name) {
  const std::string path = fmt::format("{}/{}", directory, name);
  return Manifest::decode(read_whole_file(files, path), path);
}

}  // namespace tidemill
