#include "checkpoint/recovery_point.h"

#include "base/error.h"
#include "base/hash.h"
#include "checkpoint/checkpoint_layout.h"
#include "checkpoint/manifest_file.h"
#include "checkpoint/savepoint.h"
#include "checkpoint/state_file.h"

namespace tidemill {
namespace {

constexpr std::string_view kWhatToName =
    "Name a savepoint, one checkpoint (chk-<n>), or a directory of checkpoints; 'tidemill checkpoint ls DIR' lists "
    "them";
constexpr std::string_view kFlinkMagic("\x49\x60\x67\x2d", 4);  // of org.apache.flink.runtime.checkpoint.Checkpoints

bool has_manifest(FileSystem& files, const std::string& directory) {
  return files.exists(fmt::format("{}/{}", directory, kManifestName));
}

std::string read_manifest_bytes(FileSystem& files, const std::string& directory) {
  const std::string path = fmt::format("{}/{}", directory, kManifestName);
  std::string bytes = read_whole_file(files, path);
  if (bytes.starts_with(kFlinkMagic))
    throw UserError(fmt::format("'{}' was written by Flink, whose checkpoints cannot be read", path),
                    "Begin without it: the sources are read from their start, or from where their options say");
  return bytes;
}

std::string identity_of(const std::string& manifest_bytes) {
  return fmt::format("{:016x}", hash_bytes(manifest_bytes.data(), manifest_bytes.size()));
}

RecoveryPoint read_point(FileSystem& files, const std::string& path, PointCheck check) {
  RecoveryPoint point;
  const std::string bytes = read_manifest_bytes(files, path);
  point.manifest = Manifest::decode(bytes, fmt::format("{}/{}", path, kManifestName));
  point.path = path;
  point.directory = point.manifest.kind == kSavepointKind ? path : parent_path(path);
  point.identity = identity_of(bytes);
  if (check == PointCheck::kEveryByte)
    for (const StatePart& part : point.manifest.states) open_state_part(files, point.directory, part);
  return point;
}

RecoveryPoint newest_of(FileSystem& files, const std::string& directory, PointCheck check) {
  std::vector<std::string> passed_over;
  std::vector<int64_t> epochs = checkpoint_epochs(files, directory);
  std::erase_if(epochs, [fresh = fresh_epoch(files, directory)](int64_t epoch) { return epoch < fresh; });
  for (auto epoch = epochs.rbegin(); epoch != epochs.rend(); ++epoch) {
    try {
      RecoveryPoint point = read_point(files, checkpoint_path(directory, *epoch), check);
      point.passed_over = std::move(passed_over);
      return point;
    } catch (const UserError& error) {
      passed_over.push_back(error.what());
    }
  }
  if (epochs.empty()) throw UserError(fmt::format("'{}' holds no checkpoint", directory), std::string(kWhatToName));
  throw UserError(fmt::format("No checkpoint in '{}' can be used: {}", directory, fmt::join(passed_over, "; ")),
                  "Restore the files from a copy, name another checkpoint, or begin without one");
}

}  // namespace

RecoveryPoint find_recovery_point(FileSystem& files, const std::string& named, PointCheck check) {
  std::string path = named;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (!files.exists(path)) throw UserError(fmt::format("There is no '{}'", path), std::string(kWhatToName));
  if (!files.info(path).is_directory) {
    const bool manifest = path == kManifestName || path.ends_with(fmt::format("/{}", kManifestName));
    throw UserError(fmt::format("'{}' is a file, not a checkpoint", path),
                    manifest ? fmt::format("Name the directory that it lies in, '{}'", parent_path(path))
                             : std::string(kWhatToName));
  }
  if (has_manifest(files, path)) return read_point(files, path, check);
  if (checkpoint_epoch_of(path))
    throw UserError(fmt::format("The checkpoint '{}' was never completed: it has no {}", path, kManifestName),
                    "Name an older one, or the directory of checkpoints");
  return newest_of(files, path, check);
}

std::string recovery_identity(FileSystem& files, const std::string& path) {
  return has_manifest(files, path) ? identity_of(read_manifest_bytes(files, path)) : "";
}

std::string recovery_point_text(const RecoveryPoint& point) {
  const std::string kind = point.manifest.kind == kSavepointKind ? "savepoint" : "checkpoint";
  return fmt::format("{} '{}' (epoch {} of job '{}')", kind, point.path, point.manifest.epoch, point.manifest.job);
}

}  // namespace tidemill
