#include "state/canonical_rows.h"

#include <gtest/gtest.h>

#include "tests/unit/state/test_values.h"

namespace tidemill {
namespace {

using state_test::column_of;
using state_test::hex;
using state_test::TestRandom;

constexpr int32_t kRows = 300;

std::optional<std::string> random_text(TestRandom& random) {
  if (random.chance(20)) return std::nullopt;
  std::string text(static_cast<size_t>(random.below(random.chance(80) ? 20 : 3000)), 'x');
  for (char& c : text) c = static_cast<char>('a' + random.below(26));
  return text;
}

template <class T>
ColumnPtr random_column(TestRandom& random, const Type& type) {
  std::vector<std::optional<T>> values;
  for (int32_t i = 0; i < kRows; ++i)
    values.push_back(random.chance(20) ? std::nullopt : std::optional<T>(static_cast<T>(random.between(-100, 100))));
  return column_of<T>(type, values);
}

// A column of each physical type; of text, CHAR too.
std::vector<ColumnPtr> random_columns(TestRandom& random) {
  std::vector<std::optional<std::string>> texts, padded;
  for (int32_t i = 0; i < kRows; ++i) {
    texts.push_back(random_text(random));
    padded.push_back(random.chance(20) ? std::nullopt
                                       : std::optional<std::string>(random.chance(50) ? "ab  " : "abcd"));
  }
  return {random_column<uint8_t>(random, Type::boolean()), state_test::strings(texts),
          random_column<int8_t>(random, Type::tiny_int()), random_column<int16_t>(random, Type::small_int()),
          random_column<int32_t>(random, Type::integer()), column_of<std::string>(Type::char_of(4), padded),
          random_column<int64_t>(random, Type::big_int()), random_column<int128>(random, Type::decimal(30, 2)),
          random_column<double>(random, Type::float64()),  random_column<float>(random, Type::float32())};
}

std::vector<std::string> write(const KeyLayout& layout, const std::vector<ColumnPtr>& columns,
                               const std::vector<int32_t>& rows) {
  std::vector<uint32_t> sizes(rows.size());
  size_canonical_rows(layout, columns, rows, sizes);
  std::vector<std::string> written;
  std::vector<std::byte*> places;
  for (const uint32_t size : sizes) written.emplace_back(size, '\xee');
  for (std::string& row : written) places.push_back(reinterpret_cast<std::byte*>(row.data()));
  write_canonical_rows(layout, columns, rows, sizes, places);
  return written;
}

TEST(CanonicalRows, AreTheBytesOfOneRowAtATime) {
  TestRandom random(3);
  const std::vector<ColumnPtr> columns = random_columns(random);
  std::vector<Type> types;
  for (const ColumnPtr& column : columns) types.push_back(column->type());
  const KeyLayout layout(types);
  std::vector<int32_t> rows;
  for (int32_t row = 0; row < kRows; ++row)
    if (random.chance(70)) rows.push_back(row);
  const std::vector<std::string> written = write(layout, columns, rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    std::string expected;
    append_key(layout, columns, rows[i], expected);
    ASSERT_EQ(hex(written[i]), hex(expected)) << rows[i];
  }
}

TEST(CanonicalRows, AreReadColumnByColumn) {
  TestRandom random(4);
  const std::vector<ColumnPtr> columns = random_columns(random);
  std::vector<Type> types;
  for (const ColumnPtr& column : columns) types.push_back(column->type());
  const KeyLayout layout(types);
  std::vector<int32_t> rows;
  for (int32_t row = 0; row < kRows; ++row) rows.push_back(row);
  const std::vector<std::string> written = write(layout, columns, rows);
  const std::vector<std::string_view> views(written.begin(), written.end());
  for (int round = 0; round < 20; ++round) {
    std::vector<uint8_t> wanted;
    for (size_t i = 0; i < columns.size(); ++i) wanted.push_back(round == 0 || random.chance(50) ? 1 : 0);
    std::vector<ColumnPtr> read(columns.size());
    read_canonical_rows(layout, views, wanted, read);
    for (size_t i = 0; i < columns.size(); ++i) {
      ASSERT_EQ(read[i] != nullptr, wanted[i] != 0);
      if (wanted[i] == 0) continue;
      ASSERT_EQ(read[i]->num_rows(), kRows);
      EXPECT_EQ(read[i]->type(), types[i]);
    }
    // What was read gives the same bytes again.
    for (size_t i = 0; i < columns.size(); ++i)
      if (read[i] == nullptr) read[i] = columns[i];
    EXPECT_EQ(write(layout, read, rows), written);
  }
}

TEST(CanonicalRows, RowsWithoutColumnsAreEmpty) {
  const KeyLayout layout({});
  EXPECT_EQ(write(layout, {}, {0, 1}), (std::vector<std::string>{"", ""}));
}

}  // namespace
}  // namespace tidemill
