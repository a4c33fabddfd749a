// runtime/snapshot_storage.h - where the state of a task goes at a checkpoint. Rule: called on the I/O pool; what it
// returns is durable.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "runtime/task_snapshot.h"
#include "state/snapshot.h"

namespace tidemill {

// The file of one task at one checkpoint.
class SnapshotFile {
 public:
  virtual ~SnapshotFile() = default;
  // Appends the state of one operator's subtask, all of it or what changed, and says where it lies.
  virtual StateSection append(const PendingSnapshot& snapshot, SectionContent content) = 0;
  // Makes all of it durable. Throws TransientError, after which the file must not be used.
  virtual void close() = 0;
};

class SnapshotStorage {
 public:
  virtual ~SnapshotStorage() = default;
  // Returns the newest checkpoint of this run that is decided, 0: none yet. Its files stay until a later one is
  // decided, so what is written may build on them. Any thread; at a barrier, it is the newest that was decided before.
  virtual int64_t decided_epoch() const = 0;
  // `task` is unique in the job: letters, digits, '-', '_' and '.' only.
  virtual std::unique_ptr<SnapshotFile> create(int64_t epoch, const std::string& task) = 0;
};

}  // namespace tidemill
