#include "state/record_log.h"

#include <bit>
#include <cstring>

#include "base/check.h"
#include "state/page_kind.h"

namespace tidemill {
namespace {

constexpr int kMergesAtOnce = 64;  // pages merged between two batches: about a tenth of a millisecond, of small ones

const RecordPageHeader& header_of(const std::byte* page) { return *reinterpret_cast<const RecordPageHeader*>(page); }
RecordPageHeader& header_of(std::byte* page) { return *reinterpret_cast<RecordPageHeader*>(page); }

uint64_t word_at(const std::byte* page, uint32_t word) {
  uint64_t bits;
  std::memcpy(&bits, page + sizeof(RecordPageHeader) + word * sizeof(bits), sizeof(bits));
  return bits;
}
bool is_live(const std::byte* page, uint32_t index) { return (word_at(page, index / 64) >> (index % 64) & 1) != 0; }
void set_live(std::byte* page, uint32_t index, bool live) {
  const uint64_t bit = 1ULL << (index % 64);
  const uint64_t bits = word_at(page, index / 64);
  const uint64_t changed = live ? bits | bit : bits & ~bit;
  std::memcpy(page + sizeof(RecordPageHeader) + index / 64 * sizeof(changed), &changed, sizeof(changed));
}

// Returns the first live index at or after `index`, `used` where there is none.
uint32_t next_live(const std::byte* page, uint32_t index, uint32_t used) {
  while (index < used) {
    const uint64_t bits = word_at(page, index / 64) >> (index % 64);
    if (bits != 0) return std::min(index + static_cast<uint32_t>(std::countr_zero(bits)), used);
    index = (index / 64 + 1) * 64;
  }
  return used;
}

uint32_t round_up(uint32_t value, uint32_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

RecordPageShape::RecordPageShape(uint32_t record_bytes, uint32_t align)
    : page_size(record_bytes <= kSmallPageRecordMax ? PageSize::kSmall : PageSize::kLarge),
      stride(std::max<uint32_t>(round_up(record_bytes, align), 1)) {
  const auto page_bytes = static_cast<uint32_t>(bytes_of(page_size));
  for (capacity = page_bytes / stride;; --capacity) {
    first_record = round_up(static_cast<uint32_t>(sizeof(RecordPageHeader)) + (capacity + 63) / 64 * 8, align);
    if (first_record + capacity * stride <= page_bytes) break;
  }
  CHECK_MSG(capacity > 0, "record of {} bytes", record_bytes);
}

PageId scan_record_page(const PageSource& pages, const RecordPageShape& shape, PageId id, const RecordVisitor& visit) {
  const std::byte* const page = pages.page(id);
  const RecordPageHeader header = header_of(page);
  for (uint32_t index = next_live(page, 0, header.used); index < header.used;
       index = next_live(page, index + 1, header.used))
    visit(make_address(id, shape.offset(index)), page + shape.offset(index));
  return header.next;
}

void scan_records(const PageSource& pages, const RecordPageShape& shape, PageId first, const RecordVisitor& visit) {
  for (PageId id = first; id != 0;) id = scan_record_page(pages, shape, id, visit);
}

StateAddress RecordLog::append() {
  if (last_ == 0 || header_of(pages_->read(last_)).used == shape_.capacity) {
    const PageId id = pages_->allocate(group_, shape_.page_size);
    write_header(id) = {kRecordPage, 0, 0, 0, last_, 0};
    if (last_ == 0)
      first_ = id;
    else
      write_header(last_).next = id;
    last_ = id;
  }
  RecordPageHeader& header = write_header(last_);
  const uint32_t index = header.used++;
  ++header.live;
  ++live_;
  set_live(reinterpret_cast<std::byte*>(&header), index, true);
  const StateAddress address = make_address(last_, shape_.offset(index));
  std::memset(pages_->write_at(address, shape_.stride), 0, shape_.stride);
  return address;
}

RecordPageHeader& RecordLog::write_header(PageId id) { return header_of(pages_->write(id, 0, shape_.first_record)); }

void RecordLog::erase(StateAddress address) {
  const PageId id = page_of(address);
  auto* const page = reinterpret_cast<std::byte*>(&write_header(id));
  const uint32_t index = shape_.index(offset_in_page(address));
  CHECK_MSG(is_live(page, index), "record {} erased twice", address);
  set_live(page, index, false);
  --live_;
  const uint32_t live = --header_of(page).live;
  if (live == 0) return unlink(id);
  // Three chances: a neighbour that is full now may have room later.
  if (live == shape_.capacity / 2 || live == shape_.capacity / 4 || live == shape_.capacity / 8) sparse_.push_back(id);
}

void RecordLog::unlink(PageId id) {
  const RecordPageHeader header = header_of(pages_->read(id));
  if (header.previous == 0)
    first_ = header.next;
  else
    write_header(header.previous).next = header.next;
  if (header.next == 0)
    last_ = header.previous;
  else
    write_header(header.next).previous = header.previous;
  if (collect_next_ == id) collect_next_ = header.next;
  std::erase(sparse_, id);
  pages_->free(id, group_);
}

StateAddress RecordLog::collect(StateAddress position, size_t max, std::vector<StateAddress>& addresses) const {
  PageId id = position == 0 ? first_ : page_of(position);
  uint32_t index = position == 0 ? 0 : offset_in_page(position);
  addresses.clear();
  while (id != 0) {
    const std::byte* const page = pages_->read(id);
    const RecordPageHeader& header = header_of(page);
    for (index = next_live(page, index, header.used); index < header.used;
         index = next_live(page, index + 1, header.used)) {
      if (addresses.size() == max) return make_address(id, index);
      addresses.push_back(make_address(id, shape_.offset(index)));
    }
    id = header.next;
    index = 0;
  }
  return 0;
}

bool RecordLog::collect_next(int32_t pages, std::vector<StateAddress>& addresses) {
  addresses.clear();
  if (collect_next_ == 0) collect_next_ = first_;
  for (int32_t i = 0; i < pages && collect_next_ != 0; ++i) {
    const PageId id = collect_next_;
    const std::byte* const page = pages_->read(id);
    const RecordPageHeader& header = header_of(page);
    for (uint32_t index = next_live(page, 0, header.used); index < header.used;
         index = next_live(page, index + 1, header.used))
      addresses.push_back(make_address(id, shape_.offset(index)));
    collect_next_ = header.next;
  }
  return collect_next_ == 0;
}

bool RecordLog::merge_into_previous(PageId id, const MovedVisitor& moved) {
  const PageId previous = header_of(pages_->read(id)).previous;
  if (previous == 0) return false;
  if (header_of(pages_->read(previous)).live + header_of(pages_->read(id)).live > static_cast<int>(shape_.capacity))
    return false;
  std::byte* const to = pages_->write(previous);
  uint32_t place = 0;
  const auto slide = [&](PageId from_id, const std::byte* from) {
    const uint32_t used = header_of(from).used;
    for (uint32_t index = next_live(from, 0, used); index < used; index = next_live(from, index + 1, used), ++place) {
      if (from == to && index == place) continue;
      std::memmove(to + shape_.offset(place), from + shape_.offset(index), shape_.stride);
      set_live(to, place, true);
      if (from == to) set_live(to, index, false);
      moved(make_address(from_id, shape_.offset(index)), make_address(previous, shape_.offset(place)));
    }
  };
  slide(previous, to);
  slide(id, pages_->read(id));
  header_of(to).used = static_cast<uint16_t>(place);
  header_of(to).live = static_cast<uint16_t>(place);
  unlink(id);
  return true;
}

void RecordLog::merge_sparse_pages(const MovedVisitor& moved) {
  for (int merges = 0; merges < kMergesAtOnce && !sparse_.empty(); ++merges) {
    const PageId id = sparse_.back();
    sparse_.pop_back();
    if (merge_into_previous(id, moved)) continue;
    const PageId next = header_of(pages_->read(id)).next;
    if (next != 0) merge_into_previous(next, moved);
  }
}

void RecordLog::clear() {
  pages_->free_all(group_);
  first_ = 0;
  last_ = 0;
  collect_next_ = 0;
  live_ = 0;
  sparse_.clear();
}

}  // namespace tidemill
