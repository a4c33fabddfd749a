// checkpoint/state_file.h - the state of one task in a file: sections one after the other, one an operator's subtask.
// Rule: a section is believed only after its checksum was verified over its whole length.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "env/file_system.h"
#include "runtime/snapshot_storage.h"

namespace tidemill {

// The checksum of a section: hash_bytes of each block of 64 KiB (the last one may be shorter), combined in order.
class SectionChecksum {
 public:
  void update(std::span<const std::byte> bytes);
  // Returns the checksum of all bytes so far. Call once.
  uint64_t finish();

 private:
  void close_block();
  std::string block_;
  uint64_t hash_ = 0;
};

// Makes the file `name` in `directory`; parts name it relative to that, so that a checkpoint may be moved. Its name is
// durable only once the directory that it is in was synced.
std::unique_ptr<SnapshotFile> create_state_file(FileSystem& files, const std::string& directory,
                                                const std::string& name);

enum class SectionCheck : uint8_t {
  kEveryByte,  // read whole and compared with its checksum
  kDone,       // by this process, in this start; pages are checked again as they are read
};

// Opens the sections of a part and verifies them. Throws UserError naming the file where one does not match.
std::unique_ptr<SnapshotReader> open_state_part(FileSystem& files, const std::string& directory, const StatePart& part,
                                                SectionCheck check = SectionCheck::kEveryByte);

}  // namespace tidemill
