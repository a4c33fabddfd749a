// state/page_frame.h - versions of pages: in memory, in the spill file, or both. Rule: a version that somebody froze
// never changes; its bytes may leave memory, and then they are in the spill file.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/check.h"
#include "state/memory_budget.h"
#include "state/page_address.h"
#include "state/page_memory.h"
#include "state/spill_file.h"

namespace tidemill {

// Gives the bytes of pages by id: of a live table, of a frozen one, of a part being restored.
class PageSource {
 public:
  virtual ~PageSource() = default;
  // Returns the page's bytes. Requires: an allocated page of this source.
  virtual const std::byte* page(PageId id) const = 0;
};

// One version of one page, with the number of its holders: the page table, and each FrozenPages that saw it.
//
// Who reads it off the task counts itself in `readers` before it looks at `bytes`; the task takes `bytes` away before
// it looks at `readers`, and puts them back where there is one (all sequentially consistent, as in Dekker's algorithm).
// So a reader sees bytes that stay, or none and a slot to read instead.
struct PageFrame {
  std::atomic<std::byte*> bytes{nullptr};  // nullptr: only in the spill file. Changed on the task thread.
  std::atomic<uint32_t> references{0};
  std::atomic<uint32_t> readers{0};
  PageSize size = PageSize::kLarge;  // fixed while anybody holds it
  uint32_t loaded_in = 0;            // batch of the page table in which its bytes came back
  SpillSlot slot;  // where `bytes` are in the spill file too; set before they leave memory, fixed while frozen
  PageFrame* next_free = nullptr;
};

// Frames of one page table and of what it froze. Any thread may drop a reference; all else is the task's.
class FramePool {
 public:
  // `budget` may be null. Without it, or without `spill_files` (borrowed), nothing leaves memory.
  FramePool(std::shared_ptr<MemoryBudget> budget, FileSystem* spill_files, const std::string& spill_directory);
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  ~FramePool();

  // Returns a frame with one reference and uninitialised bytes.
  PageFrame* take(PageSize size);
  // Gives up one reference; the last one frees the bytes. Any thread.
  void drop(PageFrame* frame);

  // Takes the bytes of a frame out of memory, written to the spill file first where they are not there yet. Returns
  // false where a reader holds them. Throws TransientError; the frame is then as it was. Requires: can_spill().
  bool spill(PageFrame* frame);
  // Brings the bytes of a spilled frame back. Throws TransientError.
  void load(PageFrame* frame) { load(frame, true); }
  // The same where that does not wait for a disk; returns false where it would.
  bool load_at_once(PageFrame* frame) { return load(frame, false); }
  // Hints that load() follows.
  void prefetch(const PageFrame* frame) const { spill_file(frame->size).prefetch(frame->slot); }
  // The bytes are about to change: what is in the spill file is worthless. Requires: one reference.
  void forget_slot(PageFrame* frame);
  bool can_spill() const { return !spill_.empty(); }
  // Where pages of this size go. Requires: can_spill().
  const SpillFile& spill_file(PageSize size) const { return spill_[static_cast<size_t>(size)]; }

  // Reads a frame wherever it is. Any thread.
  void copy(PageFrame* frame, std::byte* out) const;
  // Bytes for copies that FrozenPages keeps, charged like frames. Any thread.
  std::byte* take_bytes(PageSize size);
  void drop_bytes(std::byte* bytes, PageSize size);

  // Bytes of pages in memory, frozen ones and copies included. Any thread.
  size_t bytes_in_memory() const { return bytes_in_memory_.load(std::memory_order_relaxed); }
  // Bytes of frames, whatever their pages are. Task thread.
  size_t frame_bytes() const { return blocks_.size() * kFramesPerBlock * sizeof(PageFrame); }

 private:
  static constexpr size_t kFramesPerBlock = 1024;
  // Returns how many free pages keep their memory: about those that one bout of spilling gives up.
  static size_t pages_kept(const MemoryBudget* budget, PageSize size);
  // Makes some of the frames that were dropped, and their slots, usable again.
  void take_returned();
  bool load(PageFrame* frame, bool may_wait);
  SpillFile& spill_of(PageSize size) { return spill_[static_cast<size_t>(size)]; }

  const std::shared_ptr<MemoryBudget> budget_;
  std::deque<SpillFile> spill_;       // by PageSize; empty: nothing leaves memory
  std::array<PageMemory, 2> memory_;  // by PageSize
  std::vector<std::unique_ptr<PageFrame[]>> blocks_;
  PageFrame* free_ = nullptr;  // owned by the task thread
  // Dropped frames, some with a slot. The task takes the whole list, and goes through it a few at a time.
  std::atomic<PageFrame*> returned_{nullptr};
  PageFrame* returning_ = nullptr;
  std::atomic<size_t> bytes_in_memory_{0};
};

// All pages as they were at freeze(): immutable. Read and destroyed on any thread, one at a time.
class FrozenPages : public PageSource {
 public:
  FrozenPages(std::shared_ptr<FramePool> pool, std::vector<PageFrame*> frames)
      : pool_(std::move(pool)), frames_(std::move(frames)) {}
  FrozenPages(const FrozenPages&) = delete;
  FrozenPages& operator=(const FrozenPages&) = delete;
  ~FrozenPages() override;

  // The bytes stay until this goes, in memory whatever the budget says: to read much, use copy(). Throws TransientError
  // where a spilled page cannot be read.
  const std::byte* page(PageId id) const override;
  // Copies a page to `out`, which has room for kPageBytes; returns its size.
  PageSize copy(PageId id, std::byte* out) const;
  PageSize page_size(PageId id) const { return frames_[id]->size; }
  // Ids are below this; some are not allocated.
  PageId id_end() const { return static_cast<PageId>(frames_.size()); }
  bool allocated(PageId id) const { return id < frames_.size() && frames_[id] != nullptr; }

 private:
  struct GivenOut {
    std::byte* bytes;
    bool copied;  // of a spilled page; otherwise the frame's own, which this keeps in memory as its reader
  };

  std::shared_ptr<FramePool> pool_;
  std::vector<PageFrame*> frames_;
  mutable std::unordered_map<PageId, GivenOut> given_out_;
};

}  // namespace tidemill
