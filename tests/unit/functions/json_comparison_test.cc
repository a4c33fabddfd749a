#include "functions/json_comparison.h"

#include <gtest/gtest.h>

#include <vector>

namespace tidemill {
namespace {

TEST(JsonComparison, NumbersCompareExactly) {
  const std::vector<std::string_view> rising = {"-1e400",
                                                "-12345678901234567890.2",
                                                "-12345678901234567890.1",
                                                "-2",
                                                "-1.5",
                                                "-1e-400",
                                                "0",
                                                "1e-400",
                                                "0.1",
                                                "1",
                                                "1.0000000000000000000001",
                                                "9",
                                                "10",
                                                "1e400"};
  for (size_t i = 0; i < rising.size(); ++i) {
    for (size_t j = 0; j < rising.size(); ++j) {
      const int order = compare_json_numbers(rising[i], rising[j]);
      EXPECT_EQ(order < 0, i < j) << rising[i] << " " << rising[j];
      EXPECT_EQ(order > 0, i > j) << rising[i] << " " << rising[j];
    }
  }
  for (const std::string_view one : {"1", "1.0", "10e-1", "0.1e1", "1E0", "0.001e+3"})
    EXPECT_EQ(compare_json_numbers(one, "1"), 0) << one;
  EXPECT_EQ(compare_json_numbers("-0", "0.00e5"), 0);
}

}  // namespace
}  // namespace tidemill
