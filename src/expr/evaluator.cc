#include "expr/evaluator.h"

#include <cstring>

#include "data/dispatch.h"
#include "expr/branch_merge.h"
#include "expr/result_column.h"
#include "expr/shared_values.h"

namespace tidemill {
namespace {

ColumnPtr evaluate_node(const Expression& expression, const EvaluationInput& input, const Selection& selection,
                        RowErrors& errors);

// A column of one row, or any constant one, as a constant column.
ColumnPtr constant_of(const ColumnPtr& column, int32_t num_rows) {
  if (column->encoding() == ColumnEncoding::kConstant && column->num_rows() == num_rows) return column;
  return Column::constant(*column, num_rows);
}

bool all_constant(const std::vector<ColumnPtr>& columns) {
  for (const ColumnPtr& column : columns) {
    if (column->encoding() != ColumnEncoding::kConstant) return false;
  }
  return true;
}

// Runs a function of constants once. Where that fails, it fails for each selected row.
ColumnPtr call_once(const ScalarFunction& function, std::span<const ColumnPtr> arguments, const Type& type,
                    const EvaluationInput& input, const Selection& selection, RowErrors& errors) {
  RowErrors once;
  const Selection first = Selection::all(1);
  ColumnPtr result = function.evaluate({arguments, type, first, input, once});
  if (!once.empty()) {
    selection.for_each([&](int32_t row) { errors.add(row, once.errors().front().message); });
  }
  errors.count_overflows(once.overflows() * selection.size());
  return constant_of(result, selection.num_rows());
}

ColumnPtr call(const ScalarFunction& function, const Expression& expression, const FunctionProperties& properties,
               const SourceLocation& location, const EvaluationInput& input, const Selection& selection,
               RowErrors& errors) {
  std::vector<ColumnPtr> arguments;
  arguments.reserve(expression.children().size());
  for (const ExpressionPtr& child : expression.children()) {
    arguments.push_back(evaluate_node(*child, input, selection, errors));
  }
  const size_t errors_before = errors.errors().size();
  ColumnPtr result = !properties.per_row && all_constant(arguments)
                         ? call_once(function, arguments, expression.type(), input, selection, errors)
                         : function.evaluate({arguments, expression.type(), selection, input, errors});
  if (errors.errors().size() != errors_before && location.line != 0) errors.locate(errors_before, location);
  return result;
}

std::vector<int32_t> rows_of(const Selection& selection) {
  std::vector<int32_t> rows(static_cast<size_t>(selection.size()));
  int32_t* next = rows.data();
  selection.for_each([&](int32_t row) { *next++ = row; });
  return rows;
}

// Three-valued logic over the rows still undecided. `decisive` is FALSE for AND, TRUE for OR: the value that settles a
// row; otherwise NULL if any operand was NULL, else the other value.
ColumnPtr evaluate_logical(const Expression& expression, uint8_t decisive, const EvaluationInput& input,
                           const Selection& selection, RowErrors& errors) {
  ResultColumn<uint8_t> out(expression.type(), selection.num_rows());
  std::vector<int32_t> open = rows_of(selection);
  for (const int32_t row : open) out[row] = static_cast<uint8_t>(1 - decisive);
  std::vector<bool> unknown;  // by row, made at the first NULL
  for (const ExpressionPtr& operand : expression.children()) {
    if (open.empty()) break;
    const Selection rows = Selection::of(open, selection.num_rows());
    const ColumnPtr column = evaluate_node(*operand, input, rows, errors);
    const Decoded<uint8_t> values = column->decode<uint8_t>();
    size_t kept = 0;
    if (values.is_flat() && !values.has_nulls()) {
      const uint8_t* const flags = values.values();
      for (const int32_t row : open) {
        out[row] = flags[row];
        open[kept] = row;
        kept += flags[row] != decisive ? 1 : 0;
      }
      open.resize(kept);
      continue;
    }
    for (const int32_t row : open) {
      if (values.is_null(row)) {
        if (unknown.empty()) unknown.resize(static_cast<size_t>(selection.num_rows()));
        unknown[static_cast<size_t>(row)] = true;
      } else if (values[row] == decisive) {
        out[row] = decisive;
        continue;
      }
      open[kept++] = row;
    }
    open.resize(kept);
  }
  if (!unknown.empty()) {
    for (const int32_t row : open) {
      if (unknown[static_cast<size_t>(row)]) out.set_null(row);
    }
  }
  return out.finish();
}

ColumnPtr evaluate_not(const Not& expression, const EvaluationInput& input, const Selection& selection,
                       RowErrors& errors) {
  const ColumnPtr operand = evaluate_node(*expression.child(0), input, selection, errors);
  bool all_null = false;
  const BufferPtr validity = combine_validity({&operand, 1}, selection.num_rows(), all_null);
  if (all_null) return Column::all_null(expression.type(), selection.num_rows());
  ResultColumn<uint8_t> out(expression.type(), selection.num_rows());
  out.set_validity(validity);
  const Decoded<uint8_t> values = operand->decode<uint8_t>();
  selection.for_each([&](int32_t row) { out[row] = static_cast<uint8_t>(values[row] == 0); });
  return out.finish();
}

// Moves the rows of `open` for which `condition` is TRUE to `taken`; both stay in their order.
void take_true_rows(const Column& condition, std::vector<int32_t>& open, std::vector<int32_t>& taken) {
  const Decoded<uint8_t> values = condition.decode<uint8_t>();
  taken.resize(open.size());
  size_t num_taken = 0, num_open = 0;
  const auto move = [&](int32_t row, bool is_true) {
    taken[num_taken] = row;
    open[num_open] = row;
    num_taken += is_true ? 1 : 0;
    num_open += is_true ? 0 : 1;
  };
  if (values.is_flat() && !values.has_nulls()) {
    const uint8_t* const flags = values.values();
    size_t i = 0;
    // Neighbours often agree: eight at a time.
    for (; i + 8 <= open.size(); i += 8) {
      const int32_t first = open[i];
      uint64_t eight = 1;
      if (open[i + 7] == first + 7) std::memcpy(&eight, flags + first, sizeof(eight));
      if (eight == 0) {
        std::memmove(&open[num_open], &open[i], 8 * sizeof(int32_t));
        num_open += 8;
      } else {
        for (size_t k = i; k < i + 8; ++k) move(open[k], flags[open[k]] != 0);
      }
    }
    for (; i < open.size(); ++i) move(open[i], flags[open[i]] != 0);
  } else {
    for (const int32_t row : open) move(row, !values.is_null(row) && values[row] != 0);
  }
  taken.resize(num_taken);
  open.resize(num_open);
}

template <class T>
ColumnPtr evaluate_case(const Case& expression, const EvaluationInput& input, const Selection& selection,
                        RowErrors& errors) {
  BranchMerge<T> merge(expression.type(), selection.num_rows());
  std::vector<int32_t> open = rows_of(selection);
  for (size_t branch = 0; branch <= expression.num_branches() && !open.empty(); ++branch) {
    std::vector<int32_t> taken;
    const bool is_else = branch == expression.num_branches();
    if (is_else) {
      taken.swap(open);
    } else {
      const ColumnPtr condition =
          evaluate_node(*expression.condition(branch), input, Selection::of(open, selection.num_rows()), errors);
      take_true_rows(*condition, open, taken);
    }
    if (taken.empty()) continue;
    const Expression& result = is_else ? *expression.otherwise() : *expression.result(branch);
    ColumnPtr column = evaluate_node(result, input, Selection::of(taken, selection.num_rows()), errors);
    merge.take(std::move(column), std::move(taken));
  }
  return merge.finish();
}

template <class T>
ColumnPtr evaluate_coalesce(const Coalesce& expression, const EvaluationInput& input, const Selection& selection,
                            RowErrors& errors) {
  BranchMerge<T> merge(expression.type(), selection.num_rows());
  std::vector<int32_t> open = rows_of(selection);
  for (size_t i = 0; i < expression.children().size() && !open.empty(); ++i) {
    ColumnPtr column = evaluate_node(*expression.child(i), input, Selection::of(open, selection.num_rows()), errors);
    const bool is_last = i + 1 == expression.children().size();
    std::vector<int32_t> taken;
    size_t kept = 0;
    for (const int32_t row : open) {
      if (is_last || !column->is_null(row)) {
        taken.push_back(row);
      } else {
        open[kept++] = row;
      }
    }
    open.resize(kept);
    merge.take(std::move(column), std::move(taken));
  }
  return merge.finish();
}

ColumnPtr evaluate_shared(const Shared& expression, const EvaluationInput& input, const Selection& selection,
                          RowErrors& errors) {
  const Expression& part = *expression.child(0);
  if (input.shared == nullptr) return evaluate_node(part, input, selection, errors);
  if (ColumnPtr known = input.shared->find(expression.part(), selection)) return known;
  ColumnPtr values = evaluate_node(part, input, selection, errors);
  input.shared->keep(expression.part(), selection, values);
  return values;
}

ColumnPtr evaluate_node(const Expression& expression, const EvaluationInput& input, const Selection& selection,
                        RowErrors& errors) {
  switch (expression.kind()) {
    case ExpressionKind::kColumn:
      return input.batch.column(expression.as<ColumnReference>().index());
    case ExpressionKind::kLiteral:
      return expression.as<Literal>().column();
    case ExpressionKind::kCall: {
      const auto& node = expression.as<Call>();
      return call(node.function(), node, node.properties(), node.location(), input, selection, errors);
    }
    case ExpressionKind::kCast: {
      const auto& node = expression.as<Cast>();
      return call(node.function(), node, {}, node.location(), input, selection, errors);
    }
    case ExpressionKind::kAnd:
      return evaluate_logical(expression, 0, input, selection, errors);
    case ExpressionKind::kOr:
      return evaluate_logical(expression, 1, input, selection, errors);
    case ExpressionKind::kNot:
      return evaluate_not(expression.as<Not>(), input, selection, errors);
    case ExpressionKind::kCase:
      return dispatch_physical(expression.type().physical(), [&]<class T>() {
        return evaluate_case<T>(expression.as<Case>(), input, selection, errors);
      });
    case ExpressionKind::kCoalesce:
      return dispatch_physical(expression.type().physical(), [&]<class T>() {
        return evaluate_coalesce<T>(expression.as<Coalesce>(), input, selection, errors);
      });
    case ExpressionKind::kShared:
      return evaluate_shared(expression.as<Shared>(), input, selection, errors);
  }
  CHECK_MSG(false, "expression kind {}", static_cast<int>(expression.kind()));
}

}  // namespace

ColumnPtr evaluate(const Expression& expression, const EvaluationInput& input, const Selection& selection,
                   RowErrors& errors) {
  CHECK_EQ(selection.num_rows(), input.batch.num_rows());
  if (selection.empty()) return Column::all_null(expression.type(), selection.num_rows());
  ColumnPtr result = evaluate_node(expression, input, selection, errors);
  if (result->encoding() == ColumnEncoding::kConstant) result = constant_of(result, selection.num_rows());
  if (result->type() != expression.type()) result = result->with_type(expression.type());
  return result;
}

void filter_rows(const Expression& condition, const EvaluationInput& input, const Selection& selection,
                 RowErrors& errors, std::vector<int32_t>& rows) {
  if (const auto* conjunction = condition.try_as<And>()) {
    std::vector<int32_t> passed, next;
    Selection open = selection;
    for (const ExpressionPtr& conjunct : conjunction->children()) {
      next.clear();
      filter_rows(*conjunct, input, open, errors, next);
      passed.swap(next);
      open = Selection::of(passed, selection.num_rows());
    }
    rows.insert(rows.end(), passed.begin(), passed.end());
    return;
  }
  if (selection.empty()) return;
  const ColumnPtr column = evaluate_node(condition, input, selection, errors);
  const Decoded<uint8_t> values = column->decode<uint8_t>();
  const size_t before = rows.size();
  rows.resize(before + static_cast<size_t>(selection.size()));
  int32_t* out = rows.data() + before;
  if (values.is_flat() && !values.has_nulls()) {
    const uint8_t* flags = values.values();
    selection.for_each([&](int32_t row) {
      *out = row;
      out += flags[row];
    });
  } else {
    selection.for_each([&](int32_t row) {
      *out = row;
      out += !values.is_null(row) && values[row] != 0 ? 1 : 0;
    });
  }
  rows.resize(static_cast<size_t>(out - rows.data()));
}

Value evaluate_constant(const Expression& expression, const EvaluationContext& context) {
  CHECK(expression.is_constant());
  const Batch one_row(make_schema({}), {}, 1);
  RowErrors errors;
  const ColumnPtr column = evaluate(expression, {one_row, context}, Selection::all(1), errors);
  errors.raise_if_any(one_row);
  return Value::at(*column, 0).with_type(expression.type());
}

}  // namespace tidemill
