#include "state/page_table.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "env/simulated/simulated_environment.h"

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

// A table whose budget is `pages` pages, on simulated files.
struct SpillingTable {
  explicit SpillingTable(int64_t pages)
      : budget(std::make_shared<MemoryBudget>(pages * static_cast<int64_t>(kPageBytes))), table(options()) {}
  PageTableOptions options() {
    PageTableOptions options;
    options.budget = budget;
    options.spill_files = &world.files();
    options.spill_directory = "spill";
    return options;
  }
  PageId add(uint8_t mark) {
    const PageId id = table.allocate();
    table.write(id)[100] = std::byte{mark};
    table.release();
    return id;
  }

  SimulatedEnvironment world{1};
  std::shared_ptr<MemoryBudget> budget;
  PageTable table;
};

TEST(Spilling, PagesComeBackAsTheyWereAndMemoryStaysInTheBudget) {
  SpillingTable spilling(8);
  PageTable& pages = spilling.table;
  std::vector<PageId> ids;
  for (int i = 0; i < 200; ++i) ids.push_back(spilling.add(static_cast<uint8_t>(i)));
  EXPECT_TRUE(pages.any_spilled());
  EXPECT_LE(pages.pages_in_memory(), 8U);
  EXPECT_LE(spilling.budget->used_bytes(), spilling.budget->limit_bytes());
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < ids.size(); ++i) {
      ASSERT_EQ(pages.read(ids[i])[100], std::byte(static_cast<uint8_t>(i + static_cast<size_t>(round))));
      pages.write(ids[i])[100] = std::byte(static_cast<uint8_t>(i + 1 + static_cast<size_t>(round)));
      pages.release();
      ASSERT_LE(pages.memory_bytes(), 8 * kPageBytes);
    }
  }
  // Slots are used again: the file is not larger than the state.
  EXPECT_LE(pages.spill_file(PageSize::kLarge).file_bytes(), 201 * kPageBytes);
  for (const PageId id : ids) pages.free(id);
  EXPECT_EQ(spilling.budget->used_bytes(), 0);
}

TEST(Spilling, SmallPagesLieInAFileOfTheirOwnAndAreCountedByTheirBytes) {
  SpillingTable spilling(1);
  PageTable& pages = spilling.table;
  std::vector<PageId> ids;
  for (int i = 0; i < 40; ++i) {
    ids.push_back(pages.allocate(i % 3 == 0 ? PageSize::kLarge : PageSize::kSmall));
    const size_t bytes = bytes_of(pages.page_size(ids.back()));
    pages.write(ids.back())[bytes - 1] = std::byte(static_cast<uint8_t>(i));
    pages.release();
    ASSERT_LE(pages.memory_bytes(), kPageBytes);
  }
  const std::unique_ptr<FrozenPages> frozen = pages.freeze();
  std::vector<StateAddress> addresses;
  for (const PageId id : ids) addresses.push_back(make_address(id, 0));
  pages.load(addresses);
  EXPECT_EQ(pages.memory_bytes(), 14 * kPageBytes + 26 * kSmallPageBytes);
  std::vector<std::byte> copy(kPageBytes);
  for (size_t i = 0; i < ids.size(); ++i) {
    const size_t bytes = bytes_of(pages.page_size(ids[i]));
    EXPECT_EQ(pages.read(ids[i])[bytes - 1], std::byte(static_cast<uint8_t>(i)));
    EXPECT_EQ(frozen->copy(ids[i], copy.data()), i % 3 == 0 ? PageSize::kLarge : PageSize::kSmall);
    EXPECT_EQ(copy[bytes - 1], std::byte(static_cast<uint8_t>(i)));
  }
  pages.release();
  EXPECT_EQ(pages.memory_bytes(), pages.bytes_in_memory());
  EXPECT_LE(pages.memory_bytes(), kPageBytes);
  EXPECT_LE(pages.spill_file(PageSize::kLarge).file_bytes(), 14 * kPageBytes);
  EXPECT_LE(pages.spill_file(PageSize::kSmall).file_bytes(), 26 * kSmallPageBytes);
}

TEST(Spilling, APageThatIsOnlyReadIsWrittenOnce) {
  SpillingTable spilling(2);
  PageTable& pages = spilling.table;
  std::vector<PageId> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(spilling.add(static_cast<uint8_t>(i)));
  for (int round = 0; round < 5; ++round) {
    for (const PageId id : ids) {
      pages.read(id);
      pages.release();
    }
  }
  EXPECT_LE(pages.spill_file(PageSize::kLarge).pages_written(), 10U);
}

TEST(Spilling, PagesOfTheBatchAtHandStayWhateverTheBudget) {
  SpillingTable spilling(1);
  PageTable& pages = spilling.table;
  std::vector<PageId> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(spilling.add(static_cast<uint8_t>(i)));
  std::vector<StateAddress> addresses = {0};
  for (const PageId id : ids) addresses.push_back(make_address(id, 100));
  pages.load(addresses);
  EXPECT_EQ(pages.pinned_pages(), 50U);
  std::vector<const std::byte*> bytes;
  for (const PageId id : ids) bytes.push_back(pages.read(id));
  pages.allocate();
  for (size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(bytes[i][100], std::byte(static_cast<uint8_t>(i)));
  pages.release();
  EXPECT_LE(pages.pages_in_memory(), 1U);
}

TEST(Spilling, FrozenPagesAreSpilledTooAndReadBack) {
  SpillingTable spilling(1);
  PageTable& pages = spilling.table;
  std::vector<PageId> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(spilling.add(static_cast<uint8_t>(i)));
  std::unique_ptr<FrozenPages> frozen = pages.freeze();
  for (const PageId id : ids) {
    pages.write(id)[100] = std::byte{0xee};
    pages.release();
  }
  EXPECT_LE(pages.memory_bytes(), 2 * kPageBytes);
  std::vector<std::byte> copy(kPageBytes);
  for (size_t i = 0; i < ids.size(); ++i) {
    frozen->copy(ids[i], copy.data());
    EXPECT_EQ(copy[100], std::byte(static_cast<uint8_t>(i)));
    EXPECT_EQ(frozen->page(ids[i])[100], std::byte(static_cast<uint8_t>(i)));
    EXPECT_EQ(pages.read(ids[i])[100], std::byte{0xee});
    pages.release();
  }
  frozen.reset();
  EXPECT_LE(pages.memory_bytes(), 2 * kPageBytes);
}

TEST(Spilling, AGroupIsGivenUpWithoutBeingRead) {
  SpillingTable spilling(1);
  PageTable& pages = spilling.table;
  PageGroup group;
  PageGroup other;
  std::vector<PageId> ids;
  for (int i = 0; i < 9; ++i) {
    ids.push_back(pages.allocate(i % 2 == 0 ? group : other));
    pages.release();
  }
  spilling.world.faults().enable("scratch.read", 1.0);
  pages.free(ids[4], group);  // between others, then last, then first
  pages.free(ids[0], group);
  pages.free(ids[8], group);
  EXPECT_EQ(pages.pages_allocated(), 6U);
  pages.free_all(group);
  EXPECT_EQ(pages.pages_allocated(), 4U);
  pages.free_all(other);
  EXPECT_EQ(pages.pages_allocated(), 0U);
  EXPECT_EQ(spilling.world.faults().passed("scratch.read"), 0);
}

TEST(Spilling, DamagedAndUnreadablePagesAreErrorsAndWhatCannotBeWrittenStays) {
  SpillingTable spilling(1);
  PageTable& pages = spilling.table;
  const PageId whole = spilling.add(7);
  spilling.world.faults().enable("scratch.write", 1.0);
  const PageId second = pages.allocate();
  pages.write(second)[100] = std::byte{8};
  EXPECT_THROW(pages.release(), TransientError);
  EXPECT_EQ(pages.read(whole)[100], std::byte{7});
  EXPECT_EQ(pages.read(second)[100], std::byte{8});
  spilling.world.faults().disable("scratch.write");
  spilling.world.faults().enable("scratch.flip", 1.0);
  for (int i = 0; i < 3; ++i) spilling.add(9);
  spilling.world.faults().disable("scratch.flip");
  int damaged = 0;
  for (PageId id = whole; id <= second + 3; ++id) {
    try {
      pages.read(id);
    } catch (const TransientError& error) {
      EXPECT_NE(std::string(error.what()).find("spill"), std::string::npos);
      ++damaged;
    }
  }
  EXPECT_GE(damaged, 3);
}

}  // namespace
}  // namespace tidemill
