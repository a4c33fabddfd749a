// Keys, from the inputs up.
#include "plan/passes/keys.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/changelog_normalize.h"
#include "plan/join.h"
#include "plan/lookup_join.h"
#include "plan/over.h"
#include "plan/passes/row_numbers.h"
#include "plan/rank.h"
#include "plan/scan.h"
#include "plan/sink_materialize.h"
#include "plan/sort_limit.h"
#include "plan/values.h"
#include "plan/window.h"

namespace tidemill {
namespace {

using Keys = std::vector<std::vector<int32_t>>;

std::vector<int32_t> first_columns(size_t count) {
  std::vector<int32_t> columns(count);
  std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

std::vector<int32_t> sorted(std::vector<int32_t> key) {
  std::ranges::sort(key);
  return key;
}

// True where two different values of `from` are never cast to the same value of `to`.
bool keeps_apart(const Type& from, const Type& to) {
  if (from.same_except_nullable(to)) return true;
  if (from.is_integer()) return (to.is_integer() && from.kind <= to.kind) || (to.is_character() && to.precision >= 20);
  if (from.is_character()) return to.kind == TypeKind::kVarchar && from.precision <= to.precision;
  return false;
}

// Returns the column whose values the expression gives, each its own value; nullopt where it is none.
std::optional<int32_t> column_of(const Expression& expression) {
  if (const auto* column = expression.try_as<ColumnReference>()) return column->index();
  const auto* cast = expression.try_as<Cast>();
  if (cast == nullptr || !keeps_apart(cast->children()[0]->type(), cast->type())) return std::nullopt;
  return column_of(*cast->children()[0]);
}

// Returns where each column of the input comes out, -1 where it does not.
std::vector<int32_t> output_places(const std::vector<ExpressionPtr>& projections, int32_t input_columns) {
  std::vector<int32_t> places(static_cast<size_t>(input_columns), -1);
  for (size_t i = projections.size(); i-- > 0;) {
    const std::optional<int32_t> column = column_of(*projections[i]);
    if (column) places[static_cast<size_t>(*column)] = static_cast<int32_t>(i);
  }
  return places;
}

Keys moved(const Keys& keys, const std::vector<int32_t>& places) {
  Keys result;
  for (const std::vector<int32_t>& key : keys) {
    std::vector<int32_t> columns;
    for (const int32_t column : key) columns.push_back(places[static_cast<size_t>(column)]);
    if (std::ranges::find(columns, -1) != columns.end()) continue;
    std::ranges::sort(columns);
    result.push_back(std::move(columns));
  }
  return result;
}

Keys scan_keys(const ScanNode& scan) {
  if (scan.table()->primary_key.empty()) return {};
  std::vector<int32_t> key;
  for (const int32_t column : scan.table()->primary_key) {
    const auto found = std::ranges::find(scan.columns(), column);
    if (found == scan.columns().end()) return {};
    key.push_back(static_cast<int32_t>(found - scan.columns().begin()));
  }
  std::ranges::sort(key);
  return {key};
}

// A window is known by its start or its end; for sessions too, since those of one key do not overlap.
Keys window_keys(const WindowAggregateNode& aggregate) {
  Keys keys;
  for (size_t i = 0; i < aggregate.properties().size(); ++i) {
    // Windows of CUMULATE share their start.
    const bool shared =
        aggregate.window().kind == WindowKind::kCumulate && aggregate.properties()[i] == WindowProperty::kStart;
    if (shared) continue;
    std::vector<int32_t> key = first_columns(aggregate.keys().size());
    key.push_back(aggregate.property_column(i));
    keys.push_back(std::move(key));
  }
  return keys;
}

// True where each row of the other input meets at most one row of input `input`.
bool meets_one(const JoinNode& join, size_t input) {
  return hold_unique_key(join.key_columns(input), *join.input(input));
}

// A row of an outer join that stands alone has NULLs for the other side's key, and is the only one that has.
Keys join_keys(const JoinNode& join) {
  const Keys left = unique_keys(*join.left());
  if (left_only(join.type())) return left;
  Keys right = unique_keys(*join.right());
  for (std::vector<int32_t>& key : right) {
    for (int32_t& column : key) column += join.left_columns();
  }
  Keys keys;
  if (meets_one(join, 1) && !right_is_outer(join.type())) keys = left;
  if (meets_one(join, 0) && !left_is_outer(join.type())) keys.insert(keys.end(), right.begin(), right.end());
  if (!keys.empty()) return keys;
  for (const std::vector<int32_t>& a : left) {
    for (const std::vector<int32_t>& b : right) {
      keys.push_back(a);
      keys.back().insert(keys.back().end(), b.begin(), b.end());
    }
  }
  return keys;
}

// A key of a row's changes: one that finds the row whatever of -U is left out. With numbers a row moves from one to
// the other, and only its number finds it.
Keys rank_keys(const RankNode& rank) {
  const RankDefinition& definition = rank.definition();
  std::vector<int32_t> partition = definition.keys;
  std::ranges::sort(partition);
  partition.erase(std::unique(partition.begin(), partition.end()), partition.end());
  if (rank.by_window()) {
    Keys keys = unique_keys(*rank.input());
    if (definition.range.is_single()) keys.push_back(partition);
    return keys;
  }
  if (definition.range.is_single()) return {partition};
  if (rank.has_number()) {
    partition.push_back(rank.input()->schema()->size());
    return {partition};
  }
  return definition.range.start == 1 ? unique_keys(*rank.input()) : Keys{};
}

// Rows with their numbers.
struct NumberedRows {
  int32_t number = 0;  // column
  Keys partition;      // one, or none where it is not among the columns
};

std::optional<NumberedRows> numbered_rows(const PlanNode& node) {
  if (const auto* over = node.try_as<OverNode>()) {
    if (over->calls().size() != 1 || !over->calls()[0].row_number) return std::nullopt;
    return NumberedRows{over->first_call(), {sorted(over->window().keys)}};
  }
  const auto* project = node.try_as<ProjectNode>();
  std::optional<NumberedRows> rows = project != nullptr ? numbered_rows(*project->input()) : std::nullopt;
  if (!rows) return std::nullopt;
  const std::vector<int32_t> places = output_places(project->projections(), project->input()->schema()->size());
  rows->number = places[static_cast<size_t>(rows->number)];
  if (rows->number < 0) return std::nullopt;
  rows->partition = moved(rows->partition, places);
  return rows;
}

// Of rows whose number in their partition is one certain one, the partition finds each. This is what recognize_ranks
// makes a RankNode of: a table of versions is asked for its key before that.
Keys filter_keys(const FilterNode& filter) {
  Keys keys = unique_keys(*filter.input());
  const std::optional<NumberedRows> rows = numbered_rows(*filter.input());
  if (!rows) return keys;
  const std::optional<RowNumberCondition> condition = row_number_condition(filter.predicate(), rows->number);
  if (condition && std::max<int64_t>(condition->limits.start, 1) == condition->limits.end)
    keys.insert(keys.end(), rows->partition.begin(), rows->partition.end());
  return keys;
}

}  // namespace

std::vector<std::vector<int32_t>> unique_keys(const PlanNode& node) {
  switch (node.kind()) {
    case PlanKind::kScan:
      return scan_keys(node.as<ScanNode>());
    case PlanKind::kValues:
      return node.as<ValuesNode>().rows().size() <= 1 ? Keys{{}} : Keys{};
    case PlanKind::kRank:
      return rank_keys(node.as<RankNode>());
    case PlanKind::kSortLimit:
      if (node.as<SortLimitNode>().limit().value_or(2) <= 1) return {{}};
      return unique_keys(*node.input());
    case PlanKind::kFilter:
      return filter_keys(node.as<FilterNode>());
    case PlanKind::kOver:  // its columns are in their places
    case PlanKind::kFinalRows:
    case PlanKind::kSink:
      return unique_keys(*node.input());
    case PlanKind::kProject:
      return moved(unique_keys(*node.input()),
                   output_places(node.as<ProjectNode>().projections(), node.input()->schema()->size()));
    case PlanKind::kCalc:
      return moved(unique_keys(*node.input()),
                   output_places(node.as<CalcNode>().projections(), node.input()->schema()->size()));
    case PlanKind::kAggregate:
      return {first_columns(node.as<AggregateNode>().keys().size())};
    case PlanKind::kWindowAggregate:
      return window_keys(node.as<WindowAggregateNode>());
    case PlanKind::kJoin:
      return join_keys(node.as<JoinNode>());
    case PlanKind::kChangelogNormalize:
      return {sorted(node.as<ChangelogNormalizeNode>().key())};
    case PlanKind::kSinkMaterialize:
      return {sorted(node.as<SinkMaterializeNode>().primary_key())};
    case PlanKind::kLookupJoin:
      return join_keys(*node.as<LookupJoinNode>().join());
    case PlanKind::kToChangelog:
    case PlanKind::kFromChangelog:
    case PlanKind::kWindowAssign:
    case PlanKind::kUnnest:
    case PlanKind::kUnion:
    case PlanKind::kSideRows:
    case PlanKind::kMatch:
    case PlanKind::kStatementSet:
      return {};
  }
  CHECK(false);
}

bool hold_unique_key(const std::vector<int32_t>& columns, const PlanNode& node) {
  return std::ranges::any_of(unique_keys(node), [&](const std::vector<int32_t>& key) {
    return std::ranges::all_of(key,
                               [&](int32_t column) { return std::ranges::find(columns, column) != columns.end(); });
  });
}

}  // namespace tidemill
