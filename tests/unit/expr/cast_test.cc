// The cast matrix and what single casts yield, as observed on Flink 2.3.
#include "expr/cast.h"

#include <gtest/gtest.h>

#include <random>

#include "data/column_builder.h"
#include "data/decimal.h"
#include "data/value_text.h"
#include "expr/evaluator.h"
#include "expr/type_coercion.h"

namespace tidemill {
namespace {

// One letter a type, in the order of the rows and columns of the matrix.
const std::vector<Type>& matrix_types() {
  static const std::vector<Type> types = {Type::boolean(),
                                          Type::tiny_int(),
                                          Type::integer(),
                                          Type::big_int(),
                                          Type::float32(),
                                          Type::float64(),
                                          Type::decimal(10, 2),
                                          Type::char_of(3),
                                          Type::string(),
                                          {TypeKind::kBinary, true, 2},
                                          Type::bytes(),
                                          Type::date(),
                                          Type::time(0),
                                          Type::timestamp(3),
                                          Type::timestamp_ltz(3),
                                          Type::interval_year_month(),
                                          Type::interval_day_time()};
  return types;
}

TEST(Cast, AllowsThePairsOfFlink) {
  const std::vector<std::string> allowed = {
      // bool tiny int big float double dec char string bin bytes date time ts ltz months millis
      "YYYYYYYYY........", "YYYYYYYYY........", "YYYYYYYYY........", "YYYYYYYYY........", "YYYYYYYYY........",
      "YYYYYYYYY........", "YYYYYYYYY........", "YYYYYYYYYYYYYYY..", "YYYYYYYYYYYYYYY..", ".......YYYY......",
      ".......YYYY......", ".......YY..Y.YY..", ".......YY...YYY..", ".......YY..YYYY..", ".......YY..YYYY..",
      ".......YY......Y.", ".......YY.......Y"};
  const auto& types = matrix_types();
  for (size_t from = 0; from < types.size(); ++from) {
    for (size_t to = 0; to < types.size(); ++to) {
      EXPECT_EQ(casts_explicitly(types[from], types[to]), allowed[from][to] == 'Y')
          << types[from].to_string() << " to " << types[to].to_string();
      const ExpressionPtr column = make_column(0, types[from]);
      if (allowed[from][to] == 'Y') {
        EXPECT_EQ(make_cast(column, types[to], false, {})->type(), types[to]);
      } else {
        EXPECT_THROW(make_cast(column, types[to], false, {}), UserError);
      }
    }
  }
}

TEST(Cast, AdvisesWhatToUseInstead) {
  try {
    make_cast(make_column(0, Type::big_int()), Type::timestamp_ltz(3), false, {2, 5});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "CAST of BIGINT to TIMESTAMP_LTZ(3) does not exist");
    EXPECT_NE(error.hint().find("TO_TIMESTAMP_LTZ(x, 3)"), std::string::npos);
    EXPECT_EQ(error.location(), (SourceLocation{2, 5}));
  }
}

std::string cast_text(const ExpressionPtr& value, const Type& type, bool is_try = false, const char* zone = "UTC") {
  EvaluationContext context;
  context.time_zone = *TimeZone::find(zone);
  try {
    const Value result = evaluate_constant(*make_cast(value, type, is_try, {}), context);
    std::string text;
    append_row_text(text, *result.to_column(1), 0);
    return text;
  } catch (const UserError& error) {
    return std::string("error: ") + error.what();
  }
}
std::string cast_text(const char* text, const Type& type, bool is_try = false, const char* zone = "UTC") {
  return cast_text(make_literal(Value::characters(text)), type, is_try, zone);
}
ExpressionPtr of(const Type& type, const char* text) {
  return make_literal(
      evaluate_constant(*make_cast(make_literal(Value::characters(text)), type, false, {}), EvaluationContext()));
}
ExpressionPtr real(double value) { return make_literal(Value::float64(value)); }

TEST(Cast, FailsNamingTheTextOrGivesNull) {
  EXPECT_EQ(cast_text("x", Type::integer()), "error: Cannot cast 'x' to INT");
  EXPECT_EQ(cast_text("x", Type::integer(), true), "null");
  EXPECT_EQ(cast_text("1234.5", Type::decimal(4, 1)),
            "error: Cannot cast '1234.5' to DECIMAL(4, 1): it has too many digits");
  EXPECT_EQ(cast_text("1234.5", Type::decimal(4, 1), true), "null");
  EXPECT_EQ(cast_text("2020-02-30", Type::date()).substr(0, 6), "error:");
  EXPECT_FALSE(make_cast(make_column(0, Type::string()), Type::integer(), true, {})->can_fail());
  EXPECT_TRUE(make_cast(make_column(0, Type::string()), Type::integer(), false, {})->can_fail());
  EXPECT_FALSE(make_cast(make_column(0, Type::integer()), Type::string(), false, {})->can_fail());
}

TEST(Cast, ConvertsNumbersAsTheJvm) {
  const Type tiny = Type::tiny_int(), integer = Type::integer(), big = Type::big_int();
  EXPECT_EQ(cast_text(make_literal(Value::integer(300)), tiny), "44");
  EXPECT_EQ(cast_text(real(1e20), integer), "2147483647");
  EXPECT_EQ(cast_text(real(-1e20), big), "-9223372036854775808");
  EXPECT_EQ(cast_text(real(3e9), tiny), "-1");
  EXPECT_EQ(cast_text(real(-1e20), tiny), "0");
  EXPECT_EQ(cast_text(real(-12.9), integer), "-12");
  EXPECT_EQ(cast_text(of(Type::float64(), "NaN"), integer), "0");
  EXPECT_EQ(cast_text(of(Type::decimal(20, 2), "99999999999.99"), integer), "1215752191");
  EXPECT_EQ(cast_text(of(Type::decimal(20, 2), "-1.99"), big), "-1");
  EXPECT_EQ(cast_text(of(Type::decimal(20, 2), "99999999999.99"), Type::float64()), "9.999999999999E10");
  EXPECT_EQ(cast_text(real(1.255), Type::decimal(10, 2)), "1.26");
  EXPECT_EQ(cast_text(real(1e20), Type::decimal(10, 2)), "null");
  EXPECT_EQ(cast_text(of(Type::float64(), "NaN"), Type::decimal(10, 2)).substr(0, 6), "error:");
  EXPECT_EQ(cast_text(of(Type::float64(), "NaN"), Type::decimal(10, 2), true), "null");
  EXPECT_EQ(cast_text(of(Type::decimal(5, 3), "12.345"), Type::decimal(4, 2)), "12.35");
  EXPECT_EQ(cast_text(of(Type::decimal(5, 2), "123.45"), Type::decimal(3, 1)), "null");
  EXPECT_EQ(cast_text(make_literal(Value::boolean(true)), Type::decimal(5, 2)), "1.00");
  EXPECT_EQ(cast_text(of(Type::decimal(2, 1), "0.4"), Type::boolean()), "true");
  EXPECT_EQ(cast_text(real(0), Type::boolean()), "false");
}

// Casts numbers of `from` to `to`, of which `odd` and -odd do not fit; checks each against the cast of that number
// alone.
void expect_numbers_as_each_alone(const Type& from, const Type& to, int128 odd) {
  std::mt19937_64 random(1);
  for (const int32_t odd_every : {0, 1, 50}) {
    const bool wide = from.physical() == PhysicalType::kInt128;
    ColumnBuilder builder(from);
    for (int32_t row = 0; row < 300; ++row) {
      const bool is_odd = odd_every != 0 && row % odd_every == 0;
      const int128 value = is_odd ? (random() % 2 == 0 ? odd : -odd) : static_cast<int128>(random() % 2000) - 1000;
      if (row % 11 == 5) {
        builder.append_null();
      } else if (wide) {
        builder.append(value);
      } else {
        builder.append(static_cast<int64_t>(value));
      }
    }
    const ColumnPtr column = builder.finish();
    const Batch batch(make_schema({{"n", from}}), {column}, column->num_rows());
    const ExpressionPtr cast = make_cast(make_column(0, from), to, false, {});
    std::vector<int32_t> few;
    for (int32_t row = 0; row < batch.num_rows(); row += 7) few.push_back(row);
    for (const Selection& selection : {Selection::all(batch.num_rows()), Selection::of(few, batch.num_rows())}) {
      RowErrors errors, alone;
      const ColumnPtr result = evaluate(*cast, {batch, EvaluationContext()}, selection, errors);
      selection.for_each([&](int32_t row) {
        const Value value = Value::at(*column, row);
        const ExpressionPtr constant = make_cast(make_literal(value), to, false, {});
        const ColumnPtr expected =
            evaluate(*constant, {batch, EvaluationContext()}, Selection::of({&row, 1}, 300), alone);
        EXPECT_EQ(Value::at(*result, row).to_string(), Value::at(*expected, row).to_string()) << value.to_string();
      });
      EXPECT_EQ(errors.overflows(), alone.overflows());
    }
  }
}

TEST(Cast, ColumnsOfNumbersAreWhatEachNumberIs) {
  expect_numbers_as_each_alone(Type::big_int(), Type::integer(), int128{1} << 31);
  expect_numbers_as_each_alone(Type::big_int(), Type::tiny_int(), int128{1} << 40);
  expect_numbers_as_each_alone(Type::decimal(24, 3), Type::decimal(23, 3), decimal_power(23));
  expect_numbers_as_each_alone(Type::decimal(24, 3), Type::decimal(10, 3), decimal_power(20));
  expect_numbers_as_each_alone(Type::decimal(17, 2), Type::decimal(16, 2), decimal_power(16));
  expect_numbers_as_each_alone(Type::decimal(17, 2), Type::decimal(16, 1), decimal_power(16) * 9);
}

TEST(Cast, FitsTextsToTheirLength) {
  EXPECT_EQ(cast_text(make_literal(Value::integer(123)), Type::char_of(2)), "12");
  EXPECT_EQ(cast_text(make_literal(Value::integer(123)), Type::char_of(5)), "123  ");
  EXPECT_EQ(cast_text("abc", Type::varchar(2)), "ab");
  EXPECT_EQ(cast_text("éé", Type::char_of(3)), "éé ");
  EXPECT_EQ(cast_text("ééé", Type::varchar(2)), "éé");
  EXPECT_EQ(cast_text(make_literal(Value::boolean(true)), Type::char_of(2)), "TR");
  EXPECT_EQ(cast_text("abc", {TypeKind::kBinary, true, 5}), "[97, 98, 99, 0, 0]");
  EXPECT_EQ(cast_text("abcdef", {TypeKind::kVarbinary, true, 2}), "[97, 98]");
  EXPECT_EQ(cast_text(make_literal(Value::of_text(Type::bytes(), "A\xC3")), Type::string()), "A\xEF\xBF\xBD");
}

TEST(Cast, PrintsAsFlink) {
  const Type string = Type::string();
  EXPECT_EQ(cast_text(make_literal(Value::boolean(true)), string), "TRUE");
  EXPECT_EQ(cast_text(real(1e10), string), "1.0E10");
  EXPECT_EQ(cast_text(of(Type::float32(), "0.1"), string), "0.1");
  EXPECT_EQ(cast_text(of(Type::decimal(10, 7), "-0.0000001"), string), "-0.0000001");
  EXPECT_EQ(cast_text(of(Type::timestamp(0), "2020-04-15 08:05:00"), string), "2020-04-15 08:05:00");
  EXPECT_EQ(cast_text(of(Type::timestamp(3), "2020-04-15 08:05:00.123456"), string), "2020-04-15 08:05:00.123");
  EXPECT_EQ(cast_text(make_literal(Value::of(Type::interval_day_time(), int64_t{86400000})), string),
            "+1 00:00:00.000");
  EXPECT_EQ(cast_text(make_literal(Value::of(Type::interval_year_month(), 14)), string), "+1-02");
}

TEST(Cast, ConvertsTimes) {
  const auto stamp = of(Type::timestamp(3), "2020-01-05 10:11:12.987");
  EXPECT_EQ(cast_text(stamp, Type::date()), "2020-01-05");
  EXPECT_EQ(cast_text(stamp, Type::time(0)), "10:11:12");
  EXPECT_EQ(cast_text(stamp, Type::time(3)), "10:11:12.987");
  EXPECT_EQ(cast_text(stamp, Type::timestamp(0)), "2020-01-05T10:11:12");
  EXPECT_EQ(cast_text(stamp, Type::timestamp(9)), "2020-01-05T10:11:12.987");
  EXPECT_EQ(cast_text(of(Type::date(), "2020-01-05"), Type::timestamp(3)), "2020-01-05T00:00");
  EXPECT_EQ(cast_text(of(Type::time(0), "10:11:12"), Type::timestamp(3)), "1970-01-01T10:11:12");
  const auto before = of(Type::timestamp(3), "1969-12-31 23:59:59.999");
  EXPECT_EQ(cast_text(before, Type::timestamp(0)), "1969-12-31T23:59:59");
  EXPECT_EQ(cast_text(before, Type::date()), "1969-12-31");  // Flink: 1970-01-01, a defect
}

TEST(Cast, CrossesTheSessionsZone) {
  const char* berlin = "Europe/Berlin";
  EXPECT_EQ(cast_text(of(Type::timestamp(3), "2024-03-31 02:30:00"), Type::timestamp_ltz(3), false, berlin),
            "2024-03-31T01:30:00Z");
  EXPECT_EQ(cast_text("2024-07-01 12:00:00", Type::timestamp_ltz(3), false, berlin), "2024-07-01T10:00:00Z");
  const auto instant = make_literal(Value::of(Type::timestamp_ltz(3), int64_t{1711846800000}));
  EXPECT_EQ(cast_text(instant, Type::timestamp(3), false, berlin), "2024-03-31T03:00");
  EXPECT_EQ(cast_text(instant, Type::string(), false, berlin), "2024-03-31 03:00:00.000");
  EXPECT_EQ(cast_text(instant, Type::date(), false, "Pacific/Auckland"), "2024-03-31");
  EXPECT_EQ(cast_text(of(Type::date(), "2020-01-05"), Type::timestamp_ltz(3), false, berlin), "2020-01-04T23:00:00Z");
}

TEST(CommonType, IsThatOfFlink) {
  const auto common = [](const Type& a, const Type& b) {
    const auto type = common_type(a, b);
    return type ? type->to_string() : "none";
  };
  const Type decimal = Type::decimal(10, 2), real32 = Type::float32(), real64 = Type::float64();
  EXPECT_EQ(common(Type::tiny_int(), Type::integer()), "INT");
  EXPECT_EQ(common(Type::integer(), Type::decimal(2, 1)), "DECIMAL(11, 1)");
  EXPECT_EQ(common(decimal, Type::decimal(8, 6)), "DECIMAL(14, 6)");
  EXPECT_EQ(common(Type::decimal(38, 2), Type::decimal(38, 30)), "DECIMAL(38, 2)");
  EXPECT_EQ(common(real32, real64), "FLOAT");
  EXPECT_EQ(common(real64, real32), "DOUBLE");
  EXPECT_EQ(common(real32, Type::big_int()), "FLOAT");
  EXPECT_EQ(common(real32, decimal), "DOUBLE");
  EXPECT_EQ(common(Type::char_of(3), Type::varchar(5)), "VARCHAR(5)");
  EXPECT_EQ(common(Type::char_of(1), Type::char_of(3)), "VARCHAR(3)");
  EXPECT_EQ(common(Type::char_of(3).not_null(), Type::char_of(3)), "CHAR(3)");
  EXPECT_EQ(common(Type::timestamp(3), Type::timestamp(6)), "TIMESTAMP(6)");
  EXPECT_EQ(common(Type::timestamp(3), Type::timestamp_ltz(6)), "TIMESTAMP_LTZ(6)");
  EXPECT_EQ(common(Type::null(), Type::integer().not_null()), "INT");
  EXPECT_EQ(common(Type::date(), Type::timestamp(3)), "none");
  EXPECT_EQ(common(Type::boolean(), Type::integer()), "none");
  EXPECT_EQ(common(Type::string(), Type::integer()), "none");
  EXPECT_EQ(comparison_type(Type::string(), Type::date())->to_string(), "DATE");
  EXPECT_EQ(comparison_type(real32, real64)->to_string(), "DOUBLE");
}

}  // namespace
}  // namespace tidemill
