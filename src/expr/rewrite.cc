// expr/rewrite.cc - trees made from trees; declared in expr/expression.h.
#include <algorithm>

#include "expr/expression.h"

namespace tidemill {
namespace {

bool any_nullable(const std::vector<ExpressionPtr>& expressions) {
  return std::ranges::any_of(expressions, [](const ExpressionPtr& e) { return e->type().nullable; });
}

// Returns the nullability of a call or cast whose arguments' nullability changed. A function that is nullable although
// no argument is (it can give NULL) stays so; one that is NOT NULL although an argument is nullable (IS NULL) too.
bool carried_nullability(const Expression& before, const std::vector<ExpressionPtr>& children) {
  if (before.type().nullable == any_nullable(before.children())) return any_nullable(children);
  return before.type().nullable;
}

bool results_nullable(const std::vector<ExpressionPtr>& case_children) {
  for (size_t i = 1; i < case_children.size(); i += 2) {
    if (case_children[i]->type().nullable) return true;
  }
  return case_children.back()->type().nullable;
}

void collect_columns(const Expression& expression, std::vector<int32_t>& columns) {
  if (const auto* column = expression.try_as<ColumnReference>()) columns.push_back(column->index());
  for (const ExpressionPtr& child : expression.children()) collect_columns(*child, columns);
}

// Rebuilds `expression` with its columns mapped by `replace`; returns it unchanged where nothing below changed.
template <class Replace>
ExpressionPtr map_columns(const ExpressionPtr& expression, const Replace& replace) {
  if (const auto* column = expression->try_as<ColumnReference>()) return replace(*column);
  std::vector<ExpressionPtr> children;
  bool changed = false;
  for (const ExpressionPtr& child : expression->children()) {
    children.push_back(map_columns(child, replace));
    changed = changed || children.back() != child;
  }
  return changed ? with_children(*expression, std::move(children)) : expression;
}

}  // namespace

ExpressionPtr with_children(const Expression& expression, std::vector<ExpressionPtr> children) {
  CHECK_EQ(children.size(), expression.children().size());
  switch (expression.kind()) {
    case ExpressionKind::kColumn:
      return make_column(expression.as<ColumnReference>().index(), expression.type());
    case ExpressionKind::kLiteral:
      return make_literal(expression.as<Literal>().value());
    case ExpressionKind::kCall: {
      const auto& call = expression.as<Call>();
      const Type type = call.type().with_nullable(carried_nullability(call, children));
      return std::make_shared<Call>(call.name(), call.shared_function(), std::move(children), type, call.properties(),
                                    call.location());
    }
    case ExpressionKind::kCast: {
      const auto& cast = expression.as<Cast>();
      const Type type = cast.type().with_nullable(carried_nullability(cast, children));
      return std::make_shared<Cast>(children.front(), type, cast.is_try(), cast.shared_function(), cast.cast_can_fail(),
                                    cast.reads_zone(), cast.location());
    }
    case ExpressionKind::kAnd:
      return make_and(std::move(children));
    case ExpressionKind::kOr:
      return make_or(std::move(children));
    case ExpressionKind::kNot:
      return make_not(std::move(children.front()));
    case ExpressionKind::kCase: {
      const Type type = expression.type().with_nullable(results_nullable(children));
      return std::make_shared<Case>(std::move(children), type);
    }
    case ExpressionKind::kCoalesce: {
      const bool nullable =
          std::ranges::all_of(children, [](const ExpressionPtr& child) { return child->type().nullable; });
      return std::make_shared<Coalesce>(std::move(children), expression.type().with_nullable(nullable));
    }
    case ExpressionKind::kShared:
      return std::make_shared<Shared>(expression.as<Shared>().part(), std::move(children.front()));
  }
  CHECK_MSG(false, "expression kind {}", static_cast<int>(expression.kind()));
}

ExpressionPtr substitute_columns(const ExpressionPtr& expression, std::span<const ExpressionPtr> replacements) {
  return map_columns(expression, [&](const ColumnReference& column) -> ExpressionPtr {
    CHECK(static_cast<size_t>(column.index()) < replacements.size());
    return replacements[static_cast<size_t>(column.index())];
  });
}

ExpressionPtr renumber_columns(const ExpressionPtr& expression, std::span<const int32_t> new_index) {
  return map_columns(expression, [&](const ColumnReference& column) -> ExpressionPtr {
    CHECK(static_cast<size_t>(column.index()) < new_index.size());
    return make_column(new_index[static_cast<size_t>(column.index())], column.type());
  });
}

std::vector<int32_t> columns_of(const Expression& expression) {
  std::vector<int32_t> columns;
  collect_columns(expression, columns);
  std::ranges::sort(columns);
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

}  // namespace tidemill
