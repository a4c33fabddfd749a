#include "state/ordered_encoding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/state/test_values.h"

namespace tidemill {
namespace {

using state_test::big_ints;
using state_test::column_of;
using state_test::hex;
using state_test::strings;

std::string encode(const ColumnPtr& column, int32_t row, SortOrder order = {}) {
  std::string bytes;
  append_ordered(*column, row, order, bytes);
  return bytes;
}

// Sub-keys in checkpoints are such bytes: lines may be added, never changed.
TEST(OrderedEncoding, BytesAreFrozen) {
  EXPECT_EQ(hex(encode(big_ints({-1}), 0)), "017fffffffffffffff");
  EXPECT_EQ(hex(encode(big_ints({1}), 0, {true, true})), "017ffffffffffffffe");
  EXPECT_EQ(hex(encode(big_ints({std::nullopt}), 0)), "00");
  EXPECT_EQ(hex(encode(big_ints({std::nullopt}), 0, {true, false})), "ff");
  EXPECT_EQ(hex(encode(column_of<double>(Type::float64(), {-0.0}), 0)), "018000000000000000");
  EXPECT_EQ(hex(encode(column_of<double>(Type::float64(), {-1.0}), 0)), "01400fffffffffffff");
  EXPECT_EQ(hex(encode(column_of<std::string>(Type::string(), {std::string("a\0b", 3)}), 0)), "016100ff620000");
  EXPECT_EQ(hex(encode(column_of<std::string>(Type::string(), {"a"}), 0, {true, true})), "019effff");
  EXPECT_EQ(hex(encode(column_of<int8_t>(Type::tiny_int(), {5}), 0)), "0185");
  EXPECT_EQ(hex(encode(column_of<int128>(Type::decimal(38, 0), {-1}), 0)), "017fffffffffffffffffffffffffffffff");
}

// `column` ascends, NULL apart: bytes must too, in every order, and decode to the value.
void expect_ordered(const ColumnPtr& column) {
  for (const bool descending : {false, true}) {
    const SortOrder order{descending, true};
    for (int32_t row = 0; row < column->num_rows(); ++row) {
      ColumnBuilder decoded(column->type());
      const std::string bytes = encode(column, row, order);
      EXPECT_EQ(decode_ordered(bytes + "behind", order, decoded), bytes.size());
      EXPECT_EQ(encode(decoded.finish(), 0, order), bytes);
      if (row == 0) continue;
      if (descending)
        EXPECT_GT(encode(column, row - 1, order), bytes) << column->type().to_string() << row;
      else
        EXPECT_LT(encode(column, row - 1, order), bytes) << column->type().to_string() << row;
    }
  }
}

TEST(OrderedEncoding, OrdersAsSqlDoes) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min(), kMax = std::numeric_limits<int64_t>::max();
  expect_ordered(big_ints({kMin, -2, -1, 0, 1, 255, 256, kMax}));
  expect_ordered(column_of<int32_t>(Type::integer(), {-70000, -1, 0, 70000}));
  expect_ordered(column_of<uint8_t>(Type::boolean(), {0, 1}));
  const double infinity = std::numeric_limits<double>::infinity();
  expect_ordered(
      column_of<double>(Type::float64(), {-infinity, -1e300, -1.0, -1e-300, 0.0, 1e-300, 2.0, infinity, std::nan("")}));
  expect_ordered(column_of<float>(Type::float32(), {-2.0F, 0.0F, 3.0F}));
  const int128 wide = static_cast<int128>(1) << 90;
  expect_ordered(column_of<int128>(Type::decimal(38, 0), {-wide, -1, 0, 1, wide}));
  expect_ordered(
      strings({"", std::string(1, '\0'), std::string("\0a", 2), "a", std::string("a\0", 2), "aa", "b", "é"}));
}

TEST(OrderedEncoding, NullsGoWhereTheyAreTold) {
  const ColumnPtr column = big_ints({std::nullopt, std::numeric_limits<int64_t>::min()});
  EXPECT_LT(encode(column, 0, {false, true}), encode(column, 1, {false, true}));
  EXPECT_GT(encode(column, 0, {true, false}), encode(column, 1, {true, false}));
  ColumnBuilder decoded(Type::big_int());
  EXPECT_EQ(decode_ordered(encode(column, 0), {}, decoded), 1U);
  EXPECT_TRUE(decoded.finish()->is_null(0));
}

}  // namespace
}  // namespace tidemill
