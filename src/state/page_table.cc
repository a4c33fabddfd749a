#include "state/page_table.h"

#include <cstring>
#include <new>

namespace tidemill {
namespace {

constexpr std::align_val_t kFrameAlignment{64};  // a cache line

std::byte* allocate_frame_bytes() { return static_cast<std::byte*>(::operator new(kPageBytes, kFrameAlignment)); }
void free_frame_bytes(std::byte* bytes) { ::operator delete(bytes, kFrameAlignment); }

}  // namespace

FramePool::~FramePool() {
  for (const std::unique_ptr<PageFrame[]>& block : blocks_) {
    for (size_t i = 0; i < kFramesPerBlock; ++i) free_frame_bytes(block[i].bytes);
  }
}

PageFrame* FramePool::take() {
  if (free_ == nullptr) free_ = returned_.exchange(nullptr, std::memory_order_acquire);
  if (free_ == nullptr) {
    blocks_.push_back(std::make_unique<PageFrame[]>(kFramesPerBlock));
    for (size_t i = 0; i < kFramesPerBlock; ++i) {
      blocks_.back()[i].next_free = free_;
      free_ = &blocks_.back()[i];
    }
  }
  PageFrame* const frame = free_;
  frame->bytes = allocate_frame_bytes();
  free_ = frame->next_free;
  frame->references.store(1, std::memory_order_relaxed);
  frames_in_use_.fetch_add(1, std::memory_order_relaxed);
  return frame;
}

void FramePool::drop(PageFrame* frame) {
  if (frame->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  free_frame_bytes(frame->bytes);
  frame->bytes = nullptr;
  frames_in_use_.fetch_sub(1, std::memory_order_relaxed);
  frame->next_free = returned_.load(std::memory_order_relaxed);
  while (
      !returned_.compare_exchange_weak(frame->next_free, frame, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

FrozenPages::~FrozenPages() {
  for (PageFrame* frame : frames_) {
    if (frame != nullptr) pool_->drop(frame);
  }
}

const std::byte* FrozenPages::page(PageId id) const {
  CHECK_MSG(allocated(id), "page {}", id);
  return frames_[id]->bytes;
}

PageTable::PageTable(PageTableOptions options) : options_(options), pool_(std::make_shared<FramePool>()), entries_(1) {}

PageTable::~PageTable() {
  drop_replaced();
  for (Entry& entry : entries_) {
    if (entry.frame != nullptr) pool_->drop(entry.frame);
  }
}

PageId PageTable::allocate() {
  PageId id;
  if (free_ids_.empty()) {
    id = static_cast<PageId>(entries_.size());
    CHECK_MSG(id < kPagesMax, "state of one operator exceeds {} pages", kPagesMax);
    entries_.emplace_back();
  } else {
    id = free_ids_.back();
    free_ids_.pop_back();
  }
  Entry& entry = entries_[id];
  entry.frame = pool_->take();
  entry.bytes = entry.frame->bytes;
  std::memset(entry.bytes, 0, kPageBytes);
  entry.pinned_in = generation_;
  entry.writable_in = generation_;
  ++pinned_pages_;
  ++pages_allocated_;
  return id;
}

void PageTable::free(PageId id) {
  Entry& entry = entries_[id];
  CHECK_MSG(entry.frame != nullptr, "page {} freed twice", id);
  if (entry.pinned_in == generation_) --pinned_pages_;
  pool_->drop(entry.frame);
  entry = Entry();
  free_ids_.push_back(id);
  --pages_allocated_;
}

void PageTable::pin(Entry& entry) const {
  CHECK(entry.frame != nullptr);
  entry.pinned_in = generation_;
  ++pinned_pages_;
}

void PageTable::make_writable(Entry& entry) {
  const bool read_before = entry.pinned_in == generation_;
  if (!read_before) pin(entry);
  if (entry.frame->references.load(std::memory_order_acquire) != 1) {
    PageFrame* const copy = pool_->take();
    std::memcpy(copy->bytes, entry.bytes, kPageBytes);
    if (read_before)
      replaced_.push_back(entry.frame);
    else
      pool_->drop(entry.frame);
    entry.frame = copy;
    entry.bytes = copy->bytes;
  }
  entry.writable_in = generation_;
}

void PageTable::move_pinned_pages() {
  for (Entry& entry : entries_) {
    if (entry.frame == nullptr || entry.pinned_in != generation_) continue;
    PageFrame* const moved = pool_->take();
    std::memcpy(moved->bytes, entry.bytes, kPageBytes);
    if (entry.frame->references.load(std::memory_order_acquire) == 1) std::memset(entry.bytes, 0xdd, kPageBytes);
    pool_->drop(entry.frame);
    entry.frame = moved;
    entry.bytes = moved->bytes;
  }
}

void PageTable::drop_replaced() {
  for (PageFrame* frame : replaced_) pool_->drop(frame);
  replaced_.clear();
}

void PageTable::release() {
  drop_replaced();
  if (options_.move_pages_at_release) move_pinned_pages();
  pinned_pages_ = 0;
  if (++generation_ != 0) return;
  generation_ = 1;  // after 2^32 batches: no entry may look as if it were of this one
  for (Entry& entry : entries_) {
    entry.pinned_in = 0;
    entry.writable_in = 0;
  }
}

std::unique_ptr<FrozenPages> PageTable::freeze() {
  CHECK_MSG(released(), "{} pages are given out", pinned_pages_);
  std::vector<PageFrame*> frames(entries_.size());
  for (size_t id = 0; id < entries_.size(); ++id) {
    frames[id] = entries_[id].frame;
    if (frames[id] != nullptr) frames[id]->references.fetch_add(1, std::memory_order_relaxed);
  }
  return std::make_unique<FrozenPages>(pool_, std::move(frames));
}

}  // namespace tidemill
