#include "state/page_table.h"

#include <algorithm>
#include <cstring>

namespace tidemill {
namespace {

std::unique_ptr<SpillFile> make_spill_file(const PageTableOptions& options) {
  if (options.budget == nullptr || options.spill_files == nullptr) return nullptr;
  return std::make_unique<SpillFile>(*options.spill_files, options.spill_directory);
}

}  // namespace

PageTable::PageTable(PageTableOptions options)
    : options_(std::move(options)),
      pool_(std::make_shared<FramePool>(options_.budget, make_spill_file(options_))),
      entries_(1) {
  if (options_.budget != nullptr) options_.budget->join();
}

PageTable::~PageTable() {
  if (options_.budget != nullptr) options_.budget->leave();
  drop_replaced();
  for (Entry& entry : entries_) {
    if (entry.frame != nullptr) pool_->drop(entry.frame);
  }
}

PageId PageTable::allocate() {
  make_room();
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
  entry.bytes = entry.frame->bytes.load(std::memory_order_relaxed);
  std::memset(entry.bytes, 0, kPageBytes);
  entry.pinned_in = generation_;
  entry.writable_in = generation_;
  entry.changed.mark_all();
  ++pinned_pages_;
  ++pages_allocated_;
  ++pages_in_memory_;
  return id;
}

void PageTable::free(PageId id) {
  Entry& entry = entries_[id];
  CHECK_MSG(entry.frame != nullptr, "page {} freed twice", id);
  if (entry.pinned_in == generation_) --pinned_pages_;
  if (entry.bytes != nullptr) --pages_in_memory_;
  pool_->drop(entry.frame);
  entry = Entry();
  free_ids_.push_back(id);
  --pages_allocated_;
}

PageId PageTable::allocate(PageGroup& group) {
  const PageId id = allocate();
  entries_[id].next = group.first;
  if (group.first != 0) entries_[group.first].previous = id;
  group.first = id;
  return id;
}

void PageTable::free(PageId id, PageGroup& group) {
  const Entry entry = entries_[id];
  free(id);
  if (entry.next != 0) entries_[entry.next].previous = entry.previous;
  (entry.previous != 0 ? entries_[entry.previous].next : group.first) = entry.next;
}

void PageTable::free_all(PageGroup& group) {
  while (group.first != 0) free(group.first, group);
}

void PageTable::pin(Entry& entry) const {
  CHECK(entry.frame != nullptr);
  if (entry.bytes == nullptr) load(entry);
  entry.pinned_in = generation_;
  ++pinned_pages_;
}

void PageTable::load(Entry& entry) const {
  make_room();
  pool_->load(entry.frame);
  entry.bytes = entry.frame->bytes.load(std::memory_order_relaxed);
  ++pages_in_memory_;
}

void PageTable::load(std::span<const StateAddress> addresses) const {
  std::vector<PageId> wanted;
  for (const StateAddress address : addresses) {
    if (address != 0 && entries_[page_of(address)].bytes == nullptr) wanted.push_back(page_of(address));
  }
  // By place in the file: neighbours are read ahead together.
  const auto place = [&](PageId id) { return entries_[id].frame->slot.number; };
  std::sort(wanted.begin(), wanted.end(), [&](PageId a, PageId b) { return place(a) < place(b); });
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const PageId id : wanted) pool_->prefetch(entries_[id].frame);
  for (const PageId id : wanted) pin(entries_[id]);
}

void PageTable::make_writable(Entry& entry) {
  const bool read_before = entry.pinned_in == generation_;
  if (!read_before) pin(entry);
  if (entry.frame->references.load(std::memory_order_acquire) != 1)
    replace_frame(entry, read_before);
  else
    pool_->forget_slot(entry.frame);
  entry.writable_in = generation_;
}

// Others hold this version: the table goes on with a copy.
void PageTable::replace_frame(Entry& entry, bool read_before) {
  PageFrame* const copy = pool_->take();
  std::byte* const bytes = copy->bytes.load(std::memory_order_relaxed);
  std::memcpy(bytes, entry.bytes, kPageBytes);
  PageFrame* const replaced = entry.frame;
  entry.frame = copy;
  entry.bytes = bytes;
  if (read_before) {
    replaced_.push_back(replaced);
    return;
  }
  if (pool_->can_spill() && (replaced->slot.number != 0 || options_.budget->exceeded())) pool_->spill(replaced);
  pool_->drop(replaced);
}

bool PageTable::spill(Entry& entry) const {
  if (!pool_->spill(entry.frame)) return false;
  entry.bytes = nullptr;
  --pages_in_memory_;
  return true;
}

void PageTable::make_room() const {
  if (!pool_->can_spill()) return;
  int64_t wanted = options_.budget->asked_of(static_cast<int64_t>(pages_in_memory_ * kPageBytes));
  // Twice round: the first time a page may only lose its second chance.
  for (size_t steps = 2 * entries_.size(); wanted > 0 && steps > 0; --steps) {
    hand_ = hand_ + 1 < entries_.size() ? hand_ + 1 : 1;
    if (hand_ >= entries_.size()) return;
    Entry& entry = entries_[hand_];
    if (entry.frame == nullptr || entry.bytes == nullptr || entry.pinned_in == generation_) continue;
    if (entry.pinned_in != 0)
      entry.pinned_in = 0;
    else if (spill(entry))
      wanted -= static_cast<int64_t>(kPageBytes);
  }
}

void PageTable::move_pinned_pages() {
  for (Entry& entry : entries_) {
    if (entry.frame == nullptr || entry.pinned_in != generation_) continue;
    PageFrame* const moved = pool_->take();
    std::byte* const bytes = moved->bytes.load(std::memory_order_relaxed);
    std::memcpy(bytes, entry.bytes, kPageBytes);
    if (entry.frame->references.load(std::memory_order_acquire) == 1) std::memset(entry.bytes, 0xdd, kPageBytes);
    pool_->drop(entry.frame);
    entry.frame = moved;
    entry.bytes = bytes;
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
  if (++generation_ == 0) {
    generation_ = 1;  // after 2^32 batches: no entry may look as if it were of this one
    for (Entry& entry : entries_) {
      entry.pinned_in = 0;
      entry.writable_in = 0;
    }
  }
  make_room();
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

std::vector<ChangedBlocks> PageTable::take_changes() {
  CHECK_MSG(released(), "{} pages are given out", pinned_pages_);
  std::vector<ChangedBlocks> changes(entries_.size());
  for (size_t id = 0; id < entries_.size(); ++id) {
    changes[id] = entries_[id].changed;
    entries_[id].changed.clear();
  }
  return changes;
}

void PageTable::add_changes(std::span<const ChangedBlocks> changes) {
  for (size_t id = 0; id < changes.size(); ++id) entries_[id].changed.merge(changes[id]);
}

}  // namespace tidemill
