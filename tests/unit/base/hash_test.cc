// Golden values: key groups and checkpoints on disk depend on them. Add lines; never change one.
#include "base/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemill {
namespace {

TEST(Hash, IsFrozen) {
  EXPECT_EQ(hash_integer(0), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(hash_bytes("", 0), 0x2d06800538d394c2ULL);
  EXPECT_EQ(kHashVersion, 1u);
}

TEST(Hash, OfLongInputsIsTheSameOnEveryMachine) {
  std::string bytes;
  for (int i = 0; i < 16384; ++i) bytes.push_back(static_cast<char>(i * 31 + (i >> 8)));
  EXPECT_EQ(hash_bytes(bytes.data(), 240), 0xe315d53d5129eedeULL);
  EXPECT_EQ(hash_bytes(bytes.data(), 241), 0x18773c512b008a63ULL);
  EXPECT_EQ(hash_bytes(bytes.data(), 1024), 0x5a1893edffa2577cULL);
  EXPECT_EQ(hash_bytes(bytes.data(), 1025), 0x550abe5d45dd663bULL);
  EXPECT_EQ(hash_bytes(bytes.data(), 4096), 0xbe855965eae8486bULL);
  EXPECT_EQ(hash_bytes(bytes.data(), 16384), 0x3fdceb295fafbfb8ULL);
}

}  // namespace
}  // namespace tidemill
