#include "state/key_encoding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/hash.h"
#include "data/nested.h"
#include "tests/unit/state/test_values.h"

namespace tidemill {
namespace {

using state_test::big_ints;
using state_test::column_of;
using state_test::hex;
using state_test::strings;

struct Golden {
  std::string name;
  ColumnPtr column;
  std::string key;
  uint64_t hash;
};

uint64_t hash_of(const std::vector<ColumnPtr>& columns, int32_t row = 0) {
  std::vector<uint64_t> hashes(static_cast<size_t>(row) + 1);
  hash_keys(columns, hashes);
  return hashes[static_cast<size_t>(row)];
}

std::string key_of(const std::vector<ColumnPtr>& columns, int32_t row = 0) {
  std::vector<Type> types;
  for (const ColumnPtr& column : columns) types.push_back(column->type());
  std::string bytes;
  append_key(KeyLayout(types), columns, row, bytes);
  return bytes;
}

// Bytes and hashes are part of every checkpoint: lines may be added, never changed.
TEST(KeyEncoding, BytesAndHashesAreFrozen) {
  const int128 wide = static_cast<int128>(1) << 100;
  ColumnBuilder builder(Type::integer());
  builder.append(1);
  builder.append_null();
  const ColumnPtr numbers = builder.finish();
  const auto nested = [](const Type& type, const NestedColumns& parts) {
    return join_nested(type, parts, *big_ints({0}));
  };
  const std::vector<Golden> golden = {
      {"boolean", column_of<uint8_t>(Type::boolean(), {1}), "0100", 0x910a2dec89025cc1},
      {"tinyint", column_of<int8_t>(Type::tiny_int(), {-2}), "fe00", 0xf3203e9039f4a821},
      {"smallint", column_of<int16_t>(Type::small_int(), {-2}), "feff00", 0xf3203e9039f4a821},
      {"int", column_of<int32_t>(Type::integer(), {-2}), "feffffff00", 0xf3203e9039f4a821},
      {"bigint", big_ints({-2}), "feffffffffffffff00", 0xf3203e9039f4a821},
      {"bigint null", big_ints({std::nullopt}), "000000000000000001", 0x6a09e667f3bcc908},
      {"decimal38", column_of<int128>(Type::decimal(38, 0), {wide}), "0000000000000000000000001000000000",
       0xc70fcd75d3c3e8c4},
      {"float", column_of<float>(Type::float32(), {1.5F}), "0000c03f00", 0x555b738727e4a1cf},
      {"float -0", column_of<float>(Type::float32(), {-0.0F}), "0000000000", 0xe220a8397b1dcdaf},
      {"double", column_of<double>(Type::float64(), {-1.5}), "000000000000f8bf00", 0x5c4ce031a716b337},
      {"double -0", column_of<double>(Type::float64(), {-0.0}), "000000000000000000", 0xe220a8397b1dcdaf},
      {"double NaN", column_of<double>(Type::float64(), {std::nan("7")}), "000000000000f87f00", 0xc72971d82e15bb46},
      {"string", strings({"Grüße"}), "070000004772c3bcc39f6500", 0xb40c17e2196d97d8},
      {"string empty", strings({""}), "0000000000", 0x2d06800538d394c2},
      {"char", column_of<std::string>(Type::char_of(4), {"ab  "}), "02000000616200", 0xa873719c24d5735c},
      {"array", nested(Type::array(Type::integer()), {{0, 2}, {numbers}}), "0a0000000200000001010000000000",
       0xb70b14806f0f455c},
      {"array empty", nested(Type::array(Type::integer()), {{0, 0}, {numbers}}), "040000000000000000",
       0x48b2c92616fc193d},
      {"map", nested(Type::map(Type::integer(), Type::integer()), {{0, 1}, {numbers, numbers}}),
       "0e000000010000000101000000010100000000", 0x505ae6347be44092},
      {"row", nested(Type::row({{"a", Type::integer()}}), {{}, {numbers}}), "05000000010100000000", 0x3036954137dc302},
      {"varchar", column_of<std::string>(Type::varchar(4), {"ab  "}), "040000006162202000", 0xaa0ce3efdefaf5a4},
  };
  for (const Golden& line : golden) {
    EXPECT_EQ(hex(key_of({line.column})), line.key) << line.name;
    EXPECT_EQ(hash_of({line.column}), line.hash) << line.name << fmt::format(" {:#x}", hash_of({line.column}));
  }
  const std::vector<ColumnPtr> several = {big_ints({7}), strings({std::nullopt}),
                                          column_of<int32_t>(Type::date(), {19000})};
  EXPECT_EQ(hex(key_of(several)), "070000000000000000000000384a000002");
  EXPECT_EQ(hash_of(several), 0x7588902cf9fe6887U) << fmt::format("{:#x}", hash_of(several));
  EXPECT_EQ(key_of({}), "");
  EXPECT_EQ(hash_of({}), 0xe220a8397b1dcdafU);
}

// The catalogue of a snapshot holds types by these numbers.
// Columns of integers are hashed with the widest instructions that the machine has.
TEST(KeyEncoding, IntegersHashTheSameInColumnsOfAnyLength) {
  for (int32_t rows = 1; rows <= 40; ++rows) {
    ColumnBuilder builder(Type::big_int());
    std::vector<uint64_t> expected;
    uint64_t value = 0x123456789ABCDEFULL * static_cast<uint64_t>(rows);
    for (int32_t row = 0; row < rows; ++row) {
      builder.append(static_cast<int64_t>(value));
      expected.push_back(hash_integer(value));
      value = value * 6364136223846793005ULL + 1442695040888963407ULL;
    }
    const ColumnPtr column = builder.finish();
    std::vector<uint64_t> hashes(static_cast<size_t>(rows));
    hash_keys({&column, 1}, hashes);
    EXPECT_EQ(hashes, expected);
  }
}

TEST(KeyEncoding, NumbersOfTypeKindsAreFrozen) {
  EXPECT_EQ(static_cast<int>(TypeKind::kNull), 0);
  EXPECT_EQ(static_cast<int>(TypeKind::kBoolean), 1);
  EXPECT_EQ(static_cast<int>(TypeKind::kBigInt), 5);
  EXPECT_EQ(static_cast<int>(TypeKind::kDouble), 7);
  EXPECT_EQ(static_cast<int>(TypeKind::kDecimal), 8);
  EXPECT_EQ(static_cast<int>(TypeKind::kVarchar), 10);
  EXPECT_EQ(static_cast<int>(TypeKind::kVarbinary), 12);
  EXPECT_EQ(static_cast<int>(TypeKind::kTimestamp), 15);
  EXPECT_EQ(static_cast<int>(TypeKind::kIntervalDayTime), 18);
}

TEST(KeyEncoding, KeysThatSqlCallsEqualAreEqual) {
  const auto same = [](const ColumnPtr& column) {
    EXPECT_EQ(key_of({column}, 0), key_of({column}, 1));
    EXPECT_EQ(hash_of({column}, 0), hash_of({column}, 1));
  };
  const auto different = [](const ColumnPtr& column) {
    EXPECT_NE(key_of({column}, 0), key_of({column}, 1));
    EXPECT_NE(hash_of({column}, 0), hash_of({column}, 1));
  };
  same(column_of<double>(Type::float64(), {0.0, -0.0}));
  same(column_of<float>(Type::float32(), {std::nanf("1"), -std::nanf("9")}));
  same(column_of<std::string>(Type::char_of(5), {"ab", "ab   "}));
  same(big_ints({std::nullopt, std::nullopt}));
  different(column_of<std::string>(Type::string(), {"ab", "ab "}));
  different(big_ints({std::nullopt, 0}));
  different(strings({std::nullopt, ""}));
}

TEST(KeyEncoding, TextsDoNotRunIntoEachOther) {
  const std::vector<ColumnPtr> columns = {strings({"ab", "a", ""}), strings({"c", "bc", "abc"})};
  EXPECT_NE(key_of(columns, 0), key_of(columns, 1));
  EXPECT_NE(key_of(columns, 1), key_of(columns, 2));
  EXPECT_NE(hash_of(columns, 0), hash_of(columns, 1));
}

// Every encoding of a column gives the same keys, and the batch form the same bytes as the row form.
TEST(KeyEncoding, BatchAndRowsAgreeAndDecodeToWhatWentIn) {
  const std::string long_text(20000, 'x');
  const std::vector<ColumnPtr> columns = {
      strings({"JFK", std::nullopt, long_text, "a text beyond twelve bytes"}),
      column_of<std::string>(Type::char_of(4), {"a", "äö", std::nullopt, "abcd"}),
      column_of<int128>(Type::decimal(30, 2), {1, -1, std::nullopt, 5}),
      Column::constant(*big_ints({42}), 4),
  };
  const KeyLayoutPtr layout =
      make_key_layout({Type::string(), Type::char_of(4), Type::decimal(30, 2), Type::big_int()});
  KeyBatch batch(layout);
  batch.assign(columns, 4);
  KeyBatch copied(layout);
  for (int32_t row = 0; row < 4; ++row) {
    EXPECT_EQ(batch.canonical(row), key_of(columns, row));
    EXPECT_EQ(batch.hashes()[static_cast<size_t>(row)], hash_key(*layout, batch.canonical(row)));
    copied.append(KeyView(batch.canonical(row)));
    EXPECT_EQ(copied.canonical(row), batch.canonical(row));
    EXPECT_TRUE(equal_keys(*layout, copied[row], batch[row]));
    EXPECT_FALSE(equal_keys(*layout, copied[row], batch[(row + 1) % 4]));
  }
  std::vector<ColumnBuilder> from_batch, from_rows;
  for (const Type& type : layout->types()) {
    from_batch.emplace_back(type);
    from_rows.emplace_back(type);
  }
  copied.decode(from_batch);
  for (int32_t row = 0; row < 4; ++row) decode_key(*layout, copied.canonical(row), from_rows);
  for (std::vector<ColumnBuilder>* const builders : {&from_batch, &from_rows}) {
    const ColumnPtr text = (*builders)[0].finish();
    EXPECT_EQ(text->text(0), "JFK");
    EXPECT_TRUE(text->is_null(1));
    EXPECT_EQ(text->text(2), long_text);
    const ColumnPtr padded = (*builders)[1].finish();
    EXPECT_EQ(padded->text(0), "a   ");
    EXPECT_EQ(padded->text(1), "äö  ");
    EXPECT_TRUE(padded->is_null(2));
    EXPECT_EQ(padded->text(3), "abcd");
    const ColumnPtr wide = (*builders)[2].finish();
    EXPECT_TRUE(wide->decode<int128>()[1] == -1);
    EXPECT_TRUE(wide->is_null(2));
    EXPECT_EQ((*builders)[3].finish()->decode<int64_t>()[3], 42);
  }
}

TEST(KeyEncoding, PrefixesAndBadBytesAreToldApart) {
  const KeyLayout layout({Type::string(), Type::big_int(), Type::string()});
  const std::vector<ColumnPtr> columns = {strings({"ab"}), big_ints({std::nullopt}), strings({"c"})};
  const std::string key = key_of(columns);
  std::string prefix;
  append_key_prefix(layout, key, 2, prefix);
  EXPECT_EQ(prefix, key_of({columns[0], columns[1]}));
  EXPECT_TRUE(is_valid_key(layout, key));
  for (size_t size = 0; size < key.size(); ++size) EXPECT_FALSE(is_valid_key(layout, key.substr(0, size))) << size;
  EXPECT_FALSE(is_valid_key(layout, key + '\0'));
}

}  // namespace
}  // namespace tidemill
