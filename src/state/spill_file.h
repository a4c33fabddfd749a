// state/spill_file.h - pages that do not fit in memory, in a local file. Rule: what is read back is what was written,
// or an error: never other bytes.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "env/file_system.h"
#include "state/page_address.h"

namespace tidemill {

// Where a spilled page lies, with what proves it.
struct SpillSlot {
  uint32_t number = 0;    // 0: nowhere
  uint64_t checksum = 0;  // XXH3 of the page, combined with the number: a page of another slot is not believed
};

// write(), prefetch() and free() on the task thread; reading on any.
class SpillFile {
 public:
  // `files` is borrowed. All pages have `page_bytes`. The file is made with the first page.
  SpillFile(FileSystem& files, std::string directory, size_t page_bytes)
      : files_(files), directory_(std::move(directory)), page_bytes_(page_bytes) {}

  // Writes a page. Throws TransientError: no space, I/O error.
  SpillSlot write(const std::byte* page);
  // Reads a page back. Throws TransientError where it cannot be read or is not what was written.
  void read(SpillSlot slot, std::byte* page) const;
  // The same where the system has the page in memory; returns false where it has not.
  bool read_at_once(SpillSlot slot, std::byte* page) const;
  // Hints that the page is read soon.
  void prefetch(SpillSlot slot) const;
  // Gives a slot up. Requires: nobody reads it.
  void free(SpillSlot slot) { free_slots_.push_back(slot.number); }
  bool has_free_slot() const { return !free_slots_.empty(); }

  uint64_t pages_written() const { return pages_written_; }
  // Bytes of the file, slots that are free included.
  uint64_t file_bytes() const { return uint64_t{slots_} * page_bytes_; }

 private:
  int64_t offset_of(SpillSlot slot) const { return static_cast<int64_t>((slot.number - 1) * uint64_t{page_bytes_}); }
  uint64_t checksum_of(uint32_t number, const std::byte* page) const;
  void check(SpillSlot slot, const std::byte* page, size_t bytes_read) const;

  FileSystem& files_;
  const std::string directory_;
  const size_t page_bytes_;
  std::unique_ptr<ScratchFile> file_;
  uint32_t slots_ = 0;
  std::vector<uint32_t> free_slots_;
  uint64_t pages_written_ = 0;
};

}  // namespace tidemill
