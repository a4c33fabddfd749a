// state/page_table.h - the pages that all state of one store lies in. Rule: whoever holds a page id must ask here for
// the bytes each batch anew; bytes given out stay where they are until release(), and a frozen page is copied before it
// is given out for writing.
//
// Over its budget a table spills the pages that were not given out since the hand of a clock last passed them (CLOCK:
// Corbato, "A paging experiment with the Multics system", 1968), nor in another batch than the one that brought them
// back; never one of the batch at hand.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "state/changed_blocks.h"
#include "state/page_frame.h"

namespace tidemill {

struct PageTableOptions {
  // What pages and indexes are charged to. nullptr: to nothing.
  std::shared_ptr<MemoryBudget> budget = nullptr;
  // Where pages go when the budget is exceeded; borrowed, outlives the table and what it froze. nullptr, or no budget:
  // nowhere.
  FileSystem* spill_files = nullptr;
  std::string spill_directory = {};
  // Moves every page that was given out to other memory at release() and spoils the old bytes, so that a test sees any
  // use of a dead address. What spilling will do to some pages, this does to all.
  bool move_pages_at_release = false;
};

// Pages that belong together, as a list through the entries of the page table.
struct PageGroup {
  PageId first = 0;
};

class PageTable : public PageSource {
 public:
  explicit PageTable(PageTableOptions options = {});
  PageTable(const PageTable&) = delete;
  PageTable& operator=(const PageTable&) = delete;
  ~PageTable() override;

  // Returns a new page, zeroed, already given out for writing.
  PageId allocate(PageSize size = PageSize::kLarge);
  // The same, as one of a group that can be given up as a whole.
  PageId allocate(PageGroup& group, PageSize size = PageSize::kLarge);
  // Gives the page up, wherever it is. Bytes that were given out die. Its id is used again.
  void free(PageId id);
  void free(PageId id, PageGroup& group);
  // Gives up all pages of the group, and reads none of them.
  void free_all(PageGroup& group);

  // Returns the bytes for reading; they stay until release().
  const std::byte* page(PageId id) const override { return read(id); }
  // A page that was spilled is read back. Throws TransientError where that fails.
  const std::byte* read(PageId id) const {
    Entry& entry = entries_[id];
    if (entry.pinned_in != generation_) [[unlikely]]
      pin(entry);
    return entry.bytes;
  }
  // Returns the page's bytes, of which `bytes` from `offset` may be written; it is copied first where it is frozen.
  // They stay until release(). Bytes of the same page that were given out for reading earlier in the batch stay too,
  // but may not show what is written now. What is written elsewhere in the page is missing in the next checkpoint,
  // which then does not verify. Requires: bytes >= 1.
  std::byte* write(PageId id, uint32_t offset, uint32_t bytes) {
    Entry& entry = entries_[id];
    if (entry.writable_in != generation_) [[unlikely]]
      make_writable(entry);
    entry.changed.mark(offset, bytes);
    return entry.bytes;
  }
  // The same for a whole page.
  std::byte* write(PageId id) { return write(id, 0, static_cast<uint32_t>(bytes_of(page_size(id)))); }
  PageSize page_size(PageId id) const { return entries_[id].frame->size; }
  const std::byte* read_at(StateAddress address) const { return read(page_of(address)) + offset_in_page(address); }
  // Returns the `bytes` bytes at the address for writing.
  std::byte* write_at(StateAddress address, uint32_t bytes) {
    const uint32_t offset = offset_in_page(address);
    return write(page_of(address), offset, bytes) + offset;
  }
  // Hints that the page's bytes at this address are needed soon. Of a spilled page this does nothing.
  void prefetch(StateAddress address) const {
    const auto bytes = reinterpret_cast<uintptr_t>(entries_[page_of(address)].bytes);
    __builtin_prefetch(reinterpret_cast<const void*>(bytes + offset_in_page(address)), 1);
  }

  // Reads back those pages of the addresses that were spilled, all at once. 0 is passed over. Throws TransientError.
  void load(std::span<const StateAddress> addresses) const;
  // Returns whether any page is out of memory: load() may be worth its while.
  bool any_spilled() const { return pages_in_memory_ != pages_allocated_; }

  // Ends the batch: every address given out is dead. Over budget, pages that were not asked for lately are spilled.
  // Throws TransientError where they cannot be.
  void release();
  bool released() const { return pinned_pages_ == 0; }
  // Pages given out since the last release().
  size_t pinned_pages() const { return pinned_pages_; }

  // Returns all pages as they are now. Requires: released().
  std::unique_ptr<FrozenPages> freeze();
  // Returns what was given out for writing since the last call, by page id, and begins anew. A page that is new since
  // is marked as a whole; of one that was freed the marks mean nothing. Requires: released().
  std::vector<ChangedBlocks> take_changes();
  // Adds what an earlier take_changes() gave: it was not saved after all.
  void add_changes(std::span<const ChangedBlocks> changes);

  size_t pages_allocated() const { return pages_allocated_; }
  size_t pages_in_memory() const { return pages_in_memory_; }
  size_t bytes_in_memory() const { return bytes_in_memory_; }  // of these, without frozen copies
  // Bytes of pages and of frozen copies that are held in memory.
  size_t memory_bytes() const { return pool_->bytes_in_memory(); }
  // Bytes that the table itself takes, besides pages.
  size_t entry_bytes() const { return entries_.capacity() * sizeof(Entry) + pool_->frame_bytes(); }
  // Where pages of a size go. Requires: a budget and spill files.
  const SpillFile& spill_file(PageSize size) const { return pool_->spill_file(size); }

 private:
  struct alignas(64) Entry {     // a cache line
    std::byte* bytes = nullptr;  // of the frame; nullptr: spilled
    PageFrame* frame = nullptr;
    uint32_t pinned_in = 0;    // generation in which the page was last given out; 0: not since the hand passed
    uint32_t writable_in = 0;  // generation in which it was last given out for writing
    PageId previous = 0;       // of its group
    PageId next = 0;
    ChangedBlocks changed;  // since take_changes()
  };
  static_assert(sizeof(Entry) == 64);

  void pin(Entry& entry) const;
  void load(Entry& entry) const;
  bool load_at_once(Entry& entry) const;
  void came_in(Entry& entry) const;
  void replace_frame(Entry& entry, bool read_before);
  void make_room() const;
  bool spill(Entry& entry) const;
  void make_writable(Entry& entry);
  // Keeps count of an entry's page that has come into memory, or left it.
  void count_in_memory(const Entry& entry, bool in) const;
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
  mutable size_t pages_in_memory_ = 0;  // of those
  mutable size_t bytes_in_memory_ = 0;  // of these
  mutable size_t hand_ = 1;             // where the search for pages to spill goes on
};

}  // namespace tidemill
