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

// What a section holds: all state, or what changed since the section before it.
enum class SectionContent : uint8_t { kWhole, kChanges };

// 2: all pages are large.
constexpr uint32_t kSnapshotFormatVersion = 3;
constexpr uint32_t kOldestSnapshotFormat = 2;

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
  // Returns where its sections begin, ascending: a whole one at 0, then what changed since, in order.
  virtual std::vector<uint64_t> section_starts() const { return {0}; }
  // Fills `out` with the bytes at `offset`. Requires: they lie within size().
  virtual void read(uint64_t offset, std::span<std::byte> out) const = 0;
};

// Bytes in memory, for tests and small states.
class SnapshotBuffer final : public SnapshotWriter, public SnapshotReader {
 public:
  explicit SnapshotBuffer(std::string name) : name_(std::move(name)) {}
  // What is appended from now on is a section of its own.
  void begin_section() { starts_.push_back(bytes_.size()); }
  std::vector<uint64_t> section_starts() const override { return starts_; }
  void append(std::span<const std::byte> bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  const std::string& name() const override { return name_; }
  uint64_t size() const override { return bytes_.size(); }
  void read(uint64_t offset, std::span<std::byte> out) const override;
  std::vector<std::byte>& bytes() { return bytes_; }

 private:
  std::string name_;
  std::vector<std::byte> bytes_;
  std::vector<uint64_t> starts_ = {0};
};

// The state of one subtask at a barrier: immutable, independent of the store it came from.
class PendingSnapshot {
 public:
  PendingSnapshot(int64_t checkpoint, std::unique_ptr<const FrozenState> state);
  ~PendingSnapshot();

  int64_t checkpoint() const { return checkpoint_; }
  // The checkpoint that its changes are counted from, 0: none.
  int64_t base() const;
  KeyGroupRange key_groups() const;
  // Bytes of the pages that write() writes, and of its changes: upper bounds, without the catalogue.
  uint64_t whole_bytes() const;
  uint64_t changed_bytes() const;

  // Writes one section; one of changes is to be read behind that of base(). Any thread, one at a time; the store may go
  // on meanwhile. Requires for kChanges: base() != 0.
  void write(SnapshotWriter& writer, SectionContent content = SectionContent::kWhole) const;

 private:
  int64_t checkpoint_;
  std::unique_ptr<const FrozenState> state_;
};

// What the first bytes of a section say.
struct SnapshotPartInfo {
  int64_t checkpoint = 0;
  int64_t base = 0;  // the checkpoint whose section comes before this one, 0: this is a whole one
  int32_t max_parallelism = 0;
  KeyGroupRange key_groups;
};
// Reads the head of a part's last section. Throws UserError naming part and offset where it is damaged or of a newer
// format.
SnapshotPartInfo read_part_info(const SnapshotReader& part);

// What a restore did that the caller may want to refuse or report.
struct RestoreReport {
  std::vector<std::string> tables_lost;     // in the snapshot, not declared
  std::vector<std::string> tables_empty;    // the same, where no part has a record of it
  std::vector<std::string> tables_new;      // declared, not in the snapshot: empty
  std::vector<std::string> fields_added;    // "table.field": zero in every record
  std::vector<std::string> fields_removed;  // "table.field"
  int64_t records = 0;                      // restored into this store
};

}  // namespace tidemill
