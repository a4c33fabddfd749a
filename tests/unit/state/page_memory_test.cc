#include "state/page_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>

namespace tidemill {
namespace {

std::vector<std::byte*> take(PageMemory& memory, size_t pages) {
  std::vector<std::byte*> taken;
  for (size_t i = 0; i < pages; ++i) {
    taken.push_back(memory.take());
    std::memset(taken.back(), 0xAB, kSmallPageBytes);
  }
  return taken;
}

TEST(PageMemory, PagesAreApartAndAligned) {
  PageMemory memory(kSmallPageBytes, 0);
  const std::vector<std::byte*> taken = take(memory, 5000);  // several blocks
  const std::set<std::byte*> ordered(taken.begin(), taken.end());
  EXPECT_EQ(ordered.size(), taken.size());
  for (const std::byte* const page : taken) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(page) % 4096, 0U);
    const auto next = ordered.upper_bound(const_cast<std::byte*>(page));
    if (next != ordered.end()) {
      EXPECT_GE(*next - page, static_cast<ptrdiff_t>(kSmallPageBytes));
    }
  }
}

TEST(PageMemory, WhatIsGivenBackIsTakenAgain) {
  PageMemory memory(kSmallPageBytes, 10);
  const std::vector<std::byte*> taken = take(memory, 16);  // the first block, whole
  for (std::byte* const page : taken) memory.give_back(page);
  const std::vector<std::byte*> again = take(memory, 16);
  EXPECT_EQ(std::set(taken.begin(), taken.end()), std::set(again.begin(), again.end()));
}

TEST(PageMemory, FreePagesBeyondTheKeptAreTheSystemsAgain) {
  PageMemory memory(kSmallPageBytes, 3);
  std::vector<std::byte*> taken = take(memory, 2000);
  std::reverse(taken.begin(), taken.end());
  for (std::byte* const page : taken) memory.give_back(page);
  // What the system took reads as zeros; what was kept still has its content.
  size_t with_content = 0;
  for (size_t i = 0; i < taken.size(); ++i) with_content += *memory.take() == std::byte{0xAB} ? 1 : 0;
  EXPECT_EQ(with_content, 3U + (2000 - 3) % 256);  // they go by so many
}

}  // namespace
}  // namespace tidemill
