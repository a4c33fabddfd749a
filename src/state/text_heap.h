// state/text_heap.h - long values in pages: texts of keys and accumulators, nodes of ordered tables. Rule: a handle is
// an address in pages, never a pointer, so it survives copying, spilling and restoring.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "state/page_table.h"

namespace tidemill {

// A text in a record: like Text (data/text.h), but a long one has its address in the heap where Text has a pointer. All
// zeros: the empty text.
class StoredText {
 public:
  static constexpr uint32_t kInlineBytesMax = 12;

  uint32_t size() const { return size_; }
  bool is_inline() const { return size_ <= kInlineBytesMax; }
  // Requires: is_inline(). Valid while this object lives.
  std::string_view inlined() const { return {bytes_, size_}; }
  // Requires: !is_inline().
  StateAddress address() const {
    StateAddress address;
    std::memcpy(&address, bytes_ + 4, sizeof(address));
    return address;
  }

  static StoredText of_inline(std::string_view text);
  static StoredText of_heap(std::string_view text, StateAddress address);

 private:
  uint32_t size_ = 0;
  char bytes_[12] = {};  // the text; or its first 4 bytes and the address
};
static_assert(sizeof(StoredText) == 16);

// Equal cells of a few sizes, each size in pages of its own. Freed cells are used again, empty pages are given back.
class CellHeap {
 public:
  explicit CellHeap(PageTable& pages) : pages_(&pages) {}
  CellHeap(const CellHeap&) = delete;
  CellHeap& operator=(const CellHeap&) = delete;
  ~CellHeap() { clear(); }

  // The largest cell; larger values are chains of these.
  static constexpr uint32_t kCellBytesMax = 16352;
  // Returns the bytes a request of `bytes` really gets.
  static uint32_t cell_bytes(uint32_t bytes);

  // Returns a cell of at least `bytes`, aligned to 16, content unspecified. Requires: 1 <= bytes <= kCellBytesMax.
  StateAddress allocate(uint32_t bytes);
  void free(StateAddress cell);
  // Gives all pages back.
  void clear();

  PageTable& pages() const { return *pages_; }

 private:
  static constexpr size_t kClasses = 19;
  struct HeapPage {
    PageId id = 0;
    uint32_t room_position = 0;  // its place in with_room, kNoPosition: full
  };

  uint32_t add_page(size_t size_class);
  void add_room(size_t size_class, uint32_t page);
  void remove_room(size_t size_class, uint32_t page);

  PageTable* pages_;
  std::vector<HeapPage> heap_pages_;                            // a page's header holds its index here
  std::vector<uint32_t> free_heap_pages_;                       // unused places of heap_pages_
  std::array<std::vector<uint32_t>, kClasses> with_room_ = {};  // pages with a free cell; the last one is used next
};

// Texts over a CellHeap. Task thread; reading through load(PageSource) on any.
class TextHeap {
 public:
  explicit TextHeap(PageTable& pages) : cells_(pages) {}

  // Copies `text` into the heap.
  StoredText store(std::string_view text);
  // Returns the text; it lies in `stored`, in a page (until release()), or, where it is longer than a page, in
  // `scratch`.
  std::string_view load(const StoredText& stored, std::string& scratch) const {
    return load(cells_.pages(), stored, scratch);
  }
  static std::string_view load(const PageSource& pages, const StoredText& stored, std::string& scratch);
  // Frees what the text holds in the heap and makes it empty.
  void free(StoredText& stored);
  // Frees the old text and stores the new one, in its place where that has the size. `text` must not lie in the old
  // one.
  void replace(StoredText& stored, std::string_view text);

  CellHeap& cells() { return cells_; }
  const CellHeap& cells() const { return cells_; }

 private:
  CellHeap cells_;
};

}  // namespace tidemill
