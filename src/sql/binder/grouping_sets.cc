// sql/binder/grouping_sets.cc - ROLLUP, CUBE and GROUPING SETS.
#include "sql/binder/grouping_sets.h"

#include <algorithm>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr int32_t kFirstGroupingColumn = 1 << 28;  // beyond those of sub-queries, before those of OVER

using Sets = std::vector<GroupingSet>;

GroupingSet joined(const GroupingSet& a, const GroupingSet& b) {
  GroupingSet result = a;
  result.insert(result.end(), b.begin(), b.end());
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

void check_number(size_t sets, SourceLocation location) {
  if (sets <= kGroupingSetsMax) return;
  throw UserError(location, fmt::format("GROUP BY has more than {} grouping sets", kGroupingSetsMax),
                  "Write GROUPING SETS with those that are needed.");
}

Sets rollup(const std::vector<GroupingSet>& parts) {
  Sets sets = {{}};
  for (const GroupingSet& part : parts) sets.push_back(joined(sets.back(), part));
  std::ranges::reverse(sets);
  return sets;
}

// From all parts to none, the first part counting most.
Sets cube(const std::vector<GroupingSet>& parts) {
  Sets sets = {{}};
  for (size_t i = parts.size(); i-- > 0;) {
    Sets with;
    for (const GroupingSet& set : sets) with.push_back(joined(parts[i], set));
    with.insert(with.end(), sets.begin(), sets.end());
    sets = std::move(with);
  }
  return sets;
}

Sets sets_of(const ast::GroupingElement& element, const BindKeys& bind_keys) {
  if (element.kind == ast::GroupingKind::kExpressions) return {bind_keys(element)};
  if (element.kind == ast::GroupingKind::kGroupingSets) {
    Sets sets;
    for (const ast::GroupingElement& part : element.elements) {
      const Sets more = sets_of(part, bind_keys);
      sets.insert(sets.end(), more.begin(), more.end());
      check_number(sets.size(), element.location);
    }
    return sets;
  }
  constexpr size_t kCubePartsMax = 12;
  std::vector<GroupingSet> parts;
  for (const ast::GroupingElement& part : element.elements) parts.push_back(bind_keys(part));
  if (element.kind == ast::GroupingKind::kRollup) return rollup(parts);
  check_number(parts.size() <= kCubePartsMax ? 1 : kGroupingSetsMax + 1, element.location);
  return cube(parts);
}

}  // namespace

std::vector<GroupingSet> grouping_sets(const std::vector<ast::GroupingElement>& elements, const BindKeys& bind_keys) {
  Sets sets = {{}};
  for (const ast::GroupingElement& element : elements) {
    const Sets of_element = sets_of(element, bind_keys);
    check_number(sets.size() * of_element.size(), element.location);
    Sets product;
    for (const GroupingSet& a : sets) {
      for (const GroupingSet& b : of_element) product.push_back(joined(a, b));
    }
    sets = std::move(product);
  }
  return sets;
}

ExpressionPtr GroupingCalls::add(std::vector<ExpressionPtr> keys) {
  calls_.push_back(std::move(keys));
  const auto column = kFirstGroupingColumn + static_cast<int32_t>(calls_.size()) - 1;
  return make_column(column, Type::big_int().not_null());
}

const std::vector<ExpressionPtr>* GroupingCalls::call_of(int32_t column) const {
  const auto call = static_cast<size_t>(column - kFirstGroupingColumn);
  return column >= kFirstGroupingColumn && call < calls_.size() ? &calls_[call] : nullptr;
}

}  // namespace tidemill
