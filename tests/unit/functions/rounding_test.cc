// ABS, SIGN, FLOOR, CEIL, ROUND, TRUNCATE, intervals, TYPEOF and the text tests; expectations were observed on
// Flink 2.3.
#include <gtest/gtest.h>

#include "expr/table_function.h"
#include "tests/unit/functions/function_harness.h"

namespace tidemill {
namespace {

const FunctionHarness f;

ExpressionPtr day_time(int64_t milliseconds) {
  return make_literal(Value::of(Type::interval_day_time().not_null(), milliseconds));
}
ExpressionPtr months(int32_t count) { return make_literal(Value::of(Type::interval_year_month().not_null(), count)); }
constexpr int64_t kHour = 3600000;

TEST(Rounding, GoesAwayFromZeroAtHalf) {
  EXPECT_EQ(f.value("ROUND", {decimal("2.5")}), "3");
  EXPECT_EQ(f.value("ROUND", {decimal("-2.5")}), "-3");
  EXPECT_EQ(f.value("ROUND", {decimal("1.255"), literal(2)}), "1.26");
  EXPECT_EQ(f.value("ROUND", {literal(2.5)}), "3.0");
  EXPECT_EQ(f.value("ROUND", {literal(1.255), literal(2)}), "1.26");
  EXPECT_EQ(f.value("ROUND", {literal(1.005), literal(2)}), "1.01");
  EXPECT_EQ(f.value("ROUND", {literal(0.285), literal(2)}), "0.29");
  EXPECT_EQ(f.value("ROUND", {literal(1.5), literal(-1)}), "0.0");
  EXPECT_EQ(f.value("ROUND", {literal(-99.99), literal(1)}), "-100.0");
  EXPECT_EQ(f.value("ROUND", {literal(1e308), literal(-308)}), "1.0E308");
  EXPECT_EQ(f.value("ROUND", {decimal("9.99"), literal(1)}), "10.0");
  EXPECT_EQ(f.value("ROUND", {decimal("99.5")}), "100");
  EXPECT_EQ(f.value("ROUND", {decimal("12345.678"), literal(-2)}), "12300");
  EXPECT_EQ(f.value("ROUND", {decimal("12345.678"), literal(-6)}), "0");
}

TEST(Rounding, OfIntegersWraps) {
  EXPECT_EQ(f.value("ROUND", {literal(15), literal(-1)}), "20");
  EXPECT_EQ(f.value("ROUND", {literal(-15), literal(-1)}), "-20");
  EXPECT_EQ(f.value("ROUND", {typed(Type::tiny_int(), literal(127)), literal(-1)}), "-126");
  EXPECT_EQ(f.value("ROUND", {literal(2147483647), literal(-1)}), "-2147483646");
  EXPECT_EQ(f.value("TRUNCATE", {literal(-49), literal(-1)}), "-40");
  EXPECT_EQ(f.value("ABS", {literal(std::numeric_limits<int32_t>::min())}), "-2147483648");
}

TEST(Rounding, HasFlinksResultTypes) {
  EXPECT_EQ(f.type("ROUND", {decimal("1.255"), literal(1)}), "DECIMAL(3, 1) NOT NULL");
  EXPECT_EQ(f.type("ROUND", {decimal("1.5")}), "DECIMAL(2, 0) NOT NULL");
  EXPECT_EQ(f.type("ROUND", {null_of(Type::decimal(38, 20)), literal(5)}), "DECIMAL(24, 5)");
  EXPECT_EQ(f.type("ROUND", {decimal("1.555"), literal(-1)}), "DECIMAL(2, 0) NOT NULL");
  EXPECT_EQ(f.type("ROUND", {decimal("1.555"), literal(5)}), "DECIMAL(4, 3) NOT NULL");
  EXPECT_EQ(f.type("ROUND", {make_column(0, Type::decimal(5, 4)), make_column(1, Type::integer())}), "DECIMAL(5, 4)");
  EXPECT_EQ(f.type("FLOOR", {decimal("1.55")}), "DECIMAL(3, 0) NOT NULL");
  EXPECT_EQ(f.type("CEIL", {typed(Type::float32(), literal(1.5))}), "FLOAT NOT NULL");
  EXPECT_EQ(f.type("SIGN", {decimal("1.55")}), "DECIMAL(3, 2) NOT NULL");
  EXPECT_EQ(f.type("SIGN", {literal(5)}), "INT NOT NULL");
}

TEST(Rounding, TruncatesFloorsAndTakesSigns) {
  EXPECT_EQ(f.value("TRUNCATE", {decimal("42.345"), literal(2)}), "42.34");
  EXPECT_EQ(f.value("TRUNCATE", {decimal("-42.345"), literal(2)}), "-42.34");
  EXPECT_EQ(f.value("TRUNCATE", {literal(-42.999), literal(0)}), "-42.0");
  EXPECT_EQ(f.value("TRUNCATE", {typed(Type::float32(), literal(42.345)), literal(2)}), "42.34");
  EXPECT_EQ(f.value("FLOOR", {decimal("-1.5")}), "-2");
  EXPECT_EQ(f.value("CEIL", {decimal("-1.5")}), "-1");
  EXPECT_EQ(f.value("CEIL", {decimal("9.99")}), "10");
  EXPECT_EQ(f.value("FLOOR", {literal(-1.2)}), "-2.0");
  EXPECT_EQ(f.value("SIGN", {decimal("-1.5")}), "-1.0");
  EXPECT_EQ(f.value("SIGN", {literal(-1.5)}), "-1.0");
  EXPECT_EQ(f.value("ABS", {decimal("-1.5")}), "1.5");
}

TEST(Interval, MovesDatesAndTimes) {
  const auto date = [](const char* text) { return typed(Type::date(), text); };
  const auto stamp = [](const char* text) { return typed(Type::timestamp(6), text); };
  EXPECT_EQ(f.value("+", {date("2020-01-31"), months(1)}), "2020-02-29");
  EXPECT_EQ(f.value("-", {date("2020-03-31"), months(1)}), "2020-02-29");
  EXPECT_EQ(f.value("+", {months(1), date("2020-01-31")}), "2020-02-29");
  EXPECT_EQ(f.value("+", {date("2020-01-31"), day_time(kHour)}), "2020-01-31");
  EXPECT_EQ(f.value("+", {date("2020-01-31"), day_time(25 * kHour)}), "2020-02-01");
  EXPECT_EQ(f.value("-", {date("2020-01-31"), day_time(kHour)}), "2020-01-31");
  EXPECT_EQ(f.value("+", {stamp("2020-01-31 12:00:00.123456"), day_time(1)}), "2020-01-31T12:00:00.124456");
  EXPECT_EQ(f.value("+", {stamp("2020-02-29 10:00:00"), months(12)}), "2021-02-28T10:00");
  EXPECT_EQ(f.value("-", {stamp("1970-01-01 00:00:00"), day_time(1)}), "1969-12-31T23:59:59.999");
  EXPECT_EQ(f.value("+", {typed(Type::time(0), "23:30:00"), day_time(kHour)}), "00:30");
  EXPECT_EQ(f.value("-", {typed(Type::time(0), "00:30:00"), day_time(kHour)}), "23:30");
  EXPECT_EQ(f.value("+", {day_time(24 * kHour), day_time(kHour)}), "PT25H");
  EXPECT_EQ(f.value("-", {day_time(24 * kHour), day_time(kHour)}), "PT23H");
  EXPECT_EQ(f.value("*", {literal(3), months(1)}), "P3M");
  EXPECT_EQ(f.value("-", {day_time(24 * kHour)}), "PT-24H");
  EXPECT_EQ(f.value("-", {stamp("2020-01-02 00:00:00"), stamp("2020-01-01 00:00:00")}), "PT24H");
  EXPECT_EQ(f.value("+", {date("2020-01-31"), literal(1)}).substr(0, 6), "error:");
  EXPECT_EQ(f.value("+", {day_time(1), months(1)}).substr(0, 6), "error:");
}

TEST(Interval, AddsMonthsToAnInstantInUtc) {
  FunctionHarness berlin;
  berlin.context().time_zone = *TimeZone::find("Europe/Berlin");
  const auto instant =
      make_literal(Value::of(Type::timestamp_ltz(3).not_null(), int64_t{1709166600000}));  // 01:30 on 29 Feb
  EXPECT_EQ(berlin.value("+", {instant, months(1)}), "2024-03-29T00:30:00Z");
  EXPECT_EQ(berlin.value("+", {instant, months(2)}), "2024-04-29T00:30:00Z");  // summer time changes nothing
}

TEST(Inspection, NamesTypesAndTestsTexts) {
  EXPECT_EQ(f.value("TYPEOF", {decimal("1.5")}), "DECIMAL(2, 1) NOT NULL");
  EXPECT_EQ(f.value("TYPEOF", {null()}), "NULL");
  EXPECT_EQ(f.value("IS_ALPHA", {literal("é")}), "true");
  EXPECT_EQ(f.value("IS_ALPHA", {literal("€")}), "false");
  EXPECT_EQ(f.value("IS_ALPHA", {literal("")}), "false");
  EXPECT_EQ(f.value("IS_ALPHA", {null_of(Type::string())}), "false");
  EXPECT_EQ(f.value("IS_ALPHA", {literal(12)}), "false");
  EXPECT_EQ(f.value("IS_DIGIT", {literal("12")}), "true");
  EXPECT_EQ(f.value("IS_DIGIT", {literal("-1")}), "false");
  EXPECT_EQ(f.value("IS_DIGIT", {literal(12)}), "true");
  EXPECT_EQ(f.value("IS_DECIMAL", {literal("1e5")}), "true");
  EXPECT_EQ(f.value("IS_DECIMAL", {literal("")}), "false");
}

TEST(Registry, OffersTheNearestNameAndTheFormsThatExist) {
  try {
    f.call("UPER", {literal("a")});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "There is no function UPER");
    EXPECT_EQ(error.hint(), "Did you mean UPPER?");
  }
  try {
    f.call("abs", {literal("a"), literal(1)});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "ABS cannot be applied to (CHAR(1) NOT NULL, INT NOT NULL)");
    EXPECT_EQ(error.hint(), "Forms that exist: ABS(x). Where a type does not fit, CAST it.");
  }
  try {
    f.registry().resolve("<", {make_column(0, Type::date()), literal("garbage")}, {4, 2});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "Cannot cast 'garbage' to DATE");
    EXPECT_EQ(error.location(), (SourceLocation{4, 2}));
  }
  EXPECT_THROW(f.call("SUM", {literal(1)}), UserError);
  EXPECT_EQ(*f.call("!=", {literal(1), literal(2)}), *f.call("<>", {literal(1), literal(2)}));
}

TEST(Registry, DocumentsEveryFunction) {
  for (const FunctionListing& listing : f.registry().list()) {
    EXPECT_FALSE(listing.docs.empty()) << listing.name;
    for (const FunctionDoc& doc : listing.docs) {
      // Examples are expressions, and what gives rows or stands in a clause is none.
      const bool has_none = listing.name.starts_with(kTableFunctionPrefix) || !listing.clause.empty();
      const bool lacks_example = doc.example.empty() && !has_none;
      EXPECT_FALSE(doc.syntax.empty() || doc.text.empty() || lacks_example) << listing.name;
    }
  }
}

}  // namespace
}  // namespace tidemill
