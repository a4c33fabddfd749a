#include "state/spill_file.h"

#include <span>

#include "base/error.h"
#include "base/hash.h"

namespace tidemill {

uint64_t SpillFile::checksum_of(uint32_t number, const std::byte* page) const {
  return hash_combine(number, hash_bytes(page, page_bytes_));
}

SpillSlot SpillFile::write(const std::byte* page) {
  if (!file_) file_ = files_.open_scratch(directory_);
  const bool again = !free_slots_.empty();
  const uint32_t number = again ? free_slots_.back() : slots_ + 1;
  const SpillSlot slot{number, checksum_of(number, page)};
  file_->write_at(offset_of(slot), {reinterpret_cast<const char*>(page), page_bytes_});
  if (again)
    free_slots_.pop_back();
  else
    ++slots_;
  ++pages_written_;
  return slot;
}

void SpillFile::check(SpillSlot slot, const std::byte* page, size_t bytes_read) const {
  if (bytes_read != page_bytes_ || checksum_of(slot.number, page) != slot.checksum)
    throw TransientError(fmt::format("State that was spilled to '{}' is damaged: page {} is not what was written",
                                     directory_, slot.number));
}

void SpillFile::read(SpillSlot slot, std::byte* page) const {
  check(slot, page, file_->read_at(offset_of(slot), {reinterpret_cast<char*>(page), page_bytes_}));
}

bool SpillFile::read_at_once(SpillSlot slot, std::byte* page) const {
  const size_t count = file_->read_at_once(offset_of(slot), {reinterpret_cast<char*>(page), page_bytes_});
  if (count == 0) return false;
  check(slot, page, count);
  return true;
}

void SpillFile::prefetch(SpillSlot slot) const { file_->prefetch(offset_of(slot), page_bytes_); }

}  // namespace tidemill
