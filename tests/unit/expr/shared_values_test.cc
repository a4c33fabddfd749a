// Parts that stand more than once: what is shared, that it is computed once, and for no row that is not selected.
#include "expr/shared_values.h"

#include <gtest/gtest.h>

#include "expr/evaluator.h"
#include "expr/typed_function.h"

namespace tidemill {
namespace {

ExpressionPtr column(int32_t index) { return make_column(index, Type::integer()); }
ExpressionPtr number(int32_t value) { return make_literal(Value::integer(value)); }

template <class Body>
ExpressionPtr call(const char* name, Body body, std::vector<ExpressionPtr> arguments,
                   FunctionProperties properties = {}, SourceLocation location = {1, 1}) {
  TypedFunction typed = make_typed_function(std::move(body));
  return std::make_shared<Call>(name, typed.kernel, std::move(arguments), typed.result, properties, location);
}

class SharedParts : public testing::Test {
 protected:
  // Counts for how many rows it is called; fails for 0.
  ExpressionPtr half(ExpressionPtr x, SourceLocation location = {1, 1}) {
    return call(
        "half",
        [this](RowContext& row, int32_t value) {
          ++calls_;
          if (value == 0) row.fail("zero");
          return value / 2;
        },
        {std::move(x)}, {.can_fail = true}, location);
  }
  static ExpressionPtr plus(ExpressionPtr a, ExpressionPtr b) {
    return call("plus", [](int32_t x, int32_t y) { return x + y; }, {std::move(a), std::move(b)});
  }
  static ExpressionPtr above(ExpressionPtr x, int32_t limit) {
    return call("above", [](int32_t value, int32_t bound) { return value > bound; }, {std::move(x), number(limit)});
  }
  static Batch batch_of(const std::vector<int32_t>& values) {
    ColumnBuilder builder(Type::integer());
    for (const int32_t value : values) builder.append(value);
    return Batch(make_schema({{"c", Type::integer()}}), {builder.finish()}, static_cast<int32_t>(values.size()));
  }
  // The values of each expression, evaluated together.
  std::vector<std::string> run(const std::vector<ExpressionPtr>& expressions, const Batch& batch) {
    const EvaluationContext context;
    SharedValues shared;
    std::vector<std::string> results;
    errors_.clear();
    for (const ExpressionPtr& expression : share_equal_parts(expressions)) {
      const ColumnPtr values =
          evaluate(*expression, {batch, context, &shared}, Selection::all(batch.num_rows()), errors_);
      std::string text;
      for (int32_t row = 0; row < values->num_rows(); ++row)
        text += (row == 0 ? "" : " ") + Value::at(*values, row).to_string();
      results.push_back(text);
    }
    return results;
  }

  int32_t calls_ = 0;
  RowErrors errors_;
};

TEST_F(SharedParts, AreComputedOnceABatch) {
  const auto results = run({plus(half(column(0)), half(column(0))), half(column(0))}, batch_of({2, 4, 6}));
  EXPECT_EQ(results, (std::vector<std::string>{"2 4 6", "1 2 3"}));
  EXPECT_EQ(calls_, 3);
}

TEST_F(SharedParts, AreTheLargestEqualOnes) {
  const auto shared = share_equal_parts({plus(half(column(0)), number(1)), plus(half(column(0)), number(1))});
  ASSERT_EQ(shared[0]->kind(), ExpressionKind::kShared);
  EXPECT_EQ(*shared[0], *shared[1]);
  EXPECT_EQ(shared[0]->child(0)->child(0)->kind(), ExpressionKind::kCall);  // half() stands nowhere else
  EXPECT_EQ(shared[0]->to_string(), "plus(half($0), 1)");
}

TEST_F(SharedParts, AreNumberedApart) {
  const auto results = run({plus(half(column(0)), half(half(column(0)))), half(half(column(0)))}, batch_of({8, 40}));
  EXPECT_EQ(results, (std::vector<std::string>{"6 30", "2 10"}));
  EXPECT_EQ(calls_, 4);
}

TEST_F(SharedParts, AreNoColumnsConstantsOrWhatChanges) {
  const ExpressionPtr random = call("random", [](int32_t x) { return x; }, {column(0)}, {.deterministic = false});
  const ExpressionPtr constant = half(number(4));
  for (const ExpressionPtr& expression : {column(0), constant, random, plus(random, number(1))}) {
    const auto shared = share_equal_parts({expression, expression});
    EXPECT_EQ(shared[0], expression) << expression->to_string();
  }
}

TEST_F(SharedParts, AreComputedForSelectedRowsOnly) {
  const ExpressionPtr guarded = std::make_shared<Case>(
      std::vector<ExpressionPtr>{above(column(0), 0), half(column(0)), number(-1)}, Type::integer());
  EXPECT_EQ(run({guarded, guarded}, batch_of({4, 0, 2})), (std::vector<std::string>{"2 -1 1", "2 -1 1"}));
  EXPECT_TRUE(errors_.empty());
  EXPECT_EQ(calls_, 2);
}

TEST_F(SharedParts, AreComputedAgainForOtherRows) {
  const ExpressionPtr either = std::make_shared<Case>(
      std::vector<ExpressionPtr>{above(column(0), 2), half(column(0)), plus(half(column(0)), number(100))},
      Type::integer());
  EXPECT_EQ(run({either}, batch_of({4, 2, 6, 2, 2})), std::vector<std::string>{"2 101 3 101 101"}) << "more rows";
  EXPECT_EQ(calls_, 5);
  calls_ = 0;
  EXPECT_EQ(run({either}, batch_of({4, 2, 6, 8, 10})), std::vector<std::string>{"2 101 3 4 5"}) << "fewer rows";
  EXPECT_EQ(calls_, 5);
}

TEST_F(SharedParts, OfAllRowsServeAnyOfThem) {
  const auto results =
      run({half(column(0)),
           std::make_shared<Case>(std::vector<ExpressionPtr>{above(column(0), 2), half(column(0)), number(0)},
                                  Type::integer())},
          batch_of({4, 2, 6}));
  EXPECT_EQ(results, (std::vector<std::string>{"2 1 3", "2 0 3"}));
  EXPECT_EQ(calls_, 3);
}

TEST_F(SharedParts, OfFewRowsDoNotServeAll) {
  // 70 rows: more than the bits of a word.
  std::vector<int32_t> values(70, 2);
  values[65] = 4;
  const auto results =
      run({std::make_shared<Case>(std::vector<ExpressionPtr>{above(column(0), 2), half(column(0)), number(0)},
                                  Type::integer()),
           half(column(0))},
          batch_of(values));
  EXPECT_EQ(results[1].substr(2 * 64, 5), "1 2 1");
  EXPECT_EQ(calls_, 1 + 70);
}

TEST_F(SharedParts, FailOnceARowWhereTheyFirstStand) {
  run({plus(half(column(0), {1, 10}), number(1)), half(column(0), {2, 20})}, batch_of({4, 0}));
  ASSERT_EQ(errors_.errors().size(), 1u);
  EXPECT_EQ(errors_.errors()[0].row, 1);
  EXPECT_EQ(errors_.errors()[0].location, (SourceLocation{1, 10}));
}

TEST_F(SharedParts, KeepThePlaceOfTheOneThatFailed) {
  const ExpressionPtr never = std::make_shared<Case>(
      std::vector<ExpressionPtr>{above(column(0), 100), half(column(0), {1, 10}), number(1)}, Type::integer());
  run({never, half(column(0), {2, 20})}, batch_of({4, 0}));
  ASSERT_EQ(errors_.errors().size(), 1u);
  EXPECT_EQ(errors_.errors()[0].location, (SourceLocation{2, 20}));
}

TEST_F(SharedParts, AreThePartsOfAFilter) {
  const EvaluationContext context;
  SharedValues shared;
  std::vector<int32_t> rows;
  const Batch batch = batch_of({2, 8, 20, 6});
  const ExpressionPtr condition =
      share_equal_parts({make_and({above(half(column(0)), 1), make_not(above(half(column(0)), 5))})}).front();
  filter_rows(*condition, {batch, context, &shared}, Selection::all(4), errors_, rows);
  EXPECT_EQ(rows, (std::vector<int32_t>{1, 3}));
  EXPECT_EQ(calls_, 4);
}

TEST_F(SharedParts, OutliveAChangeOfColumns) {
  const auto shared = share_equal_parts({plus(half(column(0)), half(column(0)))});
  const std::vector<int32_t> moved = {3};
  const ExpressionPtr renumbered = renumber_columns(shared.front(), moved);
  EXPECT_EQ(columns_of(*renumbered), std::vector<int32_t>{3});
  EXPECT_EQ(renumbered->child(0)->kind(), ExpressionKind::kShared);
}

}  // namespace
}  // namespace tidemill
