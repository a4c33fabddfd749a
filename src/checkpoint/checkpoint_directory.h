// checkpoint/checkpoint_directory.h - checkpoints as files. Rule: a checkpoint exists when its _metadata verifies, and
// that file appears by one rename after everything it names is durable.
//
//   <directory>/chk-<epoch>/<task>.state   sections of state, one an operator's subtask
//   <directory>/chk-<epoch>/_metadata      the manifest (Flink's names)
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/decider.h"
#include "env/file_system.h"
#include "runtime/snapshot_storage.h"

namespace tidemill {

constexpr int32_t kCheckpointsRetainedDefault = 2;  // the one before the newest is the way out when that one is damaged

// Blocks; I/O pool or before a job starts. As SnapshotStorage it may be used by several threads at once.
class CheckpointDirectory final : public Decider, public SnapshotStorage {
 public:
  // `files` is borrowed. The directory is made where it is missing.
  CheckpointDirectory(FileSystem& files, std::string directory, int32_t retained = kCheckpointsRetainedDefault);

  void decide(const Manifest& manifest) override;
  // Removes checkpoints older than the retained ones.
  void finished(int64_t epoch) override;
  // A checkpoint that does not verify is passed over, and named in refused().
  std::optional<Manifest> last_decided() override;
  const std::vector<std::string>& refused() const { return refused_; }

  std::unique_ptr<SnapshotFile> create(int64_t epoch, const std::string& task) override;

  // Reads a manifest. Throws UserError where it is missing or damaged.
  Manifest read_manifest(int64_t epoch);
  // Opens a state part after checking it, byte for byte, against size and checksum. Throws UserError naming the file.
  std::unique_ptr<SnapshotReader> open(const StatePart& part);
  // Removes what was written for epochs that were never decided. Returns the greatest epoch ever begun here (0: none):
  // the next one must be greater. Before a job starts.
  int64_t sweep();
  // Returns the epochs that have a _metadata file, ascending.
  std::vector<int64_t> epochs();

 private:
  std::string path_of(int64_t epoch) const;
  void remove(int64_t epoch);

  FileSystem& files_;
  const std::string directory_;
  const int32_t retained_;
  std::vector<std::string> refused_;
};

}  // namespace tidemill
