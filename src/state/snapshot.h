// state/snapshot.h - state as bytes: what a checkpoint writes and a restore reads. Rule: no files here; bytes go to a
// writer and come from a reader, and every piece carries a checksum.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "state/key_groups.h"

namespace tidemill {

class FrozenState;

constexpr uint32_t kSnapshotFormatVersion = 1;

// Where a snapshot's bytes go: a file's end, a buffer. On whatever thread writes.
class SnapshotWriter {
 public:
  virtual ~SnapshotWriter() = default;
  // Appends bytes. Throws what the storage throws; the snapshot is then worthless.
  virtual void append(std::span<const std::byte> bytes) = 0;
};

// Where they come from.
class SnapshotReader {
 public:
  virtual ~SnapshotReader() = default;
  // Name for error texts: a path.
  virtual const std::string& name() const = 0;
  virtual uint64_t size() const = 0;
  // Fills `out` with the bytes at `offset`. Requires: they lie within size().
  virtual void read(uint64_t offset, std::span<std::byte> out) const = 0;
};

// Bytes in memory, for tests and small states.
class SnapshotBuffer final : public SnapshotWriter, public SnapshotReader {
 public:
  explicit SnapshotBuffer(std::string name) : name_(std::move(name)) {}
  void append(std::span<const std::byte> bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  const std::string& name() const override { return name_; }
  uint64_t size() const override { return bytes_.size(); }
  void read(uint64_t offset, std::span<std::byte> out) const override;
  std::vector<std::byte>& bytes() { return bytes_; }

 private:
  std::string name_;
  std::vector<std::byte> bytes_;
};

// The state of one subtask at a barrier: immutable, independent of the store it came from.
class PendingSnapshot {
 public:
  PendingSnapshot(int64_t checkpoint, std::unique_ptr<const FrozenState> state);
  ~PendingSnapshot();

  int64_t checkpoint() const { return checkpoint_; }
  KeyGroupRange key_groups() const;
  // Writes one part. Any thread, one at a time; the store may go on meanwhile.
  void write(SnapshotWriter& writer) const;

 private:
  int64_t checkpoint_;
  std::unique_ptr<const FrozenState> state_;
};

// What the first bytes of a part say.
struct SnapshotPartInfo {
  int64_t checkpoint = 0;
  int32_t max_parallelism = 0;
  KeyGroupRange key_groups;
};
// Reads the head of a part. Throws UserError naming part and offset where it is damaged or of a newer format.
SnapshotPartInfo read_part_info(const SnapshotReader& part);

// What a restore did that the caller may want to refuse or report.
struct RestoreReport {
  std::vector<std::string> tables_lost;     // in the snapshot, not declared
  std::vector<std::string> tables_new;      // declared, not in the snapshot: empty
  std::vector<std::string> fields_added;    // "table.field": zero in every record
  std::vector<std::string> fields_removed;  // "table.field"
  int64_t records = 0;                      // restored into this store
};

}  // namespace tidemill
