// checkpoint/checkpoint_directory.h - checkpoints as files. Rule: a checkpoint exists when its _metadata verifies, and
// that file appears by one rename after everything it names is durable.
//
//   <directory>/chk-<epoch>/<task>.state   sections of state, one an operator's subtask
//   <directory>/chk-<epoch>/_metadata      the manifest (Flink's names)
//
// A section may hold only what changed since an older checkpoint, whose files then stay after its manifest has gone:
// which ones a checkpoint needs is said by its manifest.
#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/decider.h"
#include "env/faults.h"
#include "env/file_system.h"
#include "runtime/snapshot_storage.h"

namespace tidemill {

constexpr int32_t kCheckpointsRetainedDefault = 2;  // the one before the newest is the way out when that one is damaged

// Blocks; I/O pool or before a job starts. As SnapshotStorage it may be used by several threads at once.
class CheckpointDirectory final : public Decider, public SnapshotStorage {
 public:
  // `files` is borrowed, as is `faults`, which may be null. The directory is made where it is missing.
  CheckpointDirectory(FileSystem& files, std::string directory, int32_t retained = kCheckpointsRetainedDefault,
                      Faults* faults = nullptr);

  const std::string& directory() const { return directory_; }

  void decide(const Manifest& manifest) override;
  // An epoch that was not decided: what was written for it is removed, as far as that can be done.
  void abandon(int64_t epoch) override;
  // Removes checkpoints older than the retained ones, and files that none of these needs.
  void finished(int64_t epoch) override;
  // A checkpoint that is held is not removed, however old.
  void hold(int64_t epoch) override;
  void release(int64_t epoch) override;
  // A checkpoint that does not verify is passed over, and named in refused().
  std::optional<Manifest> last_decided() override;
  const std::vector<std::string>& refused() const { return refused_; }

  // For epochs that a transaction outside decides (transaction_decider.h): the first makes the manifest durable, but no
  // checkpoint; the second makes it one. Both throw what FileSystem throws.
  void prepare_decision(const Manifest& manifest);
  void finish_decision(const Manifest& manifest);
  // Returns the epochs whose manifests are prepared and are no checkpoints yet, ascending.
  std::vector<int64_t> prepared_epochs();
  // Returns the manifest that is prepared for an epoch, nullopt where there is none. Throws UserError where it is
  // damaged.
  std::optional<Manifest> prepared(int64_t epoch);
  // Returns the oldest epoch that counts: older ones were passed over.
  int64_t fresh() const { return fresh_epoch_; }

  int64_t decided_epoch() const override { return decided_.load(); }
  std::unique_ptr<SnapshotFile> create(int64_t epoch, const std::string& task) override;

  // Reads a manifest. Throws UserError where it is missing or damaged.
  Manifest read_manifest(int64_t epoch);
  // Opens a state part after checking it, byte for byte, against size and checksum. Throws UserError naming the file.
  std::unique_ptr<SnapshotReader> open(const StatePart& part);
  // Removes what was written for epochs that were never decided, and files that no checkpoint needs. Returns the
  // greatest epoch begun here (0: none): the next one must be greater. Before a job starts.
  int64_t sweep();
  // Passes over all checkpoints there are, for good: they stay, and are neither gone on from nor removed. Returns how
  // many. Before a job starts.
  int64_t pass_over_all();
  // Removes one checkpoint, also one that was passed over or is damaged, and the files that only it needed. Requires:
  // no job runs in the directory.
  void remove_checkpoint(int64_t epoch);
  // Returns the epochs that have a _metadata file and were not passed over, ascending.
  std::vector<int64_t> epochs();

 private:
  // Whether a deliberate defect is put in here (tests only).
  bool mutated(std::string_view name) { return faults_ != nullptr && faults_->maybe(name); }
  std::string path_of(int64_t epoch) const;
  void write_manifest(const Manifest& manifest, std::string_view name);
  void note_decided(const Manifest& manifest);
  // Returns the files that these checkpoints need, nullopt where a manifest of theirs cannot be read.
  std::optional<std::set<std::string>> files_of(std::span<const int64_t> epochs);
  void remove_manifest(int64_t epoch);
  // Removes what is not needed of the epochs from `first` to `last`, but no manifest.
  void remove_all_but(const std::set<std::string>& needed, int64_t first, int64_t last);
  bool is_held(int64_t epoch);

  FileSystem& files_;
  const std::string directory_;
  const int32_t retained_;
  Faults* const faults_;
  int64_t fresh_epoch_ = 1;  // older ones were passed over
  std::vector<std::string> refused_;
  std::atomic<int64_t> decided_ = 0;                      // in this run
  std::map<int64_t, std::set<std::string>> known_files_;  // by epoch, of those decided in this run
  std::mutex held_mutex_;
  std::multiset<int64_t> held_;
};

}  // namespace tidemill
