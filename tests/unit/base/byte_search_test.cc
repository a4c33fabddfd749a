// Searches in bytes against what std::string_view does byte by byte, at every length and place around whole blocks.
#include "base/byte_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace tidemill {
namespace {

constexpr size_t kBytesMax = 70;  // four blocks and a rest

// A text of few letters, so that parts of it begin often; in memory of its own, whose end a sanitizer guards.
std::string letters(std::mt19937& random, size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text += static_cast<char>('a' + random() % 3);
  text.shrink_to_fit();
  return text;
}

TEST(ByteSearch, FindsAPartAsStringViewDoes) {
  std::mt19937 random(1);
  for (size_t size = 0; size <= kBytesMax; ++size) {
    for (int32_t round = 0; round < 50; ++round) {
      const std::string text = letters(random, size);
      const std::string part = letters(random, random() % 6);
      const size_t from = random() % (size + 3);
      ASSERT_EQ(find_bytes(text, part, from), std::string_view(text).find(part, from))
          << text << ", part " << part << " from " << from;
    }
  }
}

TEST(ByteSearch, FindsAPartAtEveryPlace) {
  const std::string_view part = "channel_id=";
  for (size_t size = part.size(); size <= kBytesMax; ++size) {
    EXPECT_EQ(find_bytes(std::string(size, 'c'), part), std::string_view::npos);
    for (size_t at = 0; at + part.size() <= size; ++at) {
      std::string text(size, '=');
      text.replace(at, part.size(), part);
      ASSERT_EQ(find_bytes(text, part), at) << text;
      ASSERT_EQ(find_bytes(text, part, at), at) << text;
      ASSERT_EQ(find_bytes(text, part, at + 1), std::string_view::npos) << text;
    }
  }
}

TEST(ByteSearch, TakesTheNthPart) {
  std::mt19937 random(2);
  for (size_t size = 0; size <= kBytesMax; ++size) {
    for (int32_t round = 0; round < 20; ++round) {
      const std::string text = letters(random, size);
      std::string_view rest = text;
      for (int64_t index = 0;; ++index) {
        const size_t end = rest.find('b');
        const std::string_view part = nth_part(text, 'b', index);
        ASSERT_EQ(part, rest.substr(0, end)) << text << ", part " << index;
        ASSERT_NE(part.data(), nullptr);
        if (end == std::string_view::npos) {
          ASSERT_EQ(nth_part(text, 'b', index + 1).data(), nullptr) << text;
          break;
        }
        rest.remove_prefix(end + 1);
      }
    }
  }
}

TEST(ByteSearch, EndsAsciiAtTheFirstOtherByte) {
  for (size_t size = 0; size <= kBytesMax; ++size) {
    std::string text(size, '\x7F');
    EXPECT_EQ(ascii_prefix(text), size);
    for (size_t at = size; at-- > 0;) {
      text[at] = '\x80';
      ASSERT_EQ(ascii_prefix(text), at) << size;
    }
  }
}

TEST(ByteSearch, CountsAByteAsTheStandardLibraryDoes) {
  std::mt19937 random(4);
  for (size_t size = 0; size <= kBytesMax; ++size) {
    for (int32_t round = 0; round < 50; ++round) {
      const std::string text = letters(random, size);
      ASSERT_EQ(count_byte(text, 'b'), static_cast<size_t>(std::ranges::count(text, 'b'))) << text;
    }
  }
}

TEST(ByteSearch, CountsMoreThanAByteHolds) {
  for (const size_t size : {size_t{4079}, size_t{4080}, size_t{4081}, size_t{4096}, size_t{100'003}}) {
    EXPECT_EQ(count_byte(std::string(size, '\xe9'), '\xe9'), size);
    EXPECT_EQ(count_byte(std::string(size, 'x'), 'y'), 0U);
  }
}

}  // namespace
}  // namespace tidemill
