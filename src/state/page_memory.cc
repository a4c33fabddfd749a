#include "state/page_memory.h"

#include <algorithm>

#include "base/os_memory.h"

namespace tidemill {
namespace {

constexpr size_t kFirstBlockPages = 16;  // 64 or 256 KiB, which a small job does not notice
constexpr size_t kBlockPagesMax = 1024;
// Each call to the system stops the other threads for an instant: pages go by the hundred, and neighbours in one call.
constexpr ptrdiff_t kEmptiedAtOnce = 256;

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
  std::byte* page = nullptr;
  bool has_memory = true;
  {
    const std::lock_guard lock(mutex_);
    if (kept_.empty() && empty_.empty()) add_block();
    has_memory = !kept_.empty();
    std::vector<std::byte*>& free = has_memory ? kept_ : empty_;
    page = free.back();
    free.pop_back();
    mark_memory_used(page, page_bytes_, true);
  }
  if (!has_memory) populate_memory(page, page_bytes_);
  return page;
}

void PageMemory::give_back(std::byte* page) {
  std::vector<std::byte*> surplus;
  {
    const std::lock_guard lock(mutex_);
    mark_memory_used(page, page_bytes_, false);
    kept_.push_back(page);
    if (kept_.size() < kept_max_ + kEmptiedAtOnce) return;
    surplus.assign(kept_.begin(), kept_.begin() + kEmptiedAtOnce);  // given back the longest ago
    kept_.erase(kept_.begin(), kept_.begin() + kEmptiedAtOnce);
  }
  empty(std::move(surplus));
}

void PageMemory::empty(std::vector<std::byte*> pages) {
  std::sort(pages.begin(), pages.end());
  for (size_t first = 0, end = 0; first < pages.size(); first = end) {
    for (end = first + 1; end < pages.size() && pages[end] == pages[end - 1] + page_bytes_;) ++end;
    discard_memory(pages[first], (end - first) * page_bytes_);
  }
  const std::lock_guard lock(mutex_);
  empty_.insert(empty_.end(), pages.rbegin(), pages.rend());
}

}  // namespace tidemill
