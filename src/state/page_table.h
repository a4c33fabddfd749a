// state/page_table.h - the pages that all state of one store lies in. Rule: whoever holds a page id must ask here for
// the bytes each batch anew; bytes given out stay where they are until release(), and a frozen page is copied before it
// is given out for writing.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/check.h"

namespace tidemill {

constexpr size_t kPageBytes = 16384;  // unit of copy-on-write, spilling and checksums
constexpr uint32_t kPageShift = 14;
constexpr uint32_t kPagesMax = 1U << 26;  // 1 TiB a store; a StateAddress fits 40 bits

using PageId = uint32_t;  // 0: none
// Where something lies in state: page id and offset. Stays the same when a page is copied, spilled or restored in
// place, so it may be stored in records. 0: nowhere.
using StateAddress = uint64_t;

inline PageId page_of(StateAddress address) { return static_cast<PageId>(address >> kPageShift); }
inline uint32_t offset_in_page(StateAddress address) { return static_cast<uint32_t>(address & (kPageBytes - 1)); }
inline StateAddress make_address(PageId page, uint32_t offset) {
  return static_cast<StateAddress>(page) << kPageShift | offset;
}

// Gives the bytes of pages by id: of a live table, of a frozen one, of a part being restored.
class PageSource {
 public:
  virtual ~PageSource() = default;
  // Returns kPageBytes bytes. Requires: an allocated page of this source.
  virtual const std::byte* page(PageId id) const = 0;
};

// Bytes of one page with the number of its holders: the page table, and each FrozenPages that saw it.
struct PageFrame {
  std::byte* bytes = nullptr;
  std::atomic<uint32_t> references{0};
  PageFrame* next_free = nullptr;
};

// Frames of one page table and of what it froze. Any thread may drop a reference; only the task takes new frames.
class FramePool {
 public:
  FramePool() = default;
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  ~FramePool();

  // Returns a frame with one reference and uninitialised bytes. Task thread.
  PageFrame* take();
  // Gives up one reference; the last one frees the bytes. Any thread.
  void drop(PageFrame* frame);
  // Frames with bytes, frozen copies included. Any thread.
  size_t frames_in_use() const { return frames_in_use_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kFramesPerBlock = 1024;
  std::vector<std::unique_ptr<PageFrame[]>> blocks_;
  PageFrame* free_ = nullptr;                  // owned by the task thread
  std::atomic<PageFrame*> returned_{nullptr};  // dropped frames; the task takes the whole list at once
  std::atomic<size_t> frames_in_use_{0};
};

// All pages as they were at freeze(): immutable. Read and destroyed on any thread, one at a time.
class FrozenPages : public PageSource {
 public:
  FrozenPages(std::shared_ptr<FramePool> pool, std::vector<PageFrame*> frames)
      : pool_(std::move(pool)), frames_(std::move(frames)) {}
  FrozenPages(const FrozenPages&) = delete;
  FrozenPages& operator=(const FrozenPages&) = delete;
  ~FrozenPages() override;

  const std::byte* page(PageId id) const override;
  // Ids are below this; some are not allocated.
  PageId id_end() const { return static_cast<PageId>(frames_.size()); }
  bool allocated(PageId id) const { return id < frames_.size() && frames_[id] != nullptr; }

 private:
  std::shared_ptr<FramePool> pool_;
  std::vector<PageFrame*> frames_;
};

struct PageTableOptions {
  // Moves every page that was given out to other memory at release() and spoils the old bytes, so that a test sees any
  // use of a dead address. What spilling will do to some pages, this does to all.
  bool move_pages_at_release = false;
};

class PageTable : public PageSource {
 public:
  explicit PageTable(PageTableOptions options = {});
  PageTable(const PageTable&) = delete;
  PageTable& operator=(const PageTable&) = delete;
  ~PageTable() override;

  // Returns a new page, zeroed, already given out for writing.
  PageId allocate();
  // Gives the page up. Bytes that were given out die. Its id is used again.
  void free(PageId id);

  // Returns the bytes for reading; they stay until release().
  const std::byte* page(PageId id) const override { return read(id); }
  const std::byte* read(PageId id) const {
    Entry& entry = entries_[id];
    if (entry.pinned_in != generation_) [[unlikely]]
      pin(entry);
    return entry.bytes;
  }
  // Returns the bytes for writing, copied first where the page is frozen; they stay until release(). Bytes of the same
  // page that were given out for reading earlier in the batch stay too, but may not show what is written now.
  std::byte* write(PageId id) {
    Entry& entry = entries_[id];
    if (entry.writable_in != generation_) [[unlikely]]
      make_writable(entry);
    return entry.bytes;
  }
  const std::byte* read_at(StateAddress address) const { return read(page_of(address)) + offset_in_page(address); }
  std::byte* write_at(StateAddress address) { return write(page_of(address)) + offset_in_page(address); }
  // Hints that the page's bytes at this address are needed soon.
  void prefetch(StateAddress address) const {
    __builtin_prefetch(entries_[page_of(address)].bytes + offset_in_page(address), 1);
  }

  // Ends the batch: every address given out is dead.
  void release();
  bool released() const { return pinned_pages_ == 0; }
  // Pages given out since the last release().
  size_t pinned_pages() const { return pinned_pages_; }

  // Returns all pages as they are now. Requires: released().
  std::unique_ptr<FrozenPages> freeze();

  size_t pages_allocated() const { return pages_allocated_; }
  // Bytes of pages and of frozen copies that are still held.
  size_t memory_bytes() const { return pool_->frames_in_use() * kPageBytes; }

 private:
  struct Entry {
    std::byte* bytes = nullptr;
    PageFrame* frame = nullptr;
    uint32_t pinned_in = 0;    // generation in which the page was last given out
    uint32_t writable_in = 0;  // generation in which it was last given out for writing
  };

  void pin(Entry& entry) const;
  void make_writable(Entry& entry);
  void move_pinned_pages();
  void drop_replaced();

  PageTableOptions options_;
  std::shared_ptr<FramePool> pool_;
  mutable std::vector<Entry> entries_;  // by page id; reading pins
  std::vector<PageId> free_ids_;
  std::vector<PageFrame*> replaced_;  // frames copied in this batch after their bytes were given out for reading
  uint32_t generation_ = 1;           // number of the current batch
  mutable size_t pinned_pages_ = 0;
  size_t pages_allocated_ = 0;
};

}  // namespace tidemill
