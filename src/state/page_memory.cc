#include "state/page_memory.h"

#include <algorithm>

#include "base/os_memory.h"

namespace tidemill {
namespace {

constexpr size_t kFirstBlockPages = 16;  // 64 or 256 KiB, which a small job does not notice
constexpr size_t kBlockPagesMax = 1024;

}  // namespace

PageMemory::~PageMemory() {
  for (const Block& block : blocks_) unmap_memory(block.bytes, block.pages * page_bytes_);
}

void PageMemory::add_block() {
  const size_t pages = blocks_.empty() ? kFirstBlockPages : std::min(blocks_.back().pages * 2, kBlockPagesMax);
  blocks_.push_back({map_memory(pages * page_bytes_), pages});
  mark_memory_used(blocks_.back().bytes, pages * page_bytes_, false);
  for (size_t page = pages; page > 0; --page) empty_.push_back(blocks_.back().bytes + (page - 1) * page_bytes_);
}

std::byte* PageMemory::take() {
  const std::lock_guard lock(mutex_);
  if (kept_.empty() && empty_.empty()) add_block();
  std::vector<std::byte*>& free = kept_.empty() ? empty_ : kept_;
  std::byte* const page = free.back();
  free.pop_back();
  mark_memory_used(page, page_bytes_, true);
  return page;
}

void PageMemory::give_back(std::byte* page) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() < kept_max_) {
    kept_.push_back(page);
  } else {
    discard_memory(page, page_bytes_);
    empty_.push_back(page);
  }
  mark_memory_used(page, page_bytes_, false);
}

}  // namespace tidemill
