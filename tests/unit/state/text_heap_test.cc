#include "state/text_heap.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "tests/unit/state/test_values.h"

namespace tidemill {
namespace {

using state_test::TestRandom;

TEST(TextHeap, KeepsTextsOfEverySize) {
  PageTable pages;
  TextHeap heap(pages);
  std::string scratch;
  for (const size_t size : std::vector<size_t>{0, 1, 12, 13, 16, 17, 4080, 16352, 16353, 32700, 100000}) {
    std::string text(size, 'a');
    for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    StoredText stored = heap.store(text);
    EXPECT_EQ(stored.size(), size);
    EXPECT_EQ(heap.load(stored, scratch), text);
    EXPECT_EQ(stored.is_inline(), size <= 12);
    heap.free(stored);
    EXPECT_EQ(stored.size(), 0U);
    EXPECT_EQ(pages.pages_allocated(), 0U) << size;
  }
}

TEST(TextHeap, ATextTakesThePlaceOfAnother) {
  PageTable pages;
  TextHeap heap(pages);
  std::string scratch;
  const std::vector<size_t> sizes = {0, 5, 12, 13, 16, 17, 30, 31, 300, 16352, 16353, 40000};
  for (const size_t before : sizes) {
    for (const size_t after : sizes) {
      StoredText stored = heap.store(std::string(before, 'b'));
      const std::string text(after, 'a');
      heap.replace(stored, text);
      EXPECT_EQ(heap.load(stored, scratch), text) << before << " " << after;
      heap.free(stored);
      EXPECT_EQ(pages.pages_allocated(), 0U) << before << " " << after;
    }
  }
}

TEST(TextHeap, ZeroedMemoryIsTheEmptyText) {
  PageTable pages;
  const TextHeap heap(pages);
  std::string scratch = "old";
  EXPECT_EQ(heap.load(StoredText(), scratch), "");
}

TEST(TextHeap, RandomTextsComeBackAndMemoryIsUsedAgain) {
  PageTable pages;
  TextHeap heap(pages);
  TestRandom random(7);
  std::vector<std::pair<StoredText, std::string>> texts;
  std::string scratch;
  for (int step = 0; step < 5000; ++step) {
    if (texts.size() > 100 || (!texts.empty() && random.chance(45))) {
      const auto victim = static_cast<size_t>(random.below(static_cast<int32_t>(texts.size())));
      EXPECT_EQ(heap.load(texts[victim].first, scratch), texts[victim].second);
      heap.free(texts[victim].first);
      texts.erase(texts.begin() + static_cast<ptrdiff_t>(victim));
    } else {
      const int32_t size = random.chance(3) ? random.below(40000) : random.below(300);
      std::string text(static_cast<size_t>(size), static_cast<char>('a' + random.below(26)));
      texts.emplace_back(heap.store(text), text);
    }
  }
  for (auto& [stored, text] : texts) {
    EXPECT_EQ(heap.load(stored, scratch), text);
    heap.free(stored);
  }
  EXPECT_EQ(pages.pages_allocated(), 0U);
}

TEST(CellHeap, CellsAreApartAndFreedOnce) {
  PageTable pages;
  CellHeap heap(pages);
  std::map<StateAddress, uint32_t> cells;
  for (uint32_t bytes = 1; bytes <= CellHeap::kCellBytesMax; bytes += 97) {
    const StateAddress cell = heap.allocate(bytes);
    EXPECT_EQ(cell % 16, 0U);
    EXPECT_GE(CellHeap::cell_bytes(bytes), bytes);
    EXPECT_LE(offset_in_page(cell) + CellHeap::cell_bytes(bytes), kPageBytes);
    cells[cell] = CellHeap::cell_bytes(bytes);
  }
  StateAddress end = 0;
  for (const auto& [cell, bytes] : cells) {
    EXPECT_GE(cell, end);
    end = cell + bytes;
  }
  const StateAddress first = cells.begin()->first;
  heap.free(first);
  EXPECT_THROW(heap.free(first), EngineError);
  heap.clear();
  EXPECT_EQ(pages.pages_allocated(), 0U);
}

}  // namespace
}  // namespace tidemill
