// Golden values: key groups and checkpoints on disk depend on them. Add lines; never change one.
#include "base/hash.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

TEST(Hash, IsFrozen) {
  EXPECT_EQ(hash_integer(0), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(hash_bytes("", 0), 0x2d06800538d394c2ULL);
  EXPECT_EQ(kHashVersion, 1u);
}

}  // namespace
}  // namespace tidemill
