// CASE against its definition, over columns with and without NULLs.
#include <gtest/gtest.h>

#include <random>

#include "data/column_builder.h"
#include "expr/evaluator.h"

namespace tidemill {
namespace {

// TRUE, FALSE and, where asked for, NULL.
ColumnPtr conditions(std::mt19937& random, int32_t rows, bool nulls) {
  ColumnBuilder builder(Type::boolean());
  for (int32_t row = 0; row < rows; ++row) {
    const auto draw = random() % 3;
    if (nulls && draw == 2)
      builder.append_null();
    else
      builder.append(static_cast<uint8_t>(draw == 1 ? 1 : 0));
  }
  return builder.finish();
}

ColumnPtr values(std::mt19937& random, int32_t rows, bool nulls) {
  ColumnBuilder builder(Type::big_int());
  for (int32_t row = 0; row < rows; ++row) {
    if (nulls && random() % 4 == 0)
      builder.append_null();
    else
      builder.append(static_cast<int64_t>(random()));
  }
  return builder.finish();
}

// Returns CASE WHEN when[0] THEN then[0] … ELSE then.back() END.
ColumnPtr evaluate_case(const std::vector<ColumnPtr>& when, const std::vector<ColumnPtr>& then,
                        const Selection& selection) {
  std::vector<Field> fields;
  std::vector<ColumnPtr> columns;
  const auto add = [&](const ColumnPtr& column) {
    fields.push_back({fmt::format("c{}", columns.size()), column->type()});
    columns.push_back(column);
    return make_column(static_cast<int32_t>(columns.size()) - 1, column->type());
  };
  std::vector<ExpressionPtr> children;
  for (size_t i = 0; i < then.size(); ++i) {
    if (i < when.size()) children.push_back(add(when[i]));
    children.push_back(add(then[i]));
  }
  const Batch batch(make_schema(std::move(fields)), std::move(columns), selection.num_rows());
  const EvaluationContext context;
  RowErrors errors;
  ColumnPtr result = evaluate(Case(std::move(children), Type::big_int()), {batch, context}, selection, errors);
  EXPECT_TRUE(errors.empty());
  return result;
}

TEST(Case, TakesTheFirstThatIsTrue) {
  std::mt19937 random(1);
  for (int32_t round = 0; round < 40; ++round) {
    const bool nulls = round % 2 == 1;
    const int32_t rows = 1 + static_cast<int32_t>(random() % 100);
    std::vector<ColumnPtr> when, then;
    for (size_t i = 0; i < 3; ++i) when.push_back(conditions(random, rows, nulls));
    for (size_t i = 0; i < 4; ++i) then.push_back(values(random, rows, nulls));
    then[1] = Column::constant(*then[1], rows);
    std::vector<int32_t> selected;
    for (int32_t row = 0; row < rows; ++row)
      if (random() % 3 != 0) selected.push_back(row);
    const Selection selection = round % 4 < 2 ? Selection::all(rows) : Selection::of(selected, rows);
    const ColumnPtr chosen = evaluate_case(when, then, selection);
    selection.for_each([&](int32_t row) {
      size_t branch = 0;
      while (branch < when.size() && (when[branch]->is_null(row) || when[branch]->decode<uint8_t>()[row] == 0))
        ++branch;
      ASSERT_EQ(chosen->is_null(row), then[branch]->is_null(row)) << row;
      if (!chosen->is_null(row)) {
        ASSERT_EQ(chosen->decode<int64_t>()[row], then[branch]->decode<int64_t>()[row]) << row;
      }
    });
  }
}

}  // namespace
}  // namespace tidemill
