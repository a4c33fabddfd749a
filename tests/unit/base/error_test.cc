#include "base/error.h"

#include <gtest/gtest.h>

#include "base/check.h"

namespace tidemill {
namespace {

TEST(NearestName, OffersTheClosestAndNothingWhenAllAreFar) {
  const std::vector<std::string> names = {"window_start", "window_end", "origin", "carrier"};
  EXPECT_EQ(nearest_name("windw_start", names), "window_start");
  EXPECT_EQ(nearest_name("ORIGN", names), "origin");
  EXPECT_EQ(nearest_name("carreir", names), "carrier");
  EXPECT_EQ(nearest_name("zzz", names), std::nullopt);
}

TEST(UserError, KeepsItsFirstLocation) {
  const UserError unplaced("bad", "fix it");
  EXPECT_EQ(unplaced.at({2, 3}).location(), (SourceLocation{2, 3}));
  EXPECT_EQ(unplaced.at({2, 3}).at({9, 9}).location(), (SourceLocation{2, 3}));
  EXPECT_EQ(unplaced.at({2, 3}).hint(), "fix it");
}

TEST(Check, ThrowsEngineErrorNamingTheCondition) {
  try {
    CHECK_EQ(1 + 1, 3);
    FAIL();
  } catch (const EngineError& error) {
    EXPECT_NE(std::string(error.what()).find("1 + 1"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("2 != 3"), std::string::npos);
  }
}

}  // namespace
}  // namespace tidemill
