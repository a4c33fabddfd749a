#include "data/decimal.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

std::string plain(int128 unscaled, int32_t scale) {
  std::string out;
  append_decimal(out, unscaled, scale);
  return out;
}
std::string java(int128 unscaled, int32_t scale) {
  std::string out;
  append_big_decimal(out, unscaled, scale);
  return out;
}
std::string parsed(const char* text, DecimalShape to) {
  int128 unscaled = 0;
  switch (parse_decimal(text, to, unscaled)) {
    case DecimalParse::kOk:
      return plain(unscaled, to.scale);
    case DecimalParse::kMalformed:
      return "malformed";
    case DecimalParse::kOverflow:
      return "overflow";
  }
  return "";
}
std::string shown(std::optional<int128> unscaled, int32_t scale) { return unscaled ? plain(*unscaled, scale) : "null"; }

const int128 kMost = decimal_power(38) - 1;

TEST(Decimal, PrintsPlainAndAsJava) {
  EXPECT_EQ(plain(150, 2), "1.50");
  EXPECT_EQ(plain(-5, 2), "-0.05");
  EXPECT_EQ(plain(1, 7), "0.0000001");
  EXPECT_EQ(plain(0, 2), "0.00");
  EXPECT_EQ(plain(kMost, 0), "99999999999999999999999999999999999999");
  EXPECT_EQ(plain(-kMost, 38), "-0.99999999999999999999999999999999999999");
  EXPECT_EQ(java(-1, 7), "-1E-7");
  EXPECT_EQ(java(0, 7), "0E-7");
  EXPECT_EQ(java(12, 8), "1.2E-7");
  EXPECT_EQ(java(1, 6), "0.000001");
}

TEST(Decimal, ReadsAndRoundsHalfUp) {
  EXPECT_EQ(parsed("12.345", {5, 2}), "12.35");
  EXPECT_EQ(parsed("-12.345", {5, 2}), "-12.35");
  EXPECT_EQ(parsed("12.344999999999999999999999999999999999999999999", {5, 2}), "12.34");
  EXPECT_EQ(parsed("1234.5", {4, 1}), "overflow");
  EXPECT_EQ(parsed("1e2", {5, 2}), "100.00");
  EXPECT_EQ(parsed(" 7 ", {5, 2}), "7.00");
  EXPECT_EQ(parsed("-.5", {5, 2}), "-0.50");
  EXPECT_EQ(parsed("5.", {5, 2}), "5.00");
  EXPECT_EQ(parsed("0.000000000000000000000000000000000000000000000001", {38, 38}),
            "0.00000000000000000000000000000000000000");
  EXPECT_EQ(parsed("99999999999999999999999999999999999999", {38, 0}), "99999999999999999999999999999999999999");
  EXPECT_EQ(parsed("99999999999999999999999999999999999999.5", {38, 0}), "overflow");
  EXPECT_EQ(parsed("999999999999999999999999999999999999999", {38, 0}), "overflow");
  EXPECT_EQ(parsed("1e99999999999", {38, 0}), "overflow");
  EXPECT_EQ(parsed("0e99999999999", {38, 0}), "0");
  EXPECT_EQ(parsed("1e-99999999999", {38, 0}), "0");
  for (const char* bad : {"", ".", "x", "1x", "1e", "1e+", "1.2.3", "--1", "NaN", "1d"}) {
    EXPECT_EQ(parsed(bad, {10, 2}), "malformed") << bad;
  }
}

TEST(Decimal, RescalesHalfAwayFromZero) {
  EXPECT_EQ(shown(rescale_decimal(12355, 3, {4, 2}), 2), "12.36");
  EXPECT_EQ(shown(rescale_decimal(-12355, 3, {4, 2}), 2), "-12.36");
  EXPECT_EQ(shown(rescale_decimal(5, 3, {3, 2}), 2), "0.01");
  EXPECT_EQ(shown(rescale_decimal(12345, 2, {3, 1}), 1), "null");
  EXPECT_EQ(shown(rescale_decimal(kMost, 0, {38, 1}), 1), "null");
  EXPECT_EQ(shown(rescale_decimal(kMost, 38, {1, 0}), 0), "1");
}

TEST(Decimal, GoesThroughWideIntermediates) {
  EXPECT_EQ(shown(multiply_decimals(kMost, kMost, 76, {38, 38}), 38), "0.99999999999999999999999999999999999998");
  EXPECT_EQ(shown(multiply_decimals(kMost, decimal_power(37), 75, {38, 6}), 6), "1.000000");
  EXPECT_EQ(shown(multiply_decimals(kMost, 10, 0, {38, 0}), 0), "null");
  EXPECT_EQ(shown(add_decimals(kMost, 0, kMost, 38, {38, 0}), 0), "null");
  EXPECT_EQ(shown(add_decimals(kMost, 38, decimal_power(37), 0, {38, 6}), 6), "null");
  EXPECT_EQ(shown(add_decimals(kMost, 38, 1, 0, {38, 6}), 6), "2.000000");
  EXPECT_EQ(shown(add_decimals(kMost, 38, decimal_power(31), 0, {38, 6}), 6),
            "10000000000000000000000000000001.000000");
  EXPECT_EQ(shown(divide_decimals(kMost, 0, 3, 38, {38, 6}), 6), "null");
  EXPECT_EQ(shown(divide_decimals(1, 0, 3, 0, {38, 38}), 38), "0.33333333333333333333333333333333333333");
  EXPECT_EQ(shown(divide_decimals(-2, 0, 3, 0, {38, 20}), 20), "-0.66666666666666666667");
  EXPECT_EQ(shown(divide_decimals(kMost, 38, kMost, 0, {38, 38}), 38), "0.00000000000000000000000000000000000001");
  EXPECT_EQ(shown(remainder_decimals(kMost, 0, 7, 38, {38, 38}), 38), "0.00000000000000000000000000000000000002");
  EXPECT_EQ(shown(remainder_decimals(-55, 1, 3, 0, {2, 1}), 1), "-2.5");
}

TEST(Decimal, ComparesExactlyAtAnyScale) {
  EXPECT_LT(compare_decimals(kMost, 38, 1, 0), 0);
  EXPECT_GT(compare_decimals(kMost, 0, kMost, 38), 0);
  EXPECT_LT(compare_decimals(-kMost, 0, -kMost, 38), 0);
  EXPECT_EQ(compare_decimals(1, 0, decimal_power(38) / 10, 37), 0);
  EXPECT_EQ(compare_decimals(150, 2, 15, 1), 0);
}

TEST(Decimal, MeetsDoublesBothWays) {
  EXPECT_EQ(decimal_to_double(150, 2), 1.5);
  EXPECT_EQ(decimal_to_double(9999999999999, 2), 99999999999.99);
  EXPECT_EQ(decimal_to_double(kMost, 38), 1.0);
  EXPECT_EQ(decimal_to_double(-kMost, 0), -1e38);
  EXPECT_EQ(shown(double_to_decimal(1.255, {10, 2}), 2), "1.26");
  EXPECT_EQ(shown(double_to_decimal(1e20, {10, 2}), 2), "null");
  EXPECT_EQ(shown(double_to_decimal(1e-300, {10, 2}), 2), "0.00");
}

}  // namespace
}  // namespace tidemill
