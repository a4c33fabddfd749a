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
  // Appends the state of one operator's subtask and says where it lies.
  virtual StatePart append(const std::string& operator_id, int32_t subtask, const PendingSnapshot& snapshot) = 0;
  // Makes all of it durable. Throws TransientError, after which the file must not be used.
  virtual void close() = 0;
};

class SnapshotStorage {
 public:
  virtual ~SnapshotStorage() = default;
  // `task` is unique in the job: letters, digits, '-', '_' and '.' only.
  virtual std::unique_ptr<SnapshotFile> create(int64_t epoch, const std::string& task) = 0;
};

}  // namespace tidemill
