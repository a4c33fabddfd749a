#include "state/page_table.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemill {
namespace {

TEST(PageTable, GivesZeroedPagesAndUsesIdsAgain) {
  PageTable pages;
  const PageId first = pages.allocate();
  EXPECT_NE(first, 0U);
  for (size_t i = 0; i < kPageBytes; ++i) ASSERT_EQ(pages.read(first)[i], std::byte{0});
  pages.write(first)[5] = std::byte{9};
  pages.free(first);
  EXPECT_EQ(pages.memory_bytes(), 0U);
  const PageId again = pages.allocate();
  EXPECT_EQ(again, first);
  EXPECT_EQ(pages.read(again)[5], std::byte{0});
  EXPECT_EQ(pages.memory_bytes(), kPageBytes);
  pages.free(again);
  EXPECT_THROW(pages.free(again), EngineError);
}

TEST(PageTable, AFrozenPageIsCopiedBeforeItIsGivenOutForWriting) {
  PageTable pages;
  const PageId id = pages.allocate();
  pages.write(id)[0] = std::byte{1};
  pages.release();
  const std::unique_ptr<FrozenPages> first = pages.freeze();
  EXPECT_EQ(pages.memory_bytes(), kPageBytes);
  pages.write(id)[0] = std::byte{2};
  EXPECT_EQ(pages.memory_bytes(), 2 * kPageBytes);
  pages.release();
  std::unique_ptr<FrozenPages> second = pages.freeze();
  pages.write(id)[0] = std::byte{3};
  pages.release();
  EXPECT_EQ(first->page(id)[0], std::byte{1});
  EXPECT_EQ(second->page(id)[0], std::byte{2});
  EXPECT_EQ(pages.read(id)[0], std::byte{3});
  EXPECT_EQ(pages.memory_bytes(), 3 * kPageBytes);
  second.reset();
  EXPECT_EQ(pages.memory_bytes(), 2 * kPageBytes);
  // Nobody else holds the page now: no copy.
  pages.release();
  pages.write(id)[0] = std::byte{4};
  EXPECT_EQ(pages.memory_bytes(), 2 * kPageBytes);
}

TEST(PageTable, BytesReadBeforeAWriteStayUntilRelease) {
  PageTable pages;
  const PageId id = pages.allocate();
  pages.write(id)[0] = std::byte{1};
  pages.release();
  std::unique_ptr<FrozenPages> frozen = pages.freeze();
  const std::byte* const read = pages.read(id);
  pages.write(id)[0] = std::byte{2};
  frozen.reset();
  EXPECT_EQ(read[0], std::byte{1});
  EXPECT_EQ(pages.memory_bytes(), 2 * kPageBytes);
  pages.release();
  EXPECT_EQ(pages.memory_bytes(), kPageBytes);
}

TEST(PageTable, FreezesOnlyBetweenBatches) {
  PageTable pages;
  const PageId id = pages.allocate();
  EXPECT_THROW(pages.freeze(), EngineError);
  pages.release();
  EXPECT_EQ(pages.pinned_pages(), 0U);
  pages.read(id);
  EXPECT_EQ(pages.pinned_pages(), 1U);
  EXPECT_THROW(pages.freeze(), EngineError);
}

TEST(PageTable, FrozenPagesOutliveTheTableAndKnowNoLaterPage) {
  std::unique_ptr<FrozenPages> frozen;
  PageId later = 0;
  {
    PageTable pages;
    const PageId id = pages.allocate();
    pages.write(id)[kPageBytes - 1] = std::byte{7};
    pages.release();
    frozen = pages.freeze();
    later = pages.allocate();
    pages.free(id);
  }
  EXPECT_EQ(frozen->page(1)[kPageBytes - 1], std::byte{7});
  EXPECT_FALSE(frozen->allocated(later));
  EXPECT_THROW(frozen->page(later), EngineError);
}

TEST(PageTable, MovesPagesAtReleaseWhenATestAsks) {
  PageTable pages({.move_pages_at_release = true});
  const PageId id = pages.allocate();
  const std::byte* const before = pages.write(id);
  pages.write(id)[3] = std::byte{5};
  pages.release();
  EXPECT_NE(pages.read(id), before);
  EXPECT_EQ(pages.read(id)[3], std::byte{5});
  EXPECT_EQ(pages.memory_bytes(), kPageBytes);
}

}  // namespace
}  // namespace tidemill
