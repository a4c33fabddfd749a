#include "data/bitmap.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace tidemill {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

Bitmap bitmap_of(const std::vector<int32_t>& numbers) {
  Bitmap bitmap;
  for (const int32_t number : numbers) bitmap.add(number);
  return bitmap;
}

std::vector<int32_t> range(int32_t first, int32_t last, int32_t step = 1) {
  std::vector<int32_t> numbers;
  for (int32_t number = first; number <= last; number += step) numbers.push_back(number);
  return numbers;
}

std::string text_of(std::string_view bytes) {
  std::string text;
  append_bitmap_text(text, bytes);
  return text;
}

// Frozen: keys and checkpoints hold these bytes.
TEST(Bitmap, HasTheSameBytesForEver) {
  EXPECT_EQ(hex(Bitmap().bytes()), "3a30000000000000");
  EXPECT_EQ(hex(bitmap_of({1, 2}).bytes()), "3a30000001000000000001001000000001000200");
  EXPECT_EQ(hex(bitmap_of(range(1, 10)).bytes()), "3b3000000100000900010001000900");
  EXPECT_EQ(hex(bitmap_of({-1}).bytes()), "3a30000001000000ffff000010000000ffff");
  EXPECT_EQ(bitmap_of(range(0, 20000, 2)).bytes().size(), 16U + 8192U);
  EXPECT_EQ(text_of(bitmap_of({5, -1, 0}).bytes()), "{0,5,4294967295}");
}

TEST(Bitmap, HasOneFormHoweverItCameToBe) {
  Bitmap shrunk = bitmap_of(range(1, 100));
  for (const int32_t number : range(3, 100)) shrunk.remove(number);
  EXPECT_EQ(hex(shrunk.bytes()), hex(bitmap_of({2, 1}).bytes()));
  Bitmap dense = bitmap_of(range(0, 20000, 2));
  dense.unite(bitmap_of(range(1, 20001, 2)));
  EXPECT_EQ(dense.bytes(), bitmap_of(range(0, 20001)).bytes());
  dense.intersect(bitmap_of(range(0, 40000, 2)));
  EXPECT_EQ(dense.bytes(), bitmap_of(range(0, 20000, 2)).bytes());
  std::optional<Bitmap> runs = Bitmap::read(std::string_view("\x3b\x30\0\0\1\0\0\1\0\1\0\1\0\1\0", 15));
  ASSERT_TRUE(runs.has_value());
  EXPECT_EQ(runs->bytes(), bitmap_of({1, 2}).bytes());
}

// The operations against those of std::set, over sets of all densities.
TEST(Bitmap, DoesWhatSetsDo) {
  std::mt19937 random(7);
  for (int32_t round = 0; round < 200; ++round) {
    const int32_t spread = 1 << (random() % 20);
    std::set<uint32_t> sets[2];
    Bitmap bitmaps[2];
    for (int32_t side = 0; side < 2; ++side) {
      const int32_t count = static_cast<int32_t>(random() % 6000);
      for (int32_t i = 0; i < count; ++i) {
        const auto number = static_cast<int32_t>(random() % static_cast<uint32_t>(spread)) - spread / 2;
        sets[side].insert(static_cast<uint32_t>(number));
        bitmaps[side].add(number);
      }
    }
    using Combine = void (Bitmap::*)(const Bitmap&);
    const auto check = [&](Combine combine, auto std_combine) {
      std::vector<uint32_t> expected;
      std_combine(sets[0].begin(), sets[0].end(), sets[1].begin(), sets[1].end(), std::back_inserter(expected));
      Bitmap result(bitmaps[0].bytes());
      (result.*combine)(bitmaps[1]);
      EXPECT_EQ(result.numbers(), expected);
      EXPECT_EQ(result.cardinality(), static_cast<int64_t>(expected.size()));
      const std::string bytes = result.bytes();
      EXPECT_TRUE(is_valid_bitmap(bytes));
      EXPECT_EQ(bytes, bitmap_of({expected.begin(), expected.end()}).bytes());
    };
    check(&Bitmap::unite, [](auto... args) { std::set_union(args...); });
    check(&Bitmap::intersect, [](auto... args) { std::set_intersection(args...); });
    check(&Bitmap::subtract, [](auto... args) { std::set_difference(args...); });
    check(&Bitmap::exclusive_or, [](auto... args) { std::set_symmetric_difference(args...); });
  }
}

TEST(Bitmap, RefusesBytesThatAreNone) {
  for (const std::vector<int32_t>& numbers : {range(1, 10), std::vector<int32_t>{1, 5, 70000}, range(0, 20000, 2)}) {
    const std::string bytes = bitmap_of(numbers).bytes();
    EXPECT_TRUE(is_valid_bitmap(bytes));
    EXPECT_FALSE(is_valid_bitmap(bytes + "x"));
    EXPECT_TRUE(Bitmap::read(bytes + "x").has_value());
    for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(Bitmap::read(bytes.substr(0, size)).has_value());
  }
  const auto reads = [](std::string_view bytes) { return Bitmap::read(bytes).has_value(); };
  using namespace std::string_view_literals;
  EXPECT_FALSE(reads("\x3a\x30\0\0\1\0\0\0\0\0\1\0\x10\0\0\0\2\0\1\0"sv));  // numbers out of order
  EXPECT_FALSE(reads("\x3b\x30\0\0\1\0\0\2\0\1\0\1\0\1\0"sv));              // fewer numbers than the head says
  EXPECT_FALSE(reads("\x3b\x30\0\0\1\0\0\3\0\2\0\1\0\1\0\2\0\1\0"sv));      // runs that overlap
  EXPECT_FALSE(reads("\x3b\x30\0\0\1\0\0\1\0\1\0\xff\xff\1\0"sv));          // a run over the end
  EXPECT_FALSE(reads("\x3a\x30\0\0\xff\xff\xff\xff"sv));                    // too many containers
  EXPECT_FALSE(reads("\x3a\x30\0\0\2\0\0\0\1\0\0\0\1\0\0\0\x18\0\0\0\x1a\0\0\0\1\0\1\0"sv));  // the same key twice
}

}  // namespace
}  // namespace tidemill
