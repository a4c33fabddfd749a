// Operators on numbers, truth values and texts; expectations were observed on Flink 2.3.
#include <gtest/gtest.h>

#include <random>

#include "data/column_builder.h"
#include "functions/integer_arithmetic.h"
#include "tests/unit/functions/function_harness.h"

namespace tidemill {
namespace {

const Type kTinyInt = Type::tiny_int();
const FunctionHarness f;

TEST(Arithmetic, HasFlinksResultTypes) {
  const auto tiny = typed(kTinyInt, literal(1)), small = typed(Type::small_int(), literal(1));
  const auto big = literal(int64_t{1}), real = typed(Type::float32(), literal(1.0));
  EXPECT_EQ(f.type("+", {tiny, tiny}), "TINYINT NOT NULL");
  EXPECT_EQ(f.type("+", {tiny, literal(1)}), "INT NOT NULL");
  EXPECT_EQ(f.type("*", {small, tiny}), "SMALLINT NOT NULL");
  EXPECT_EQ(f.type("/", {big, tiny}), "BIGINT NOT NULL");
  EXPECT_EQ(f.type("+", {literal(1), decimal("1.5")}), "DECIMAL(12, 1) NOT NULL");
  EXPECT_EQ(f.type("+", {real, literal(1)}), "FLOAT NOT NULL");
  EXPECT_EQ(f.type("+", {real, big}), "FLOAT NOT NULL");
  EXPECT_EQ(f.type("+", {real, decimal("1.5")}), "DOUBLE NOT NULL");
  EXPECT_EQ(f.type("+", {real, literal(1.0)}), "FLOAT NOT NULL");
  EXPECT_EQ(f.type("+", {literal(1.0), real}), "DOUBLE NOT NULL");
  EXPECT_EQ(f.type("%", {literal(5), literal(3)}), "INT NOT NULL");
  EXPECT_EQ(f.type("%", {big, literal(3)}), "INT NOT NULL");
  EXPECT_EQ(f.type("MOD", {big, literal(3)}), "INT NOT NULL");
  EXPECT_EQ(f.type("-", {tiny}), "TINYINT NOT NULL");
  EXPECT_EQ(f.type("+", {null_of(Type::integer()), literal(1)}), "INT");
}

TEST(Arithmetic, DecimalTypesFollowFlinkAndAreCappedAt38) {
  const auto d = [](int32_t p, int32_t s) { return null_of(Type::decimal(p, s)); };
  EXPECT_EQ(f.type("*", {decimal("1.5"), literal(2)}), "DECIMAL(13, 1) NOT NULL");
  EXPECT_EQ(f.type("/", {decimal("1.5"), literal(3)}), "DECIMAL(13, 12) NOT NULL");
  EXPECT_EQ(f.type("/", {literal(5), decimal("2.0")}), "DECIMAL(17, 6) NOT NULL");
  EXPECT_EQ(f.type("%", {decimal("5.5"), literal(3)}), "DECIMAL(2, 1) NOT NULL");
  EXPECT_EQ(f.type("+", {d(10, 2), d(20, 5)}), "DECIMAL(21, 5)");
  EXPECT_EQ(f.type("*", {d(38, 2), d(38, 5)}), "DECIMAL(38, 6)");
  EXPECT_EQ(f.type("/", {d(38, 10), d(38, 5)}), "DECIMAL(38, 6)");
  EXPECT_EQ(f.type("-", {d(38, 10), d(38, 0)}), "DECIMAL(38, 6)");
  EXPECT_EQ(f.type("+", {d(10, 2), null_of(Type::big_int())}), "DECIMAL(22, 2)");
  EXPECT_EQ(f.type("/", {d(10, 2), literal(3)}), "DECIMAL(21, 13)");
  EXPECT_EQ(f.type("/", {literal(3), d(10, 2)}), "DECIMAL(23, 11)");
  EXPECT_EQ(f.type("*", {typed(kTinyInt, literal(1)), d(10, 2)}), "DECIMAL(14, 2)");
  EXPECT_EQ(f.type("%", {d(38, 20), d(38, 5)}), "DECIMAL(38, 20)");
}

TEST(Arithmetic, IntegersWrap) {
  const auto lowest = literal(std::numeric_limits<int32_t>::min());
  const auto highest = literal(std::numeric_limits<int32_t>::max());
  EXPECT_EQ(f.value("+", {highest, literal(1)}), "-2147483648");
  EXPECT_EQ(f.value("+", {literal(std::numeric_limits<int64_t>::max()), literal(1)}), "-9223372036854775808");
  EXPECT_EQ(f.value("*", {literal(std::numeric_limits<int64_t>::max()), literal(2)}), "-2");
  EXPECT_EQ(f.value("-", {lowest}), "-2147483648");
  EXPECT_EQ(f.value("/", {lowest, literal(-1)}), "-2147483648");
  EXPECT_EQ(f.value("%", {lowest, literal(-1)}), "0");
  EXPECT_EQ(f.value("*", {lowest, lowest}), "0");
  EXPECT_EQ(f.value("/", {literal(-7), literal(2)}), "-3");
  EXPECT_EQ(f.value("%", {literal(-5), literal(3)}), "-2");
  EXPECT_EQ(f.value("MOD", {literal(5), literal(-3)}), "2");
}

TEST(Arithmetic, DivisionByZeroFailsForExactNumbersOnly) {
  EXPECT_EQ(f.value("/", {literal(10), literal(0)}), "error: Division by zero");
  EXPECT_EQ(f.value("%", {literal(10), literal(0)}), "error: Division by zero");
  EXPECT_EQ(f.value("/", {decimal("10.5"), decimal("0.0")}), "error: Division by zero");
  EXPECT_EQ(f.value("%", {decimal("10.5"), decimal("0.0")}), "error: Division by zero");
  EXPECT_EQ(f.value("/", {literal(1.0), literal(0.0)}), "Infinity");
  EXPECT_EQ(f.value("/", {literal(-1.0), literal(0)}), "-Infinity");
  EXPECT_EQ(f.value("/", {literal(0.0), literal(0.0)}), "NaN");
  EXPECT_TRUE(f.call("/", {make_column(0, Type::integer()), literal(0)})->can_fail());
  EXPECT_FALSE(f.call("/", {make_column(0, Type::integer()), literal(2)})->can_fail());
}

// The smallest, the largest, those around powers of two, and random ones of every size.
std::vector<int64_t> integers_of_all_sizes(uint32_t seed) {
  std::mt19937_64 random(seed);
  std::vector<int64_t> integers = {0, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  for (uint32_t bits = 0; bits < 63; ++bits) {
    for (const int64_t beside : {-1, 0, 1}) {
      integers.push_back((int64_t{1} << bits) + beside);
      integers.push_back(-(int64_t{1} << bits) + beside);
    }
    for (int32_t round = 0; round < 4; ++round) integers.push_back(static_cast<int64_t>(random()) >> bits);
  }
  return integers;
}

TEST(Arithmetic, DividesByOneNumberAgainAndAgain) {
  for (const int64_t divisor : integers_of_all_sizes(1)) {
    if (!RepeatedDivisor::is_possible(divisor)) continue;
    const RepeatedDivisor repeated(divisor);
    for (const int64_t number : integers_of_all_sizes(2)) {
      ASSERT_EQ(repeated.quotient(number), number / divisor) << number << " / " << divisor;
      ASSERT_EQ(repeated.remainder(number), number % divisor) << number << " % " << divisor;
    }
  }
}

// Column 0: BIGINTs, some NULL.
Batch big_ints() {
  ColumnBuilder builder(Type::big_int());
  for (const int64_t value : integers_of_all_sizes(3)) value % 7 == 3 ? builder.append_null() : builder.append(value);
  const ColumnPtr column = builder.finish();
  return Batch(make_schema({{"b", Type::big_int()}}), {column}, column->num_rows());
}

std::vector<std::string> texts_of(const ExpressionPtr& expression, const Batch& batch) {
  RowErrors errors;
  const ColumnPtr result =
      evaluate(*expression, {batch, EvaluationContext()}, Selection::all(batch.num_rows()), errors);
  std::vector<std::string> texts(static_cast<size_t>(batch.num_rows()));
  for (int32_t row = 0; row < batch.num_rows(); ++row) append_row_text(texts[static_cast<size_t>(row)], *result, row);
  texts.push_back(std::to_string(errors.overflows()) + " overflows");
  return texts;
}

TEST(Arithmetic, BigIntsBesideDecimalsAreDecimalsOf19Digits) {
  const Batch batch = big_ints();
  const ExpressionPtr number = make_column(0, Type::big_int());
  const ExpressionPtr as_decimal = make_cast(number, Type::decimal(19, 0), false, {});
  for (const ExpressionPtr& other :
       {decimal("0.908"), typed(Type::decimal(30, 10), "-123.4567890123"), decimal("7.0")}) {
    for (const char* op : {"+", "-", "*", "/", "%"}) {
      EXPECT_EQ(texts_of(f.call(op, {number, other}), batch), texts_of(f.call(op, {as_decimal, other}), batch)) << op;
      EXPECT_EQ(texts_of(f.call(op, {other, number}), batch), texts_of(f.call(op, {other, as_decimal}), batch)) << op;
      EXPECT_EQ(f.call(op, {number, other})->type(), f.call(op, {as_decimal, other})->type());
    }
  }
}

TEST(Arithmetic, IntegersAreDividedByAConstantAsByAColumn) {
  const Batch batch = big_ints();
  const ExpressionPtr number = make_column(0, Type::big_int());
  for (const int64_t divisor : {int64_t{10'000}, int64_t{-7}, int64_t{1}, int64_t{-1}, int64_t{1} << 40}) {
    const ExpressionPtr of_each_row = f.call("+", {f.call("*", {number, literal(int64_t{0})}), literal(divisor)});
    for (const char* op : {"/", "%"}) {
      EXPECT_EQ(texts_of(f.call(op, {number, literal(divisor)}), batch),
                texts_of(f.call(op, {number, of_each_row}), batch))
          << op << " " << divisor;
    }
  }
}

TEST(Arithmetic, DecimalsAreExactOrNull) {
  const auto most = typed(Type::decimal(38, 0), "99999999999999999999999999999999999999");
  EXPECT_EQ(f.value("*", {most, literal(10)}), "null");
  EXPECT_EQ(f.value("+", {most, literal(1)}), "null");
  EXPECT_EQ(f.value("-", {most, literal(1)}), "99999999999999999999999999999999999998");
  EXPECT_EQ(f.value("/", {decimal("12345.678"), decimal("3.3")}), "3741.114545");
  EXPECT_EQ(f.value("/", {decimal("3.3"), decimal("12345.678")}), "0.0002673000");
  EXPECT_EQ(f.value("/", {decimal("1.000"), literal(7)}), "0.14285714285714");
  EXPECT_EQ(f.value("*", {decimal("-99999.999"), decimal("7.7")}), "-769999.9923");
  const auto wide = [](const char* text) { return typed(Type::decimal(38, 10), text); };
  EXPECT_EQ(f.value("*", {wide("12345.678"), wide("3.3")}), "40740.737400");
  EXPECT_EQ(f.value("/", {wide("-99999.999"), wide("7.7")}), "-12987.012857");
  EXPECT_EQ(f.value("+", {typed(Type::decimal(38, 0), "12346"), wide("3.3")}), "12349.300000");
  EXPECT_EQ(f.value("%", {typed(Type::decimal(20, 5), "-99999.999"), typed(Type::decimal(10, 3), "7.7")}), "-0.09900");
}

TEST(Comparison, BringsBothSidesToOneType) {
  EXPECT_EQ(f.value("=", {literal(1), decimal("1.0")}), "true");
  EXPECT_EQ(f.value("=", {decimal("1.0"), literal(1.0)}), "true");
  EXPECT_EQ(f.value("=", {typed(Type::decimal(38, 1), "1"), typed(Type::decimal(38, 30), "1")}), "true");
  EXPECT_EQ(f.value("<", {typed(Type::decimal(38, 0), "99999999999999999999999999999999999999"),
                          typed(Type::decimal(38, 38), "0.5")}),
            "false");
  EXPECT_EQ(f.value("=", {literal("ab"), typed(Type::char_of(4), "ab")}), "false");
  EXPECT_EQ(f.value("=", {typed(Type::date(), "2020-01-01"), literal("2020-01-01")}), "true");
  EXPECT_EQ(f.value(">", {typed(Type::timestamp(3), "2020-01-02 00:00:00"), literal("2020-01-01")}), "true");
  EXPECT_EQ(f.value("=", {literal(1), literal("1")}).substr(0, 6), "error:");
  EXPECT_EQ(f.value("=", {literal(true), literal(1)}).substr(0, 6), "error:");
  EXPECT_EQ(f.value("=", {literal(1), null()}), "null");
}

TEST(Comparison, TreatsNanAndNegativeZeroAsJava) {
  const auto nan = typed(Type::float64(), "NaN"), zero = literal(0.0), minus_zero = literal(-0.0);
  EXPECT_EQ(f.value("=", {nan, nan}), "false");
  EXPECT_EQ(f.value("<>", {nan, nan}), "true");
  EXPECT_EQ(f.value(">=", {nan, literal(1.0)}), "false");
  EXPECT_EQ(f.value("IS DISTINCT FROM", {nan, nan}), "true");
  EXPECT_EQ(f.value("=", {zero, minus_zero}), "true");
  EXPECT_EQ(f.value("GREATEST", {literal(1.0), nan}), "NaN");
  EXPECT_EQ(f.value("LEAST", {nan, literal(1.0)}), "1.0");
  EXPECT_EQ(f.value("LEAST", {zero, minus_zero}), "-0.0");
  EXPECT_EQ(f.value("GREATEST", {minus_zero, zero}), "0.0");
}

TEST(Predicate, FollowsThreeValuedLogic) {
  EXPECT_EQ(f.value("IN", {literal(1), literal(1), literal(2)}), "true");
  EXPECT_EQ(f.value("NOT IN", {literal(2), literal(1), null()}), "null");
  EXPECT_EQ(f.value("IN", {literal(1), literal(1), null()}), "true");
  EXPECT_EQ(f.value("IN", {literal(1), decimal("2.5"), decimal("1.0")}), "true");
  EXPECT_EQ(f.value("IN", {literal("a"), literal("bc"), literal("a")}), "true");
  EXPECT_EQ(f.value("IS DISTINCT FROM", {literal(1), null()}), "true");
  EXPECT_EQ(f.value("IS NOT DISTINCT FROM", {null_of(Type::integer()), null()}), "true");
  EXPECT_EQ(f.value("BETWEEN", {literal(2), literal(1), literal(3)}), "true");
  EXPECT_EQ(f.value("NOT BETWEEN", {literal(0), literal(1), null_of(Type::integer())}), "true");
  EXPECT_EQ(f.value("AND", {null_of(Type::boolean()), literal(false)}), "false");
  EXPECT_EQ(f.value("OR", {null_of(Type::boolean()), literal(false)}), "null");
  EXPECT_EQ(f.value("NOT", {null_of(Type::boolean())}), "null");
  EXPECT_EQ(f.value("IS NOT TRUE", {null_of(Type::boolean())}), "true");
  EXPECT_EQ(f.value("IS UNKNOWN", {literal(true)}), "false");
  EXPECT_EQ(f.value("IS NULL", {null_of(Type::string())}), "true");
}

TEST(Conditional, TakesTheCommonType) {
  EXPECT_EQ(f.value("CASE", {literal(true), literal(1), decimal("2.5")}), "1.0");
  EXPECT_EQ(f.type("CASE", {literal(true), literal(1), decimal("2.5")}), "DECIMAL(11, 1) NOT NULL");
  EXPECT_EQ(f.type("CASE", {literal(true), literal("a"), literal("bcd")}), "VARCHAR(3) NOT NULL");
  EXPECT_EQ(f.type("COALESCE", {null_of(Type::integer()), literal(int64_t{1})}), "BIGINT NOT NULL");
  EXPECT_EQ(f.type("COALESCE", {null_of(Type::tiny_int()), null_of(Type::small_int())}), "SMALLINT");
  EXPECT_EQ(f.type("GREATEST", {literal(1), decimal("2.5")}), "DECIMAL(11, 1) NOT NULL");
  EXPECT_EQ(f.value("GREATEST", {literal(1), null()}), "null");
  EXPECT_EQ(f.value("LEAST", {literal("b"), literal("a"), literal("c")}), "a");
  EXPECT_EQ(f.value("NULLIF", {literal(1), literal(1)}), "null");
  EXPECT_EQ(f.value("IF", {null_of(Type::boolean()), literal("x"), literal("yy")}), "yy");
  EXPECT_EQ(f.value("IFNULL", {null_of(Type::integer()), literal(5)}), "5");
  EXPECT_EQ(f.value("CASE", {literal(true), literal(1), literal("a")}).substr(0, 6), "error:");
}

TEST(Like, MatchesWholeTexts) {
  const auto like = [](const char* text, const char* pattern) {
    return f.value("LIKE", {literal(text), literal(pattern)});
  };
  EXPECT_EQ(like("hello", "hello"), "true");
  EXPECT_EQ(like("hello", "h%"), "true");
  EXPECT_EQ(like("hello", "%o"), "true");
  EXPECT_EQ(like("hello", "%ell%"), "true");
  EXPECT_EQ(like("hello", "h_l%o"), "true");
  EXPECT_EQ(like("hello", "h_l"), "false");
  EXPECT_EQ(like("héllo", "h_llo"), "true");
  EXPECT_EQ(like("", "%"), "true");
  EXPECT_EQ(like("", "_"), "false");
  EXPECT_EQ(like("abab", "%ab"), "true");
  EXPECT_EQ(like("aXbXc", "a%b%c"), "true");
  EXPECT_EQ(like("mississippi", "m%is_i%p_"), "true");
  EXPECT_EQ(f.value("LIKE", {literal("10%"), literal("10!%"), literal("!")}), "true");
  EXPECT_EQ(f.value("LIKE", {literal("100"), literal("10!%"), literal("!")}), "false");
  EXPECT_EQ(f.value("LIKE", {literal("a"), literal("!a"), literal("!")}).substr(0, 6), "error:");
  EXPECT_EQ(f.value("NOT LIKE", {literal("a"), literal("b%")}), "true");
}

TEST(SimilarTo, ReadsSqlRegularExpressions) {
  const auto similar = [](const char* text, const char* pattern) {
    return f.value("SIMILAR TO", {literal(text), literal(pattern)});
  };
  EXPECT_EQ(similar("abc", "(a|b)+c"), "true");
  EXPECT_EQ(similar("abc", "a"), "false");
  EXPECT_EQ(similar("a.c", "a.c"), "true");
  EXPECT_EQ(similar("abc", "a.c"), "false");
  EXPECT_EQ(similar("a\nc", "a_c"), "true");
  EXPECT_EQ(similar("x12", "[[:ALPHA:]][0-9]{2}"), "true");
  EXPECT_EQ(similar("abc", "(a").substr(0, 6), "error:");
}

}  // namespace
}  // namespace tidemill
