#include "state/page_table.h"

#include <algorithm>
#include <cstring>

namespace tidemill {

PageTable::PageTable(PageTableOptions options)
    : options_(std::move(options)),
      pool_(std::make_shared<FramePool>(options_.budget, options_.spill_files, options_.spill_directory)),
      entries_(1) {
  if (options_.budget != nullptr) options_.budget->join();
}

PageTable::~PageTable() {
  if (options_.budget != nullptr) options_.budget->leave();
  if (pool_.use_count() == 1) return;  // nothing is frozen: the pool goes too, with all its pages
  drop_replaced();
  for (Entry& entry : entries_) {
    if (entry.frame != nullptr) pool_->drop(entry.frame);
  }
}

void PageTable::count_in_memory(const Entry& entry, bool in) const {
  const size_t bytes = bytes_of(entry.frame->size);
  pages_in_memory_ += in ? 1 : -size_t{1};
  bytes_in_memory_ += in ? bytes : -bytes;
}

PageId PageTable::allocate(PageSize size) {
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
  entry.frame = pool_->take(size);
  entry.bytes = entry.frame->bytes.load(std::memory_order_relaxed);
  std::memset(entry.bytes, 0, bytes_of(size));
  entry.pinned_in = generation_;
  entry.writable_in = generation_;
  entry.changed.mark_all();
  ++pinned_pages_;
  ++pages_allocated_;
  count_in_memory(entry, true);
  return id;
}

void PageTable::free(PageId id) {
  Entry& entry = entries_[id];
  CHECK_MSG(entry.frame != nullptr, "page {} freed twice", id);
  if (entry.pinned_in == generation_) --pinned_pages_;
  if (entry.bytes != nullptr) count_in_memory(entry, false);
  pool_->drop(entry.frame);
  entry = Entry();
  free_ids_.push_back(id);
  --pages_allocated_;
}

PageId PageTable::allocate(PageGroup& group, PageSize size) {
  const PageId id = allocate(size);
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

void PageTable::came_in(Entry& entry) const {
  entry.bytes = entry.frame->bytes.load(std::memory_order_relaxed);
  entry.frame->loaded_in = generation_;
  count_in_memory(entry, true);
}

void PageTable::load(Entry& entry) const {
  make_room();
  pool_->load(entry.frame);
  came_in(entry);
}

bool PageTable::load_at_once(Entry& entry) const {
  make_room();
  if (!pool_->load_at_once(entry.frame)) return false;
  came_in(entry);
  return true;
}

void PageTable::load(std::span<const StateAddress> addresses) const {
  std::vector<PageId> wanted;
  for (const StateAddress address : addresses) {
    if (address == 0) continue;
    const PageId id = page_of(address);
    if (entries_[id].bytes == nullptr)
      wanted.push_back(id);
    else
      read(id);  // what is here stays, while others come
  }
  // What the system has in its memory comes at once. The rest is asked for all together, by place in the file.
  std::erase_if(wanted, [&](PageId id) {
    Entry& entry = entries_[id];
    if (entry.bytes == nullptr && !load_at_once(entry)) return false;
    read(id);
    return true;
  });
  const auto place = [&](PageId id) { return entries_[id].frame->slot.number; };
  std::sort(wanted.begin(), wanted.end(), [&](PageId a, PageId b) { return place(a) < place(b); });
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const PageId id : wanted) pool_->prefetch(entries_[id].frame);
  for (const PageId id : wanted) read(id);
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
  PageFrame* const copy = pool_->take(entry.frame->size);
  std::byte* const bytes = copy->bytes.load(std::memory_order_relaxed);
  std::memcpy(bytes, entry.bytes, bytes_of(copy->size));
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
  count_in_memory(entry, false);
  return true;
}

void PageTable::make_room() const {
  if (!pool_->can_spill()) return;
  int64_t wanted = options_.budget->asked_of(static_cast<int64_t>(bytes_in_memory_));
  // Twice round: the first time a page may only lose its second chance.
  for (size_t steps = 2 * entries_.size(); wanted > 0 && steps > 0; --steps) {
    hand_ = hand_ + 1 < entries_.size() ? hand_ + 1 : 1;
    if (hand_ >= entries_.size()) return;
    Entry& entry = entries_[hand_];
    if (entry.frame == nullptr || entry.bytes == nullptr || entry.pinned_in == generation_) continue;
    // A page that was given out in the batch that brought it back, and not again, has had its turn.
    if (entry.pinned_in != 0 && entry.pinned_in != entry.frame->loaded_in)
      entry.pinned_in = 0;
    else if (spill(entry))
      wanted -= static_cast<int64_t>(bytes_of(entry.frame->size));
  }
}

void PageTable::move_pinned_pages() {
  for (Entry& entry : entries_) {
    if (entry.frame == nullptr || entry.pinned_in != generation_) continue;
    PageFrame* const moved = pool_->take(entry.frame->size);
    std::byte* const bytes = moved->bytes.load(std::memory_order_relaxed);
    const size_t size = bytes_of(moved->size);
    std::memcpy(bytes, entry.bytes, size);
    if (entry.frame->references.load(std::memory_order_acquire) == 1) std::memset(entry.bytes, 0xdd, size);
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
  std::vector<PageFrame*> frames;
  frames.reserve(entries_.size());
  constexpr size_t kAhead = 16;  // frames lie in no order, entries do
  for (size_t id = 0; id < entries_.size(); ++id) {
    if (id + kAhead < entries_.size()) __builtin_prefetch(entries_[id + kAhead].frame, 1);
    frames.push_back(entries_[id].frame);
    if (frames.back() != nullptr) frames.back()->references.fetch_add(1, std::memory_order_relaxed);
  }
  return std::make_unique<FrozenPages>(pool_, std::move(frames));
}

std::vector<ChangedBlocks> PageTable::take_changes() {
  CHECK_MSG(released(), "{} pages are given out", pinned_pages_);
  std::vector<ChangedBlocks> changes;
  changes.reserve(entries_.size());
  for (Entry& entry : entries_) {
    changes.push_back(entry.changed);
    entry.changed.clear();
  }
  return changes;
}

void PageTable::add_changes(std::span<const ChangedBlocks> changes) {
  for (size_t id = 0; id < changes.size(); ++id) entries_[id].changed.merge(changes[id]);
}

}  // namespace tidemill
