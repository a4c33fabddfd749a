#include "state/text_heap.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "state/page_kind.h"

namespace tidemill {
namespace {

// Sizes grow by at most a half, so that at most a third of a cell is slack; each fills a page to within a few bytes.
constexpr std::array<uint16_t, 19> kCellBytes = {16,
                                                 32,
                                                 48,
                                                 64,
                                                 96,
                                                 128,
                                                 192,
                                                 256,
                                                 384,
                                                 512,
                                                 768,
                                                 1008,
                                                 1360,
                                                 2032,
                                                 2720,
                                                 4080,
                                                 5440,
                                                 8176,
                                                 CellHeap::kCellBytesMax};
constexpr uint32_t kSmallPageCellMax = 192;  // larger cells leave too much of a small page over
constexpr uint32_t kNoPosition = 0xffffffff;
constexpr uint32_t kChunkBytes = CellHeap::kCellBytesMax - sizeof(StateAddress);  // of a text longer than a cell

struct CellPageHeader {
  uint16_t kind = 0;  // kCellPage
  uint16_t size_class = 0;
  uint32_t used = 0;
  uint32_t heap_page = 0;
  uint32_t reserved = 0;
};
static_assert(sizeof(CellPageHeader) == 16);

constexpr uint32_t round_up(uint32_t value, uint32_t unit) { return (value + unit - 1) / unit * unit; }
constexpr PageSize page_size(size_t size_class) {
  return kCellBytes[size_class] <= kSmallPageCellMax ? PageSize::kSmall : PageSize::kLarge;
}
constexpr uint32_t page_bytes(size_t size_class) { return static_cast<uint32_t>(bytes_of(page_size(size_class))); }
constexpr uint32_t bitmap_words(size_t size_class) {
  return round_up(page_bytes(size_class) / kCellBytes[size_class], 64) / 64;
}
constexpr uint32_t first_cell(size_t size_class) {
  return round_up(static_cast<uint32_t>(sizeof(CellPageHeader)) + bitmap_words(size_class) * 8, 16);
}
constexpr uint32_t cells_in_page(size_t size_class) {
  return (page_bytes(size_class) - first_cell(size_class)) / kCellBytes[size_class];
}
static_assert(cells_in_page(kCellBytes.size() - 1) == 1);

// By sixteens of bytes that a cell must have: all sizes are multiples of it, but for the last.
constexpr uint32_t kCellUnit = 16;
constexpr auto kClassOf = [] {
  std::array<uint8_t, round_up(CellHeap::kCellBytesMax, kCellUnit) / kCellUnit + 1> classes{};
  for (uint32_t units = 1; units < classes.size(); ++units)
    while (classes[units] + 1U < kCellBytes.size() && kCellBytes[classes[units]] < units * kCellUnit) ++classes[units];
  return classes;
}();

size_t class_of(uint32_t bytes) {
  CHECK_MSG(bytes >= 1 && bytes <= CellHeap::kCellBytesMax, "cell of {} bytes", bytes);
  return kClassOf[(bytes + kCellUnit - 1) / kCellUnit];
}

const CellPageHeader& read_header(const std::byte* page) { return *reinterpret_cast<const CellPageHeader*>(page); }
CellPageHeader& header_of(std::byte* page) { return *reinterpret_cast<CellPageHeader*>(page); }
uint64_t* bitmap_of(std::byte* page) { return reinterpret_cast<uint64_t*>(page + sizeof(CellPageHeader)); }

// Sets the first clear bit and returns its index. Requires: there is one.
uint32_t take_first_free(std::byte* page) {
  uint64_t* const words = bitmap_of(page);
  for (uint32_t word = 0;; ++word) {
    if (words[word] == ~0ULL) continue;
    const auto bit = static_cast<uint32_t>(std::countr_one(words[word]));
    words[word] |= 1ULL << bit;
    return word * 64 + bit;
  }
}

}  // namespace

StoredText StoredText::of_inline(std::string_view text) {
  CHECK(text.size() <= kInlineBytesMax);
  StoredText stored;
  stored.size_ = static_cast<uint32_t>(text.size());
  std::copy(text.begin(), text.end(), stored.bytes_);
  return stored;
}

StoredText StoredText::of_heap(std::string_view text, StateAddress address) {
  CHECK(text.size() > kInlineBytesMax);
  StoredText stored;
  stored.size_ = static_cast<uint32_t>(text.size());
  std::memcpy(stored.bytes_, text.data(), 4);
  std::memcpy(stored.bytes_ + 4, &address, sizeof(address));
  return stored;
}

uint32_t CellHeap::cell_bytes(uint32_t bytes) { return kCellBytes[class_of(bytes)]; }

uint32_t CellHeap::add_page(size_t size_class) {
  uint32_t index;
  if (free_heap_pages_.empty()) {
    index = static_cast<uint32_t>(heap_pages_.size());
    heap_pages_.emplace_back();
  } else {
    index = free_heap_pages_.back();
    free_heap_pages_.pop_back();
  }
  heap_pages_[index].id = pages_->allocate(page_size(size_class));
  header_of(pages_->write(heap_pages_[index].id)) = {kCellPage, static_cast<uint16_t>(size_class), 0, index, 0};
  add_room(size_class, index);
  return index;
}

void CellHeap::add_room(size_t size_class, uint32_t page) {
  heap_pages_[page].room_position = static_cast<uint32_t>(with_room_[size_class].size());
  with_room_[size_class].push_back(page);
}

void CellHeap::remove_room(size_t size_class, uint32_t page) {
  std::vector<uint32_t>& room = with_room_[size_class];
  const uint32_t position = heap_pages_[page].room_position;
  room[position] = room.back();
  heap_pages_[room.back()].room_position = position;
  room.pop_back();
  heap_pages_[page].room_position = kNoPosition;
}

StateAddress CellHeap::allocate(uint32_t bytes) {
  const size_t size_class = class_of(bytes);
  const uint32_t index = with_room_[size_class].empty() ? add_page(size_class) : with_room_[size_class].back();
  const PageId id = heap_pages_[index].id;
  std::byte* const page = pages_->write(id, 0, first_cell(size_class));
  const uint32_t cell = take_first_free(page);
  if (++header_of(page).used == cells_in_page(size_class)) remove_room(size_class, index);
  return make_address(id, first_cell(size_class) + cell * kCellBytes[size_class]);
}

void CellHeap::free(StateAddress cell) {
  const PageId id = page_of(cell);
  const CellPageHeader before = read_header(pages_->read(id));
  CHECK_MSG(before.kind == kCellPage, "cell {} lies in no cell page", cell);
  const size_t size_class = before.size_class;
  std::byte* const page = pages_->write(id, 0, first_cell(size_class));
  CellPageHeader& header = header_of(page);
  const uint32_t position = (offset_in_page(cell) - first_cell(size_class)) / kCellBytes[size_class];
  uint64_t& word = bitmap_of(page)[position / 64];
  const uint64_t bit = 1ULL << (position % 64);
  CHECK_MSG((word & bit) != 0, "cell {} freed twice", cell);
  word &= ~bit;
  if (header.used == cells_in_page(size_class)) add_room(size_class, header.heap_page);
  if (--header.used != 0) return;
  remove_room(size_class, header.heap_page);
  heap_pages_[header.heap_page].id = 0;
  free_heap_pages_.push_back(header.heap_page);
  pages_->free(id);
}

void CellHeap::clear() {
  for (const HeapPage& page : heap_pages_) {
    if (page.id != 0) pages_->free(page.id);
  }
  heap_pages_.clear();
  free_heap_pages_.clear();
  for (std::vector<uint32_t>& room : with_room_) room.clear();
}

StoredText TextHeap::store(std::string_view text) {
  if (text.size() <= StoredText::kInlineBytesMax) return StoredText::of_inline(text);
  if (text.size() <= CellHeap::kCellBytesMax) {
    const StateAddress cell = cells_.allocate(static_cast<uint32_t>(text.size()));
    std::memcpy(cells_.pages().write_at(cell, static_cast<uint32_t>(text.size())), text.data(), text.size());
    return StoredText::of_heap(text, cell);
  }
  // Chunks from the last to the first, each with the address of the next before its bytes.
  StateAddress next = 0;
  size_t start = (text.size() - 1) / kChunkBytes * kChunkBytes;
  for (std::string_view rest = text;; start -= kChunkBytes) {
    const std::string_view chunk = rest.substr(start);
    const auto bytes = static_cast<uint32_t>(sizeof(next) + chunk.size());
    const StateAddress cell = cells_.allocate(bytes);
    std::byte* const to = cells_.pages().write_at(cell, bytes);
    std::memcpy(to, &next, sizeof(next));
    std::memcpy(to + sizeof(next), chunk.data(), chunk.size());
    next = cell;
    if (start == 0) return StoredText::of_heap(text, next);
    rest = rest.substr(0, start);
  }
}

void TextHeap::replace(StoredText& stored, std::string_view text) {
  const bool in_cells = !stored.is_inline() && stored.size() <= CellHeap::kCellBytesMax &&
                        text.size() > StoredText::kInlineBytesMax && text.size() <= CellHeap::kCellBytesMax;
  const auto bytes = static_cast<uint32_t>(text.size());
  if (in_cells && class_of(stored.size()) == class_of(bytes)) {
    const StateAddress cell = stored.address();
    std::memcpy(cells_.pages().write_at(cell, bytes), text.data(), bytes);
    stored = StoredText::of_heap(text, cell);
    return;
  }
  free(stored);
  stored = store(text);
}

std::string_view TextHeap::load(const PageSource& pages, const StoredText& stored, std::string& scratch) {
  if (stored.is_inline()) return stored.inlined();
  StateAddress cell = stored.address();
  const auto bytes_at = [&pages](StateAddress address) {
    return pages.page(page_of(address)) + offset_in_page(address);
  };
  if (stored.size() <= CellHeap::kCellBytesMax) return {reinterpret_cast<const char*>(bytes_at(cell)), stored.size()};
  scratch.clear();
  while (scratch.size() < stored.size()) {
    const std::byte* const from = bytes_at(cell);
    const size_t chunk = std::min<size_t>(kChunkBytes, stored.size() - scratch.size());
    std::memcpy(&cell, from, sizeof(cell));
    scratch.append(reinterpret_cast<const char*>(from + sizeof(cell)), chunk);
  }
  return scratch;
}

void TextHeap::free(StoredText& stored) {
  if (!stored.is_inline()) {
    StateAddress cell = stored.address();
    if (stored.size() <= CellHeap::kCellBytesMax) {
      cells_.free(cell);
    } else {
      for (size_t freed = 0; freed < stored.size(); freed += kChunkBytes) {
        StateAddress next;
        std::memcpy(&next, cells_.pages().read_at(cell), sizeof(next));
        cells_.free(cell);
        cell = next;
      }
    }
  }
  stored = StoredText();
}

}  // namespace tidemill
