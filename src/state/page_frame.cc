#include "state/page_frame.h"

#include <algorithm>
#include <cstring>

namespace tidemill {
namespace {

constexpr int64_t kPagesKeptMin = 16;
// Frames that come back at once: a snapshot of a gigabyte drops them by the hundred thousand.
constexpr int kReturnedAtOnce = 256;
constexpr int64_t kBytesKeptMax = int64_t{64} << 20;

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

size_t FramePool::pages_kept(const MemoryBudget* budget, PageSize size) {
  const int64_t bytes = budget == nullptr ? kBytesKeptMax : std::min(budget->slack_bytes(), kBytesKeptMax);
  return static_cast<size_t>(std::max(bytes / static_cast<int64_t>(bytes_of(size)), kPagesKeptMin));
}

FramePool::FramePool(std::shared_ptr<MemoryBudget> budget, FileSystem* spill_files, const std::string& spill_directory)
    : budget_(std::move(budget)),
      memory_{PageMemory(kPageBytes, pages_kept(budget_.get(), PageSize::kLarge)),
              PageMemory(kSmallPageBytes, pages_kept(budget_.get(), PageSize::kSmall))} {
  if (budget_ == nullptr || spill_files == nullptr) return;
  for (const PageSize size : {PageSize::kLarge, PageSize::kSmall})
    spill_.emplace_back(*spill_files, spill_directory, bytes_of(size));
}

FramePool::~FramePool() {
  // All pages go at once, with their memory.
  if (budget_ != nullptr) budget_->charge(MemoryKind::kStatePages, -static_cast<int64_t>(bytes_in_memory()));
}

std::byte* FramePool::take_bytes(PageSize size) {
  std::byte* const bytes = memory_[static_cast<size_t>(size)].take();
  bytes_in_memory_.fetch_add(bytes_of(size), std::memory_order_relaxed);
  if (budget_ != nullptr) budget_->charge(MemoryKind::kStatePages, static_cast<int64_t>(bytes_of(size)));
  return bytes;
}

void FramePool::drop_bytes(std::byte* bytes, PageSize size) {
  memory_[static_cast<size_t>(size)].give_back(bytes);
  bytes_in_memory_.fetch_sub(bytes_of(size), std::memory_order_relaxed);
  if (budget_ != nullptr) budget_->charge(MemoryKind::kStatePages, -static_cast<int64_t>(bytes_of(size)));
}

void FramePool::take_returned() {
  for (int i = 0; i < kReturnedAtOnce; ++i) {
    if (returning_ == nullptr) returning_ = returned_.exchange(nullptr, std::memory_order_acquire);
    if (returning_ == nullptr) return;
    PageFrame* const frame = returning_;
    returning_ = frame->next_free;
    forget_slot(frame);
    frame->next_free = free_;
    free_ = frame;
  }
}

PageFrame* FramePool::take(PageSize size) {
  if (free_ == nullptr) take_returned();
  if (free_ == nullptr) {
    blocks_.push_back(std::make_unique<PageFrame[]>(kFramesPerBlock));
    for (size_t i = 0; i < kFramesPerBlock; ++i) {
      blocks_.back()[i].next_free = free_;
      free_ = &blocks_.back()[i];
    }
  }
  std::byte* const bytes = take_bytes(size);
  PageFrame* const frame = free_;
  free_ = frame->next_free;
  frame->size = size;
  frame->bytes.store(bytes, std::memory_order_relaxed);
  frame->references.store(1, std::memory_order_relaxed);
  return frame;
}

void FramePool::drop(PageFrame* frame) {
  if (frame->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  std::byte* const bytes = frame->bytes.exchange(nullptr, std::memory_order_relaxed);
  if (bytes != nullptr) drop_bytes(bytes, frame->size);
  frame->next_free = returned_.load(std::memory_order_relaxed);
  while (
      !returned_.compare_exchange_weak(frame->next_free, frame, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

bool FramePool::spill(PageFrame* frame) {
  std::byte* const bytes = frame->bytes.load(std::memory_order_relaxed);
  if (frame->slot.number == 0) {
    SpillFile& file = spill_of(frame->size);
    if (!file.has_free_slot()) take_returned();
    frame->slot = file.write(bytes);
  }
  frame->bytes.store(nullptr);
  if (frame->readers.load() != 0) {
    frame->bytes.store(bytes);
    return false;
  }
  drop_bytes(bytes, frame->size);
  return true;
}

bool FramePool::load(PageFrame* frame, bool may_wait) {
  const SpillFile& file = spill_file(frame->size);
  std::byte* const bytes = take_bytes(frame->size);
  try {
    if (may_wait)
      file.read(frame->slot, bytes);
    else if (!file.read_at_once(frame->slot, bytes)) {
      drop_bytes(bytes, frame->size);
      return false;
    }
  } catch (...) {
    drop_bytes(bytes, frame->size);
    throw;
  }
  frame->bytes.store(bytes);
  return true;
}

void FramePool::forget_slot(PageFrame* frame) {
  if (frame->slot.number == 0) return;
  spill_of(frame->size).free(frame->slot);
  frame->slot = {};
}

void FramePool::copy(PageFrame* frame, std::byte* out) const {
  const FrameReader reader(*frame);
  const std::byte* const bytes = reader.bytes();
  if (bytes != nullptr)
    std::memcpy(out, bytes, bytes_of(frame->size));
  else
    spill_file(frame->size).read(frame->slot, out);
}

FrozenPages::~FrozenPages() {
  for (const auto& [id, given] : given_out_) {
    if (given.copied)
      pool_->drop_bytes(given.bytes, frames_[id]->size);
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
  std::byte* const copied = pool_->take_bytes(frame.size);
  given_out_.emplace(id, GivenOut{copied, true});
  pool_->copy(&frame, copied);
  return copied;
}

PageSize FrozenPages::copy(PageId id, std::byte* out) const {
  CHECK_MSG(allocated(id), "page {}", id);
  pool_->copy(frames_[id], out);
  return frames_[id]->size;
}

}  // namespace tidemill
