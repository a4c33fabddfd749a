// Numbers as text; the Java forms were taken from a JVM, except where Java before 19 prints more digits than are
// needed.
#include "data/number_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "data/decimal.h"

namespace tidemill {
namespace {

std::string text_of(double value) {
  std::string out;
  append_double(out, value);
  return out;
}
std::string text_of(float value) {
  std::string out;
  append_float(out, value);
  return out;
}

TEST(NumberText, PrintsFloatingPointAsJava) {
  EXPECT_EQ(text_of(1.0), "1.0");
  EXPECT_EQ(text_of(100.0), "100.0");
  EXPECT_EQ(text_of(9999999.0), "9999999.0");
  EXPECT_EQ(text_of(1e7), "1.0E7");
  EXPECT_EQ(text_of(12345678.9), "1.23456789E7");
  EXPECT_EQ(text_of(0.001), "0.001");
  EXPECT_EQ(text_of(0.002), "0.002");
  EXPECT_EQ(text_of(0.0001), "1.0E-4");
  EXPECT_EQ(text_of(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(text_of(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(text_of(std::numeric_limits<double>::denorm_min()), "4.9E-324");
  EXPECT_EQ(text_of(std::numeric_limits<double>::max()), "1.7976931348623157E308");
  EXPECT_EQ(text_of(2e23), "2.0E23");
  EXPECT_EQ(text_of(-0.0), "-0.0");
  EXPECT_EQ(text_of(std::nan("")), "NaN");
  EXPECT_EQ(text_of(-std::numeric_limits<double>::infinity()), "-Infinity");
  EXPECT_EQ(text_of(0.1f), "0.1");
  EXPECT_EQ(text_of(16777216.0f), "1.6777216E7");
  EXPECT_EQ(text_of(std::numeric_limits<float>::denorm_min()), "1.4E-45");
}

TEST(NumberText, ReadsIntegersAsCastDoes) {
  EXPECT_EQ(parse_integer<int32_t>(" 12 "), 12);
  EXPECT_EQ(parse_integer<int32_t>("-12.9"), -12);
  EXPECT_EQ(parse_integer<int32_t>("+5"), 5);
  EXPECT_EQ(parse_integer<int32_t>("5."), 5);
  EXPECT_EQ(parse_integer<int32_t>("2147483648"), std::nullopt);
  EXPECT_EQ(parse_integer<int8_t>("-128"), -128);
  EXPECT_EQ(parse_integer<int8_t>("300"), std::nullopt);
  EXPECT_EQ(parse_integer<int64_t>("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(parse_integer<int64_t>("9223372036854775808"), std::nullopt);
  for (const char* bad : {"", " ", "-", "1e3", "1 2", "12.x", "x", "0x10", "--1"}) {
    EXPECT_EQ(parse_integer<int32_t>(bad), std::nullopt) << bad;
  }
}

TEST(NumberText, ReadsFloatingPointAsJava) {
  EXPECT_EQ(parse_double(" 1.5 "), 1.5);
  EXPECT_EQ(parse_double("-.5"), -0.5);
  EXPECT_EQ(parse_double("5."), 5.0);
  EXPECT_EQ(parse_double("+1.5e+3"), 1500.0);
  EXPECT_EQ(parse_double("1d"), 1.0);
  EXPECT_EQ(parse_double("1e400"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_double("-1e400"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_double("1e-400"), 0.0);
  EXPECT_TRUE(std::isnan(*parse_double("NaN")));
  EXPECT_EQ(parse_double("+Infinity"), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::signbit(*parse_double("-0.0")));
  for (const char* bad : {"", "0x10", "Inf", "nan", "1_000", ".", "1e", "d", "1.5.2", "+-1"}) {
    EXPECT_EQ(parse_double(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(parse_float("1e39"), std::numeric_limits<float>::infinity());
}

TEST(NumberText, ReadsBooleans) {
  for (const char* yes : {"true", "T", "Yes", "1", "y"}) EXPECT_EQ(parse_boolean(yes), true) << yes;
  for (const char* no : {"FALSE", "f", "no", "0", "N"}) EXPECT_EQ(parse_boolean(no), false) << no;
  for (const char* bad : {" TRUE ", "2", "", "tru"}) EXPECT_EQ(parse_boolean(bad), std::nullopt) << bad;
}

TEST(NumberText, RoundTripsRandomDoubles) {
  uint64_t state = 88172645463325252ULL;  // xorshift64 (Marsaglia 2003)
  for (int i = 0; i < 20000; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    const auto value = std::bit_cast<double>(state);
    if (std::isnan(value)) continue;
    ASSERT_EQ(parse_double(text_of(value)), value);
  }
}

TEST(NumberText, PrintsIntegersOfEverySize) {
  std::mt19937_64 random(1);
  const auto expect_printed = [](int64_t value) {
    std::string out = "x";
    append_integer(out, value);
    EXPECT_EQ(out, "x" + std::to_string(value));
  };
  for (const int64_t value : {int64_t{0}, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()})
    expect_printed(value);
  int64_t power = 1;
  for (int32_t digits = 1; digits <= 19; ++digits, power = digits < 19 ? power * 10 : power) {
    for (const int64_t value : {power - 1, power, power + 1}) {
      expect_printed(value);
      expect_printed(-value);
    }
  }
  for (uint32_t bits = 0; bits < 64; ++bits) {
    for (int32_t round = 0; round < 20; ++round) expect_printed(static_cast<int64_t>(random()) >> bits);
  }
}

}  // namespace
}  // namespace tidemill
