#include "data/two_columns.h"

#include <gtest/gtest.h>

#include "data/column_builder.h"
#include "data/value.h"

namespace tidemill {
namespace {

ColumnPtr texts(std::initializer_list<const char*> values) {
  ColumnBuilder builder(Type::string());
  for (const char* value : values) {
    if (value == nullptr)
      builder.append_null();
    else
      builder.append_text(value);
  }
  return builder.finish();
}

TEST(TwoColumns, GivesRowsOfEitherAndKeepsTheirTextsAlive) {
  ColumnPtr taken;
  {
    const ColumnPtr first = texts({"short", "a text that is longer than twelve bytes", nullptr});
    const ColumnPtr second = texts({"another text that is longer than twelve bytes", nullptr});
    const std::vector<int32_t> places = {1, ~0, 2, ~1, 0, 1};
    taken = take_of_two(*first, *second, places);
  }
  ASSERT_EQ(taken->num_rows(), 6);
  EXPECT_EQ(taken->text(0), "a text that is longer than twelve bytes");
  EXPECT_EQ(taken->text(1), "another text that is longer than twelve bytes");
  EXPECT_TRUE(taken->is_null(2));
  EXPECT_TRUE(taken->is_null(3));
  EXPECT_EQ(taken->text(4), "short");
  EXPECT_EQ(taken->text(5), "a text that is longer than twelve bytes");
}

TEST(TwoColumns, HasNoNullsWhereNeitherHas) {
  ColumnBuilder numbers(Type::integer());
  numbers.append(int32_t{7});
  const ColumnPtr first = numbers.finish();
  numbers.append(int32_t{8});
  const ColumnPtr second = numbers.finish();
  const std::vector<int32_t> places = {~0, 0};
  const ColumnPtr taken = take_of_two(*first, *second, places);
  EXPECT_FALSE(taken->may_have_nulls());
  EXPECT_EQ(taken->decode<int32_t>()[0], 8);
  EXPECT_EQ(taken->decode<int32_t>()[1], 7);
}

}  // namespace
}  // namespace tidemill
