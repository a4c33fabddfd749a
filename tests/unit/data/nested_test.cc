#include "data/nested.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "data/column_bytes.h"
#include "data/value_text.h"

namespace tidemill {
namespace {

using Ints = std::vector<std::optional<int32_t>>;

ColumnPtr integers(const Ints& values) {
  ColumnBuilder builder(Type::integer());
  for (const auto& value : values) value ? builder.append(*value) : builder.append_null();
  return builder.finish();
}

ColumnPtr strings(const std::vector<std::optional<std::string>>& values) {
  ColumnBuilder builder(Type::string());
  for (const auto& value : values) value ? builder.append_text(*value) : builder.append_null();
  return builder.finish();
}

// An ARRAY a row of what stands between its offsets; NULL where `nulls` says so.
ColumnPtr arrays(const ColumnPtr& elements, std::vector<int32_t> offsets, const Ints& nulls) {
  return join_nested(Type::array(elements->type()), {std::move(offsets), {elements}}, *integers(nulls));
}

std::string text_of(const Column& column) {
  std::string text;
  for (int32_t row = 0; row < column.num_rows(); ++row) {
    append_row_text(text, column, row);
    text += ' ';
  }
  return text;
}

[[noreturn]] void throw_damaged(const std::string& name, uint64_t, std::string_view what) {
  throw UserError(fmt::format("{} {}", name, what));
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

// [1, NULL, 3], NULL, [], [-2]
ColumnPtr sample_arrays() {
  return arrays(integers({1, std::nullopt, 3, -2}), {0, 3, 3, 3, 4}, {0, std::nullopt, 0, 0});
}

// [[1, NULL, 3], NULL], [[]], [], [[-2]]
ColumnPtr arrays_of_arrays() { return arrays(sample_arrays(), {0, 2, 3, 3, 4}, {0, 0, 0, 0}); }

// Rows of a map and a text: ({a=1, bb=2}, x), NULL, ({}, NULL), (NULL, a text beyond twelve bytes)
ColumnPtr rows_of_maps() {
  const Type map = Type::map(Type::string(), Type::integer());
  const ColumnPtr maps =
      join_nested(map, {{0, 2, 2, 2, 2}, {strings({"a", "bb"}), integers({1, 2})}}, *integers({0, 0, 0, std::nullopt}));
  const ColumnPtr texts = strings({"x", "y", std::nullopt, "a text beyond twelve bytes"});
  const Type row = Type::row({{"m", map}, {"s", Type::string()}});
  return join_nested(row, {{}, {maps, texts}}, *integers({0, std::nullopt, 0, 0}));
}

TEST(Nested, TextOfEveryKind) {
  EXPECT_EQ(text_of(*sample_arrays()), "[1, null, 3] null [] [-2] ");
  EXPECT_EQ(text_of(*arrays_of_arrays()), "[[1, null, 3], null] [[]] [] [[-2]] ");
  EXPECT_EQ(text_of(*rows_of_maps()), "+I[{bb=2, a=1}, x] null +I[{}, null] +I[null, a text beyond twelve bytes] ");
}

// Keys and checkpoints hold these bytes: lines may be added, never changed.
TEST(Nested, BytesAreFrozen) {
  EXPECT_EQ(hex(sample_arrays()->text(0)),
            "03000000"
            "0101000000"
            "00"
            "0103000000");
  EXPECT_EQ(hex(sample_arrays()->text(2)), "00000000");
  EXPECT_EQ(hex(arrays_of_arrays()->text(1)),
            "01000000"
            "0104000000"
            "00000000");
  EXPECT_EQ(hex(rows_of_maps()->text(0)),
            "011b000000"
            "02000000"
            "010100000061"
            "0101000000"
            "01020000006262"
            "0102000000"
            "010100000078");
  EXPECT_EQ(hex(rows_of_maps()->text(2)),
            "0104000000"
            "00000000"
            "00");
}

TEST(Nested, ColumnsTakeAndSliceInEveryEncoding) {
  for (const ColumnPtr& column : {sample_arrays(), arrays_of_arrays(), rows_of_maps()}) {
    const std::vector<int32_t> backwards = {3, -1, 2, 1, 0};
    const ColumnPtr taken = column->take(backwards);
    EXPECT_TRUE(taken->is_null(1));
    for (const int32_t row : {0, 2, 3, 4}) {
      EXPECT_EQ(text_of(*taken->slice(row, 1)), text_of(*column->slice(backwards[static_cast<size_t>(row)], 1)));
    }
    const ColumnPtr constant = Column::constant(*column, 3);
    EXPECT_EQ(text_of(*Column::flatten(constant)->slice(2, 1)), text_of(*column->slice(0, 1)));
    auto indices = Buffer::allocate(3 * sizeof(int32_t));
    const int32_t positions[] = {2, 1, 2};
    std::memcpy(indices->mutable_data(), positions, sizeof(positions));
    const ColumnPtr dictionary = Column::dictionary(column, indices, 3);
    EXPECT_EQ(text_of(*dictionary->slice(2, 1)), text_of(*column->slice(2, 1)));
    EXPECT_EQ(text_of(*join_nested(column->type(), split_nested(*dictionary), *dictionary)), text_of(*dictionary));
  }
}

TEST(Nested, SplittingAndJoiningGivesTheSameBytes) {
  for (const ColumnPtr& column : {sample_arrays(), arrays_of_arrays(), rows_of_maps()}) {
    const ColumnPtr again = join_nested(column->type(), split_nested(*column), *column);
    for (int32_t row = 0; row < column->num_rows(); ++row) {
      ASSERT_EQ(again->is_null(row), column->is_null(row));
      if (column->is_null(row)) continue;
      EXPECT_EQ(again->text(row), column->text(row));
    }
  }
  const NestedColumns parts = split_nested(*sample_arrays());
  EXPECT_EQ(parts.offsets, (std::vector<int32_t>{0, 3, 3, 3, 4}));
  EXPECT_EQ(parts.columns[0]->num_rows(), 4);
}

// Kernels leave texts of no bytes in rows that nobody selected.
TEST(Nested, NoBytesAreNull) {
  ColumnBuilder builder(Type::array(Type::integer()));
  builder.append_text("");
  const ColumnPtr column = builder.finish();
  EXPECT_EQ(split_nested(*column).offsets, (std::vector<int32_t>{0, 0}));
  std::string encoded;
  append_encoded(encoded, *column, 0);
  EXPECT_TRUE(is_encoded_null(encoded));
}

TEST(Nested, PartsAreFoundOneByOneToo) {
  const ColumnPtr rows = rows_of_maps();
  const std::vector<std::string_view> parts = nested_parts(rows->type(), rows->text(0));
  for (size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(nested_part(rows->type(), rows->text(0), i), parts[i]);
  const ColumnPtr array = sample_arrays();
  EXPECT_TRUE(is_encoded_null(nested_part(array->type(), array->text(0), 1)));
  EXPECT_EQ(encoded_int(nested_part(array->type(), array->text(0), 2)), 3);
  EXPECT_EQ(nested_count(array->text(0)), 3);
}

TEST(Nested, WhatIsNoValueIsTold) {
  for (const ColumnPtr& column : {sample_arrays(), arrays_of_arrays(), rows_of_maps()}) {
    const std::string whole(column->text(0));
    EXPECT_TRUE(is_valid_nested(column->type(), whole));
    EXPECT_FALSE(is_valid_nested(column->type(), whole + '\0'));
    for (size_t size = 0; size < whole.size(); ++size) {
      // In memory of exactly this size: a sanitizer sees what is read beyond it.
      const std::unique_ptr<char[]> exact = std::make_unique_for_overwrite<char[]>(size);
      std::memcpy(exact.get(), whole.data(), size);
      EXPECT_FALSE(is_valid_nested(column->type(), {exact.get(), size})) << size;
    }
    for (size_t at = 0; at < whole.size(); ++at) {
      for (const int flip : {1, 0x80, 0xff}) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ flip);
        if (is_valid_nested(column->type(), damaged)) nested_parts(column->type(), damaged);
      }
    }
  }
  EXPECT_FALSE(is_valid_nested(Type::array(Type::boolean()), std::string("\1\0\0\0\1\2", 6)));
  EXPECT_FALSE(is_valid_nested(Type::array(Type::integer()), "\xff\xff\xff\xff"));
}

TEST(Nested, ColumnsAreWrittenAndReadAsBytes) {
  for (const ColumnPtr& column : {sample_arrays(), arrays_of_arrays(), rows_of_maps()}) {
    ByteWriter out;
    write_column(*column, out);
    const std::string bytes = out.bytes();
    const std::string name = "column";
    ByteReader in(name, 0, bytes, throw_damaged);
    const ColumnPtr read = read_column(column->num_rows(), in);
    EXPECT_EQ(read->type(), column->type());
    EXPECT_EQ(text_of(*read), text_of(*column));
    for (size_t size = 0; size < bytes.size(); ++size) {
      const std::string cut = bytes.substr(0, size);
      ByteReader short_in(name, 0, cut, throw_damaged);
      EXPECT_THROW(read_column(column->num_rows(), short_in), UserError) << size;
    }
  }
}

TEST(Nested, TypesCompareByWhatIsInside) {
  const Type row = Type::row({{"a", Type::integer()}, {"b`c", Type::array(Type::string().not_null())}});
  EXPECT_EQ(row.to_string(), "ROW<`a` INT, `b``c` ARRAY<STRING NOT NULL>>");
  EXPECT_EQ(row, Type::row({{"a", Type::integer()}, {"b`c", Type::array(Type::string().not_null())}}));
  EXPECT_NE(row, Type::row({{"a", Type::integer()}, {"b`c", Type::array(Type::string())}}));
  EXPECT_NE(row, Type::row({{"x", Type::integer()}, {"b`c", Type::array(Type::string().not_null())}}));
  EXPECT_NE(Type::array(Type::integer()), Type::multiset(Type::integer()));
  EXPECT_EQ(Type::map(Type::string(), row).depth(), 4);
  EXPECT_EQ(Type::integer().depth(), 1);
}

}  // namespace
}  // namespace tidemill
