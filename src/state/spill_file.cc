#include "state/spill_file.h"

#include <span>

#include "base/error.h"
#include "base/hash.h"

namespace tidemill {
namespace {

int64_t offset_of(SpillSlot slot) { return static_cast<int64_t>(slot.number - 1) * static_cast<int64_t>(kPageBytes); }

uint64_t checksum_of(uint32_t number, const std::byte* page) {
  return hash_combine(number, hash_bytes(page, kPageBytes));
}

}  // namespace

SpillSlot SpillFile::write(const std::byte* page) {
  if (!file_) file_ = files_.open_scratch(directory_);
  const bool again = !free_slots_.empty();
  const uint32_t number = again ? free_slots_.back() : slots_ + 1;
  const SpillSlot slot{number, checksum_of(number, page)};
  file_->write_at(offset_of(slot), {reinterpret_cast<const char*>(page), kPageBytes});
  if (again)
    free_slots_.pop_back();
  else
    ++slots_;
  ++pages_written_;
  return slot;
}

void SpillFile::read(SpillSlot slot, std::byte* page) const {
  const size_t count = file_->read_at(offset_of(slot), {reinterpret_cast<char*>(page), kPageBytes});
  if (count != kPageBytes || checksum_of(slot.number, page) != slot.checksum)
    throw TransientError(fmt::format("State that was spilled to '{}' is damaged: page {} is not what was written",
                                     directory_, slot.number));
}

void SpillFile::prefetch(SpillSlot slot) const { file_->prefetch(offset_of(slot), kPageBytes); }

}  // namespace tidemill
