// sql/binder/values.cc - VALUES to plans. Rule: constants are computed here, what is not deterministic when the job
// runs.
#include "plan/values.h"

#include "expr/cast.h"
#include "expr/evaluator.h"
#include "expr/type_coercion.h"
#include "plan/calc.h"
#include "plan/set_operation.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"

namespace tidemill {
namespace {

using Row = std::vector<ExpressionPtr>;

std::vector<Row> bind_rows(const ast::Values& values, const BindingContext& context) {
  const Scope nothing;
  ExpressionBinder binder(context, nothing, "VALUES");
  std::vector<Row> rows;
  for (const std::vector<ast::ExpressionPtr>& written : values.rows) {
    if (written.size() != values.rows.front().size()) {
      throw UserError(written.front()->location, fmt::format("VALUES has rows of {} and of {} columns",
                                                             values.rows.front().size(), written.size()));
    }
    Row row;
    for (const ast::ExpressionPtr& expression : written) row.push_back(binder.bind(*expression));
    rows.push_back(std::move(row));
  }
  return rows;
}

// Casts each column to the common type of its rows. Returns that type, nullable where any row is.
Type unify_column(std::vector<Row>& rows, size_t column, SourceLocation location) {
  std::vector<ExpressionPtr> cells;
  for (const Row& row : rows) cells.push_back(row[column]);
  std::optional<Type> type = common_type(cells);
  if (!type) {
    throw UserError(location, fmt::format("Column {} of VALUES has values of different types", column + 1),
                    "CAST them to one type.");
  }
  for (Row& row : rows) {
    if (!row[column]->type().same_except_nullable(*type)) row[column] = coerce(std::move(row[column]), *type);
  }
  return *type;
}

bool all_constant(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    for (const ExpressionPtr& cell : row) {
      if (!cell->is_constant() || !cell->is_deterministic()) return false;
    }
  }
  return true;
}

}  // namespace

PlanPtr QueryBinder::bind_values(const ast::Values& values) {
  std::vector<Row> rows = bind_rows(values, context_);
  std::vector<Field> fields;
  std::vector<std::string> names;
  for (size_t i = 0; i < rows.front().size(); ++i) {
    names.push_back(fmt::format("EXPR${}", i));
    fields.push_back({names.back(), unify_column(rows, i, values.rows.front()[i]->location)});
  }
  if (!all_constant(rows)) {  // UUID(), PROCTIME(): computed when the job runs
    std::vector<PlanPtr> parts;
    for (Row& row : rows) parts.push_back(make_project(make_values(make_schema({}), {{}}), std::move(row), names));
    return parts.size() == 1 ? parts.front() : make_union(std::move(parts));
  }
  std::vector<std::vector<Value>> constants;
  for (size_t r = 0; r < rows.size(); ++r) {
    std::vector<Value> constant_row;
    for (size_t c = 0; c < rows[r].size(); ++c) {
      try {
        constant_row.push_back(evaluate_constant(*rows[r][c], EvaluationContext()));
      } catch (const UserError& error) {
        throw error.at(values.rows[r][c]->location);
      }
    }
    constants.push_back(std::move(constant_row));
  }
  return make_values(make_schema(std::move(fields)), std::move(constants));
}

}  // namespace tidemill
