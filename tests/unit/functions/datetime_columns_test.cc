// Functions of times over whole columns, where what was computed for one row serves the next: each row must be what it
// is by itself, whatever stands before it.
#include <gtest/gtest.h>

#include <random>

#include "data/calendar.h"
#include "tests/unit/functions/function_harness.h"

namespace tidemill {
namespace {

constexpr int32_t kRows = 400;

// Times that come in runs of the same second, hour or day, cross midnights and changes to summer time, and jump.
ColumnPtr times_of(const Type& type, uint32_t seed) {
  std::mt19937_64 random(seed);
  ColumnBuilder builder(type);
  const int64_t units = type.kind == TypeKind::kDate ? 1 : timestamp_units_per_second(type.precision);
  constexpr int64_t kSummerTimeBegins = 1'711'846'800;  // Europe/Berlin, 2024-03-31 01:00 UTC
  int64_t seconds = 0;
  for (int32_t row = 0; row < kRows; ++row) {
    if (row % 50 == 0) seconds = static_cast<int64_t>(random() % 8'000'000'000) - 4'000'000'000;
    if (row % 100 == 0) seconds = kSummerTimeBegins - 10'000;
    seconds += row % 3 == 0 ? static_cast<int64_t>(random() % 9000) : 0;
    const int64_t value = type.kind == TypeKind::kDate ? seconds / kSecondsPerDay
                                                       : seconds * units + static_cast<int64_t>(random()) % units;
    if (row % 17 == 3) {
      builder.append_null();
    } else if (type.physical() == PhysicalType::kInt32) {
      builder.append(static_cast<int32_t>(value));
    } else if (type.physical() == PhysicalType::kInt64) {
      builder.append(value);
    } else {
      builder.append(static_cast<int128>(value));
    }
  }
  return builder.finish();
}

std::vector<std::string> texts(const Expression& expression, const ColumnPtr& column) {
  const Batch batch(make_schema({{"t", column->type()}}), {column}, column->num_rows());
  EvaluationContext context;
  context.time_zone = *TimeZone::find("Europe/Berlin");
  RowErrors errors;
  const ColumnPtr result = evaluate(expression, {batch, context}, Selection::all(column->num_rows()), errors);
  EXPECT_TRUE(errors.empty());
  std::vector<std::string> texts(static_cast<size_t>(column->num_rows()));
  for (int32_t row = 0; row < column->num_rows(); ++row) append_row_text(texts[static_cast<size_t>(row)], *result, row);
  return texts;
}

void expect_rows_alone(const Expression& expression, const ColumnPtr& column) {
  const std::vector<std::string> together = texts(expression, column);
  for (int32_t row = 0; row < column->num_rows(); ++row)
    ASSERT_EQ(together[static_cast<size_t>(row)], texts(expression, column->slice(row, 1)).front())
        << expression.to_string() << ", row " << row;
}

TEST(DatetimeColumns, EachRowIsWhatItIsByItself) {
  const FunctionHarness functions;
  for (const Type& type : {Type::timestamp(3), Type::timestamp(9), Type::timestamp_ltz(3), Type::date()}) {
    const ColumnPtr column = times_of(type, 7);
    const ExpressionPtr time = make_column(0, type);
    for (const char* unit :
         {"MILLENNIUM", "CENTURY", "DECADE", "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOW", "ISODOW", "ISOYEAR",
          "DOY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND", "EPOCH"})
      expect_rows_alone(*functions.call("EXTRACT", {literal(unit), time}), column);
    for (const char* pattern : {"yyyy-MM-dd", "HH", "HH:mm", "yyyy-MM-dd HH:mm:ss", "SSS", "EEEE", "hh a", "'x'"})
      expect_rows_alone(*functions.call("DATE_FORMAT", {time, literal(pattern)}), column);
  }
}

TEST(DatetimeColumns, ReadTheZoneWhereItsOffsetChanges) {
  const FunctionHarness functions;
  ColumnBuilder builder(Type::timestamp_ltz(3));
  for (const int64_t seconds : {1'711'846'799, 1'711'846'800, 1'729'990'799, 1'729'990'800, 1'729'994'399})
    builder.append(seconds * 1000);
  const ExpressionPtr time = make_column(0, Type::timestamp_ltz(3));
  const ColumnPtr column = builder.finish();
  EXPECT_EQ(texts(*functions.call("DATE_FORMAT", {time, literal("HH:mm:ss")}), column),
            (std::vector<std::string>{"01:59:59", "03:00:00", "02:59:59", "02:00:00", "02:59:59"}));
  EXPECT_EQ(texts(*functions.call("EXTRACT", {literal("HOUR"), time}), column),
            (std::vector<std::string>{"1", "3", "2", "2", "2"}));
}

}  // namespace
}  // namespace tidemill
