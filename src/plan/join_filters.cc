// plan/join_filters.cc - where the conditions over and in a join may go.
#include "plan/join_filters.h"

#include <algorithm>
#include <array>

namespace tidemill {
namespace {

enum class Reads : uint8_t { kNothing, kLeft, kRight, kBoth };

Reads sides_of(const ExpressionPtr& conjunct, int32_t left_columns) {
  const std::vector<int32_t> columns = columns_of(*conjunct);  // ascending
  if (columns.empty()) return Reads::kNothing;
  if (columns.back() < left_columns) return Reads::kLeft;
  return columns.front() >= left_columns ? Reads::kRight : Reads::kBoth;
}

ExpressionPtr over_right(const ExpressionPtr& conjunct, int32_t left_columns) {
  std::vector<int32_t> places;
  for (const int32_t column : columns_of(*conjunct)) places.resize(static_cast<size_t>(column) + 1, -1);
  for (size_t i = static_cast<size_t>(left_columns); i < places.size(); ++i)
    places[i] = static_cast<int32_t>(i) - left_columns;
  return renumber_columns(conjunct, places);
}

// A version that a filter hides would let an older one show, and a table that is asked for keys is not filtered: rows
// of the right side are not filtered below the join.
bool keeps_right_whole(const JoinNode& join) {
  return std::holds_alternative<TemporalMatch>(join.match()) || std::holds_alternative<LookupMatch>(join.match());
}

// What may be done with a conjunct above the join.
enum class Place : uint8_t { kLeft, kRight, kCondition, kAbove };

Place place_above(const JoinNode& join, const ExpressionPtr& conjunct) {
  if (!conjunct->is_deterministic()) return Place::kAbove;
  const Reads reads = sides_of(conjunct, join.left_columns());
  const bool keeps_left = !right_is_outer(join.type());  // each row that comes out has a left row
  const bool keeps_right = !left_is_outer(join.type());
  const bool safe = !conjunct->can_fail();
  if (reads == Reads::kLeft && keeps_left && safe) return Place::kLeft;
  if (reads == Reads::kRight && keeps_right && safe && !keeps_right_whole(join)) return Place::kRight;
  // A temporal join drops rows by its condition after it has chosen the version, as a filter above it would; a lookup
  // join after it has found them.
  return join.type() == JoinType::kInner ? Place::kCondition : Place::kAbove;
}

// The same of a conjunct of the condition: it may only go where rows that fail it would come out anyway, or nowhere.
Place place_own(const JoinNode& join, const ExpressionPtr& conjunct) {
  if (!conjunct->is_deterministic() || conjunct->can_fail()) return Place::kCondition;
  const Reads reads = sides_of(conjunct, join.left_columns());
  const bool drops_left = !left_is_outer(join.type()) && join.type() != JoinType::kAnti;
  const bool drops_right = !right_is_outer(join.type());
  if (reads == Reads::kLeft && drops_left) return Place::kLeft;
  if (reads == Reads::kRight && drops_right && !keeps_right_whole(join)) return Place::kRight;
  return Place::kCondition;
}

void put(JoinFilters& filters, Place place, const ExpressionPtr& conjunct, int32_t left_columns) {
  switch (place) {
    case Place::kLeft:
      filters.left.push_back(conjunct);
      return;
    case Place::kRight:
      filters.right.push_back(over_right(conjunct, left_columns));
      return;
    case Place::kCondition:
      filters.condition.push_back(conjunct);
      return;
    case Place::kAbove:
      filters.above.push_back(conjunct);
      return;
  }
}

void put_above(JoinFilters& filters, const JoinNode& join, const std::vector<ExpressionPtr>& above) {
  for (const ExpressionPtr& conjunct : above) {
    const bool overtakes = !filters.above.empty() && conjunct->can_fail();
    const Place place = overtakes ? Place::kAbove : place_above(join, conjunct);
    put(filters, place, conjunct, join.left_columns());
  }
}

bool is_true(const ExpressionPtr& expression) {
  const auto* literal = expression->try_as<Literal>();
  return literal != nullptr && !literal->value().is_null() && literal->value().as_bool();
}

// True where the conjunct cannot be TRUE for a row whose columns of that side are all NULL.
bool rejects_nulls(const ExpressionPtr& conjunct, int32_t left_columns, Reads side) {
  const auto* call = conjunct->try_as<Call>();
  if (call == nullptr) return false;
  constexpr std::array<std::string_view, 7> kStrict = {"=", "<>", "<", "<=", ">", ">=", "IS NOT NULL"};
  if (std::ranges::find(kStrict, call->name()) == kStrict.end()) return false;
  return std::ranges::any_of(call->children(), [&](const ExpressionPtr& child) {
    return child->kind() == ExpressionKind::kColumn && sides_of(child, left_columns) == side;
  });
}

}  // namespace

JoinFilters place_filters(const JoinNode& join, const std::vector<ExpressionPtr>& above) {
  JoinFilters filters;
  filters.condition = conjuncts_of(join.condition());
  put_above(filters, join, above);
  return filters;
}

JoinFilters place_all_filters(const JoinNode& join, const std::vector<ExpressionPtr>& above) {
  JoinFilters filters;
  for (const ExpressionPtr& conjunct : conjuncts_of(join.condition())) {
    if (is_true(conjunct)) continue;
    put(filters, place_own(join, conjunct), conjunct, join.left_columns());
  }
  put_above(filters, join, above);
  return filters;
}

JoinType simplified_type(const JoinNode& join, const std::vector<ExpressionPtr>& above) {
  const auto any_rejects = [&](Reads side) {
    return std::ranges::any_of(
        above, [&](const ExpressionPtr& conjunct) { return rejects_nulls(conjunct, join.left_columns(), side); });
  };
  bool left_outer = left_is_outer(join.type());
  bool right_outer = right_is_outer(join.type());
  if (!left_outer && !right_outer) return join.type();
  if (any_rejects(Reads::kRight)) left_outer = false;
  if (any_rejects(Reads::kLeft)) right_outer = false;
  if (left_outer && right_outer) return JoinType::kFull;
  if (left_outer) return JoinType::kLeft;
  return right_outer ? JoinType::kRight : JoinType::kInner;
}

}  // namespace tidemill
