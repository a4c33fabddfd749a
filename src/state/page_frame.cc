#include "state/page_frame.h"

#include <algorithm>
#include <cstring>

namespace tidemill {
namespace {

constexpr int64_t kPagesKeptMin = 16;
constexpr int64_t kPagesKeptMax = 4096;  // 64 MiB

// Counts a reader of a frame in and out.
class FrameReader {
 public:
  explicit FrameReader(PageFrame& frame) : frame_(frame) { frame_.readers.fetch_add(1); }
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;
  ~FrameReader() { frame_.readers.fetch_sub(1); }
  // nullptr: the page is only in the spill file.
  const std::byte* bytes() const { return frame_.bytes.load(); }

 private:
  PageFrame& frame_;
};

}  // namespace

size_t FramePool::pages_kept(const MemoryBudget* budget) {
  if (budget == nullptr) return kPagesKeptMax;
  const int64_t pages = budget->slack_bytes() / static_cast<int64_t>(kPageBytes);
  return static_cast<size_t>(std::clamp(pages, kPagesKeptMin, kPagesKeptMax));
}

FramePool::~FramePool() {
  for (const std::unique_ptr<PageFrame[]>& block : blocks_) {
    for (size_t i = 0; i < kFramesPerBlock; ++i) {
      std::byte* const bytes = block[i].bytes.load(std::memory_order_relaxed);
      if (bytes != nullptr) drop_bytes(bytes);
    }
  }
}

std::byte* FramePool::take_bytes() {
  std::byte* const bytes = memory_.take();
  frames_in_memory_.fetch_add(1, std::memory_order_relaxed);
  if (budget_ != nullptr) budget_->charge(MemoryKind::kStatePages, static_cast<int64_t>(kPageBytes));
  return bytes;
}

void FramePool::drop_bytes(std::byte* bytes) {
  memory_.give_back(bytes);
  frames_in_memory_.fetch_sub(1, std::memory_order_relaxed);
  if (budget_ != nullptr) budget_->charge(MemoryKind::kStatePages, -static_cast<int64_t>(kPageBytes));
}

void FramePool::take_returned() {
  for (PageFrame* frame = returned_.exchange(nullptr, std::memory_order_acquire); frame != nullptr;) {
    PageFrame* const next = frame->next_free;
    forget_slot(frame);
    frame->next_free = free_;
    free_ = frame;
    frame = next;
  }
}

PageFrame* FramePool::take() {
  if (free_ == nullptr) take_returned();
  if (free_ == nullptr) {
    blocks_.push_back(std::make_unique<PageFrame[]>(kFramesPerBlock));
    for (size_t i = 0; i < kFramesPerBlock; ++i) {
      blocks_.back()[i].next_free = free_;
      free_ = &blocks_.back()[i];
    }
  }
  std::byte* const bytes = take_bytes();
  PageFrame* const frame = free_;
  free_ = frame->next_free;
  frame->bytes.store(bytes, std::memory_order_relaxed);
  frame->references.store(1, std::memory_order_relaxed);
  return frame;
}

void FramePool::drop(PageFrame* frame) {
  if (frame->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  std::byte* const bytes = frame->bytes.exchange(nullptr, std::memory_order_relaxed);
  if (bytes != nullptr) drop_bytes(bytes);
  frame->next_free = returned_.load(std::memory_order_relaxed);
  while (
      !returned_.compare_exchange_weak(frame->next_free, frame, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

bool FramePool::spill(PageFrame* frame) {
  std::byte* const bytes = frame->bytes.load(std::memory_order_relaxed);
  if (frame->slot.number == 0) {
    if (!spill_->has_free_slot()) take_returned();
    frame->slot = spill_->write(bytes);
  }
  frame->bytes.store(nullptr);
  if (frame->readers.load() != 0) {
    frame->bytes.store(bytes);
    return false;
  }
  drop_bytes(bytes);
  return true;
}

void FramePool::load(PageFrame* frame) {
  std::byte* const bytes = take_bytes();
  try {
    spill_->read(frame->slot, bytes);
  } catch (...) {
    drop_bytes(bytes);
    throw;
  }
  frame->bytes.store(bytes);
}

void FramePool::forget_slot(PageFrame* frame) {
  if (frame->slot.number == 0) return;
  spill_->free(frame->slot);
  frame->slot = {};
}

void FramePool::copy(PageFrame* frame, std::byte* out) const {
  const FrameReader reader(*frame);
  const std::byte* const bytes = reader.bytes();
  if (bytes != nullptr)
    std::memcpy(out, bytes, kPageBytes);
  else
    spill_->read(frame->slot, out);
}

FrozenPages::~FrozenPages() {
  for (const auto& [id, given] : given_out_) {
    if (given.copied)
      pool_->drop_bytes(given.bytes);
    else
      frames_[id]->readers.fetch_sub(1);
  }
  for (PageFrame* frame : frames_) {
    if (frame != nullptr) pool_->drop(frame);
  }
}

const std::byte* FrozenPages::page(PageId id) const {
  CHECK_MSG(allocated(id), "page {}", id);
  PageFrame& frame = *frames_[id];
  const auto found = given_out_.find(id);
  if (found != given_out_.end()) return found->second.bytes;
  frame.readers.fetch_add(1);
  if (std::byte* const bytes = frame.bytes.load(); bytes != nullptr) {
    given_out_.emplace(id, GivenOut{bytes, false});
    return bytes;
  }
  frame.readers.fetch_sub(1);
  std::byte* const copied = pool_->take_bytes();
  given_out_.emplace(id, GivenOut{copied, true});
  pool_->copy(&frame, copied);
  return copied;
}

void FrozenPages::copy(PageId id, std::byte* out) const {
  CHECK_MSG(allocated(id), "page {}", id);
  pool_->copy(frames_[id], out);
}

}  // namespace tidemill
