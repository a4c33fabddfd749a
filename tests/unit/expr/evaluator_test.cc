// The evaluator: narrowing, errors by row, three-valued logic, filters. Kernels here are lambdas of this test.
#include "expr/evaluator.h"

#include <gtest/gtest.h>

#include "expr/typed_function.h"

namespace tidemill {
namespace {

ColumnPtr integers(const std::vector<std::optional<int32_t>>& values) {
  ColumnBuilder builder(Type::integer());
  for (const auto& value : values) value ? builder.append(*value) : builder.append_null();
  return builder.finish();
}

Batch batch_of(std::vector<ColumnPtr> columns) {
  std::vector<Field> fields;
  for (size_t i = 0; i < columns.size(); ++i) fields.push_back({fmt::format("c{}", i), columns[i]->type()});
  const int32_t rows = columns.front()->num_rows();
  return Batch(make_schema(std::move(fields)), std::move(columns), rows);
}

template <class Body>
ExpressionPtr call(const char* name, Body body, std::vector<ExpressionPtr> arguments,
                   FunctionProperties properties = {}) {
  TypedFunction typed = make_typed_function(std::move(body));
  return std::make_shared<Call>(name, typed.kernel, std::move(arguments), typed.result, properties,
                                SourceLocation{3, 7});
}

ExpressionPtr column(int32_t index) { return make_column(index, Type::integer()); }
ExpressionPtr number(int32_t value) { return make_literal(Value::integer(value)); }
ExpressionPtr hundred_by(ExpressionPtr divisor) {
  return call("hundred_by",
              [](RowContext& row, int32_t x) {
                if (x != 0) return 100 / x;
                row.fail("by zero");
                return 0;
              },
              {std::move(divisor)}, {.can_fail = true});
}
ExpressionPtr is_zero(ExpressionPtr x) {
  return call("is_zero", [](int32_t value) { return value == 0; }, {std::move(x)});
}
ExpressionPtr is_not_zero(ExpressionPtr x) { return make_not(is_zero(std::move(x))); }
ExpressionPtr above(ExpressionPtr x, int32_t limit) {
  return call("above", [](int32_t value, int32_t bound) { return value > bound; }, {std::move(x), number(limit)});
}

struct Outcome {
  std::string values;
  std::vector<int32_t> failed_rows;
};
Outcome run(const ExpressionPtr& expression, const Batch& batch) {
  const EvaluationContext context;
  RowErrors errors;
  const ColumnPtr result = evaluate(*expression, {batch, context}, Selection::all(batch.num_rows()), errors);
  Outcome outcome;
  for (int32_t row = 0; row < result->num_rows(); ++row) {
    const Value value = Value::at(*result, row);
    outcome.values += (row == 0 ? "" : " ") + value.to_string();
  }
  for (const RowError& error : errors.errors()) outcome.failed_rows.push_back(error.row);
  return outcome;
}

TEST(Evaluator, NotesFailedRowsAndGoesOn) {
  const Batch batch = batch_of({integers({5, 0, std::nullopt, 0, 10})});
  const Outcome outcome = run(hundred_by(column(0)), batch);
  EXPECT_EQ(outcome.values, "20 NULL NULL NULL 10");
  EXPECT_EQ(outcome.failed_rows, (std::vector<int32_t>{1, 3}));
}

TEST(Evaluator, CaseGuardsAFailingBranch) {
  const Batch batch = batch_of({integers({5, 0, std::nullopt, 0, 10})});
  const ExpressionPtr guarded = std::make_shared<Case>(
      std::vector<ExpressionPtr>{is_not_zero(column(0)), hundred_by(column(0)), number(-1)}, Type::integer());
  const Outcome outcome = run(guarded, batch);
  EXPECT_EQ(outcome.values, "20 -1 -1 -1 10");
  EXPECT_TRUE(outcome.failed_rows.empty());
}

TEST(Evaluator, AndAndOrGuardTheirLaterOperands) {
  const Batch batch = batch_of({integers({5, 0, std::nullopt, 50})});
  Outcome outcome = run(make_and({is_not_zero(column(0)), above(hundred_by(column(0)), 10)}), batch);
  EXPECT_EQ(outcome.values, "TRUE FALSE NULL FALSE");
  EXPECT_TRUE(outcome.failed_rows.empty());
  outcome = run(make_or({is_zero(column(0)), above(hundred_by(column(0)), 10)}), batch);
  EXPECT_EQ(outcome.values, "TRUE TRUE NULL FALSE");
  EXPECT_TRUE(outcome.failed_rows.empty());
  outcome = run(make_and({above(hundred_by(column(0)), 10), is_not_zero(column(0))}), batch);
  EXPECT_EQ(outcome.failed_rows, (std::vector<int32_t>{1}));
}

TEST(Evaluator, CoalesceEvaluatesOnlyWhatIsStillNull) {
  const Batch batch = batch_of({integers({1, std::nullopt, std::nullopt}), integers({0, 4, std::nullopt})});
  const ExpressionPtr first = std::make_shared<Coalesce>(
      std::vector<ExpressionPtr>{column(0), hundred_by(column(1)), number(7)}, Type::integer());
  const Outcome outcome = run(first, batch);
  EXPECT_EQ(outcome.values, "1 25 7");
  EXPECT_TRUE(outcome.failed_rows.empty());
}

TEST(Evaluator, FollowsThreeValuedLogic) {
  ColumnBuilder left(Type::boolean()), right(Type::boolean());
  for (int i = 0; i < 9; ++i) {
    i / 3 == 2 ? left.append_null() : left.append(static_cast<uint8_t>(i / 3));
    i % 3 == 2 ? right.append_null() : right.append(static_cast<uint8_t>(i % 3));
  }
  const Batch batch = batch_of({left.finish(), right.finish()});
  const ExpressionPtr a = make_column(0, Type::boolean()), b = make_column(1, Type::boolean());
  EXPECT_EQ(run(make_and({a, b}), batch).values, "FALSE FALSE FALSE FALSE TRUE NULL FALSE NULL NULL");
  EXPECT_EQ(run(make_or({a, b}), batch).values, "FALSE TRUE NULL TRUE TRUE TRUE NULL TRUE NULL");
  EXPECT_EQ(run(make_not(a), batch).values, "TRUE TRUE TRUE FALSE FALSE FALSE NULL NULL NULL");
}

TEST(Evaluator, AFailingConstantFailsEverySelectedRow) {
  const Batch batch = batch_of({integers({1, 2, 3, 4})});
  const EvaluationContext context;
  RowErrors errors;
  const std::vector<int32_t> rows = {1, 3};
  evaluate(*hundred_by(number(0)), {batch, context}, Selection::of(rows, 4), errors);
  ASSERT_EQ(errors.errors().size(), 2u);
  EXPECT_TRUE(errors.contains(1) && errors.contains(3) && !errors.contains(0));
  errors.clear();
  const ColumnPtr none = evaluate(*hundred_by(number(0)), {batch, context}, Selection::of({}, 4), errors);
  EXPECT_TRUE(errors.empty());
  EXPECT_EQ(none->num_rows(), 4);
}

TEST(Evaluator, FiltersConjunctByConjunct) {
  const Batch batch = batch_of({integers({5, 0, std::nullopt, 50, 2})});
  const EvaluationContext context;
  RowErrors errors;
  std::vector<int32_t> rows = {99};
  filter_rows(*make_and({is_not_zero(column(0)), above(hundred_by(column(0)), 10)}), {batch, context},
              Selection::all(5), errors, rows);
  EXPECT_EQ(rows, (std::vector<int32_t>{99, 0, 4}));
  EXPECT_TRUE(errors.empty());
}

TEST(RowErrors, NameSplitOffsetAndPlace) {
  Batch batch = batch_of({integers({5, 0, 3})});
  batch.set_origin({std::make_shared<const std::string>("orders.jsonl"), 41, nullptr});
  const EvaluationContext context;
  RowErrors errors;
  evaluate(*hundred_by(column(0)), {batch, context}, Selection::all(3), errors);
  try {
    errors.raise_if_any(batch);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "by zero (row read from orders.jsonl at offset 42)");
    EXPECT_EQ(error.location(), (SourceLocation{3, 7}));
  }
}

TEST(Expression, ComparesAndHashesByStructure) {
  const ExpressionPtr a = above(column(0), 3), b = above(column(0), 3), c = above(column(1), 3),
                      d = above(column(0), 4);
  EXPECT_EQ(*a, *b);
  EXPECT_EQ(a->hash(), b->hash());
  EXPECT_FALSE(*a == *c);
  EXPECT_FALSE(*a == *d);
  EXPECT_FALSE(*make_and({a, c}) == *make_or({a, c}));
  EXPECT_EQ(*make_and({a, make_and({c, d})}), *make_and({a, c, d}));
  EXPECT_EQ(make_and({a}), a);
}

TEST(Expression, IsRewrittenByColumns) {
  const ExpressionPtr expression = make_and({above(column(2), 3), is_zero(column(0))});
  EXPECT_EQ(columns_of(*expression), (std::vector<int32_t>{0, 2}));
  const std::vector<int32_t> moved = {5, 6, 7};
  EXPECT_EQ(columns_of(*renumber_columns(expression, moved)), (std::vector<int32_t>{5, 7}));
  const std::vector<ExpressionPtr> projection = {number(0), column(9), hundred_by(column(4))};
  const ExpressionPtr substituted = substitute_columns(expression, projection);
  EXPECT_EQ(columns_of(*substituted), (std::vector<int32_t>{4}));
  EXPECT_TRUE(substituted->can_fail());
  EXPECT_FALSE(expression->can_fail());
  EXPECT_TRUE(is_zero(number(1))->is_constant());
  EXPECT_FALSE(expression->is_constant());
}

TEST(Expression, PrintsWithColumnNames) {
  const std::vector<std::string> names = {"amount"};
  const ExpressionPtr expression = make_or({above(column(0), 3), is_zero(column(1))});
  EXPECT_EQ(expression->to_string(names), "(above(amount, 3) OR is_zero($1))");
  EXPECT_EQ(make_literal(Value::characters("it's"))->to_string(), "'it''s'");
}

TEST(TypedFunction, SeesNullWhereItAsksTo) {
  const Batch batch = batch_of({integers({1, std::nullopt})});
  EXPECT_EQ(run(call("f", [](std::optional<int32_t> x) { return x.value_or(-1); }, {column(0)}), batch).values, "1 -1");
  EXPECT_EQ(run(call("f", [](int32_t x) { return x + 1; }, {column(0)}), batch).values, "2 NULL");
  EXPECT_EQ(run(call("f", [](int32_t) -> std::optional<int32_t> { return std::nullopt; }, {column(0)}), batch).values,
            "NULL NULL");
}

TEST(TypedFunction, KeepsPiecesOfItsArgumentsAlive) {
  ColumnPtr result;
  {
    ColumnBuilder builder(Type::string());
    builder.append_text("a text that is longer than twelve bytes");
    const Batch batch = batch_of({builder.finish()});
    const ExpressionPtr tail =
        call("tail", [](std::string_view text) { return text.substr(2); }, {make_column(0, Type::string())});
    const EvaluationContext context;
    RowErrors errors;
    result = evaluate(*tail, {batch, context}, Selection::all(1), errors);
  }
  EXPECT_EQ(result->text(0), "text that is longer than twelve bytes");
}

}  // namespace
}  // namespace tidemill
