// Changelog inference (after Flink's FlinkChangelogModeInferenceProgram, reduced to what this plan has).
#include "plan/passes/changelog.h"

#include <algorithm>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/changelog_function.h"
#include "plan/join.h"
#include "plan/match.h"
#include "plan/over.h"
#include "plan/passes/keys.h"
#include "plan/rank.h"
#include "plan/side_rows.h"
#include "plan/sort_limit.h"
#include "plan/window.h"

namespace tidemill {
namespace {

constexpr RowKinds kEverything{true, true, true, true};

// A filter over updates passes -U, +U of one row singly; whoever folds by key must see the -U of a row whose +U is
// filtered away.
bool filters(const PlanNode& node) {
  if (node.kind() == PlanKind::kFilter) return true;
  const auto* calc = node.try_as<CalcNode>();
  return calc != nullptr && calc->predicate() != nullptr;
}

// True of what is no table, too.
bool leaf_has_end(const PlanNode& node, const TableTraits& tables) {
  if (const auto* scan = node.try_as<ScanNode>()) return tables.source(*scan).bounded;
  if (const auto* side = node.try_as<SideRowsNode>()) return tables.source(side->scan()).bounded;
  return true;
}

bool passes_kinds_on(PlanKind kind) {
  switch (kind) {
    case PlanKind::kFilter:
    case PlanKind::kProject:
    case PlanKind::kCalc:
    case PlanKind::kUnion:
    case PlanKind::kWindowAssign:
    case PlanKind::kUnnest:
      return true;
    default:
      return false;
  }
}

// True where a new row always replaces the row of the table that it updates: its primary key never changes.
bool is_keyed_as_its_table(const SinkNode& sink) {
  std::vector<int32_t> primary_key = sink.primary_key();
  if (primary_key.empty()) return true;
  std::ranges::sort(primary_key);
  return std::ranges::any_of(unique_keys(*sink.input()),
                             [&](const std::vector<int32_t>& key) { return key == primary_key; });
}

// A regular join passes the kinds of its inputs on; rows that stand alone until they fit something come and go.
RowKinds join_kinds(const JoinNode& join, const RowKinds& input, bool final_only) {
  const bool regular = std::holds_alternative<RegularMatch>(join.match());
  if (std::holds_alternative<LookupMatch>(join.match()) || std::holds_alternative<TemporalMatch>(join.match()))
    return input;
  if (!regular || (final_only && input.append_only())) return RowKinds::append();
  if (join.type() == JoinType::kInner || join.type() == JoinType::kSemi) return input;
  if (join.type() == JoinType::kAnti) return input | RowKinds{true, false, false, true};
  return {true, input.update_before, false, true};
}

// As Flink's FastTop1, AppendOnlyTopN and RetractableTopN functions emit them.
RowKinds kinds_of_rank(const RankNode& rank, const RowKinds& input) {
  const bool proctime = rank.order_time() == TimeAttribute::kProctime;
  const bool ascending = !rank.definition().order.empty() && !rank.definition().order[0].descending;
  const bool numbered = rank.has_number() || rank.definition().range.start > 1;
  switch (rank.strategy(input.append_only())) {
    case RankStrategy::kWindow:
    case RankStrategy::kWindowDeduplicate:
      return RowKinds::append();
    case RankStrategy::kDeduplicate:
      if (ascending) return RowKinds::append();  // by event time when the watermark has reached the row
      return {true, true, true, false};
    case RankStrategy::kAppend:
      if (proctime && ascending) return RowKinds::append();  // no later row comes before an earlier one
      if (numbered || rank.definition().range.end == 1) return {true, true, true, false};
      return {true, false, false, true};
    case RankStrategy::kRetract:
      return numbered ? kEverything : RowKinds{true, false, false, true};
  }
  CHECK(false);
}

}  // namespace

bool has_end(const PlanNode& root, const TableTraits& tables) {
  bool ends = true;
  visit_plan(root, [&](const PlanNode& node) { ends = ends && leaf_has_end(node, tables); });
  return ends;
}

Changelog::Changelog(const std::vector<PlanPtr>& roots, const TableTraits& tables, bool final_only)
    : tables_(tables), final_only_(final_only) {
  for (const PlanPtr& root : roots) produce(*root);
  for (const PlanPtr& root : roots) demand(*root, true);
  for (auto& [node, kinds] : kinds_) {
    const auto demanded = demanded_.find(node);
    if (demanded == demanded_.end() || !demanded->second) kinds.update_before = false;
  }
}

void Changelog::produce(const PlanNode& node) {
  if (kinds_.contains(&node)) return;
  for (const PlanPtr& input : node.inputs()) produce(*input);
  bounded_[&node] = all_bounded(node);
  kinds_[&node] = produced(node);
  if (const auto* sink = node.try_as<SinkNode>()) check_sink(*sink);
}

bool Changelog::all_bounded(const PlanNode& node) const {
  if (node.inputs().empty()) return leaf_has_end(node, tables_);
  return std::ranges::all_of(node.inputs(), [&](const PlanPtr& input) { return bounded_.at(input.get()); });
}

RowKinds Changelog::input_kinds(const PlanNode& node) const {
  RowKinds kinds;
  for (const PlanPtr& input : inputs_of_rows(node)) kinds = kinds | kinds_.at(input.get());
  return kinds;
}

std::span<const PlanPtr> inputs_of_rows(const PlanNode& node) {
  const auto* join = node.try_as<JoinNode>();
  const std::span<const PlanPtr> inputs = node.inputs();
  return join != nullptr && std::holds_alternative<TemporalMatch>(join->match()) ? inputs.first(1) : inputs;
}

RowKinds produced_kinds(const PlanNode& node, const RowKinds& input, const TableTraits& tables, bool final_only) {
  switch (node.kind()) {
    case PlanKind::kScan:
      return tables.source(node.as<ScanNode>()).append_only ? RowKinds::append() : kEverything;
    case PlanKind::kValues:
    case PlanKind::kSideRows:
      return RowKinds::append();
    case PlanKind::kFilter:
    case PlanKind::kProject:
    case PlanKind::kCalc:
    case PlanKind::kUnion:
    case PlanKind::kWindowAssign:
    case PlanKind::kUnnest:
    case PlanKind::kLookupJoin:
      return input;
    case PlanKind::kAggregate: {
      const bool distinct = node.as<AggregateNode>().aggregates().empty();
      if (final_only || (distinct && input.append_only())) return RowKinds::append();
      return {true, !distinct, !distinct, !input.append_only()};
    }
    case PlanKind::kJoin:
      return join_kinds(node.as<JoinNode>(), input, final_only);
    case PlanKind::kRank:
      return final_only ? RowKinds::append() : kinds_of_rank(node.as<RankNode>(), input);
    case PlanKind::kWindowAggregate:
      if (final_only || !node.as<WindowAggregateNode>().emit().updates()) return RowKinds::append();
      return {true, true, true, !input.append_only()};
    case PlanKind::kOver:
      if (final_only || over_runs_by_time(node.as<OverNode>(), input.append_only(), false)) return RowKinds::append();
      return {true, true, true, input.retracts()};
    case PlanKind::kMatch:
    case PlanKind::kSortLimit:
    case PlanKind::kToChangelog:
    case PlanKind::kFinalRows:
      return RowKinds::append();
    case PlanKind::kChangelogNormalize:
    case PlanKind::kFromChangelog:
      return kEverything;
    case PlanKind::kSinkMaterialize:
      return {true, false, true, input.retracts()};
    case PlanKind::kSink:
    case PlanKind::kStatementSet:
      return {false, false, false, false};
  }
  CHECK(false);
}

RowKinds Changelog::produced(const PlanNode& node) const {
  if (const auto* assign = node.try_as<WindowAssignNode>()) {
    check_session(*assign);
    check_lateness(*assign);
  }
  if (const auto* over = node.try_as<OverNode>()) check_over(*over, input_kinds(node).append_only(), final_only_);
  if (const auto* match = node.try_as<MatchNode>())
    check_inserts(*match->input(), match->location(), "MATCH_RECOGNIZE");
  if (const auto* from = node.try_as<FromChangelogNode>())
    check_inserts(*from->input(), from->location(), "FROM_CHANGELOG");
  const auto* rank = node.try_as<RankNode>();
  if (rank != nullptr && rank->by_window()) check_inserts(*rank->input(), rank->location(), "Top-N of windows");
  if (node.kind() == PlanKind::kSortLimit) check_sort(node);
  if (const auto* join = node.try_as<JoinNode>()) check_join(*join);
  return produced_kinds(node, input_kinds(node), tables_, final_only_);
}

void Changelog::check_sort(const PlanNode& node) const {
  const auto& sort = node.as<SortLimitNode>();
  if (bounded_.at(node.input().get())) return;
  if (!sort.limit() && sort.offset() > 0)
    throw UserError(sort.location(), "OFFSET without LIMIT needs bounded input", "Add LIMIT n.");
  if (!sort.keys().empty() && !sort.limit() && sort.sorts_by_time()) {
    check_inserts(*node.input(), sort.location(), "ORDER BY over a stream");
    return;
  }
  if (!sort.keys().empty()) {
    throw UserError(
        sort.location(),
        "ORDER BY over input that never ends begins with a time attribute, ascending: of other columns no row "
        "is ever the first",
        "Read bounded tables, order by the column of WATERMARK FOR, or add LIMIT n.");
  }
}

// Only an aggregate remembers what a late row corrects.
void Changelog::check_lateness(const WindowAssignNode& node) const {
  if (node.allowed_lateness_ms() == 0 || final_only_) return;
  throw UserError(node.location(), "ALLOWED_LATENESS is for aggregates of windows: nothing else corrects its results",
                  "Group by window_start and window_end, or leave it out.");
}

void Changelog::check_session(const WindowAssignNode& node) const {
  if (node.window().kind != WindowKind::kSession || input_kinds(node).append_only()) return;
  throw UserError(
      node.location(),
      fmt::format("SESSION gives each row with its window once, and cannot take back rows; updates come "
                  "from {}",
                  origin_of_updates(*node.input()).physical_text()),
      "Group by window_start, window_end and exactly the PARTITION BY columns: such sessions take updates.");
}

// Joins of intervals and of windows give each pair once, and cannot take it back.
void Changelog::check_join(const JoinNode& node) const {
  CHECK(!std::holds_alternative<LookupMatch>(node.match()));
  if (!std::holds_alternative<IntervalMatch>(node.match()) && !std::holds_alternative<WindowMatch>(node.match()))
    return;
  for (size_t i = 0; i < 2; ++i) {
    const RowKinds& kinds = kinds_.at(node.input(i).get());
    if (kinds.append_only()) continue;
    throw UserError(
        node.location(),
        fmt::format("{} takes new rows only, and its {} input also takes rows back or updates them: {} "
                    "comes from {}",
                    node.physical_text().substr(0, node.physical_text().find('(')), i == 0 ? "left" : "right",
                    kinds.to_string(), origin_of_updates(*node.input(i)).physical_text()),
        "Join the rows before they are aggregated, or aggregate them by window.");
  }
}

void Changelog::check_inserts(const PlanNode& input, SourceLocation location, std::string_view what) const {
  const RowKinds& kinds = kinds_.at(&input);
  if (kinds.append_only()) return;
  throw UserError(
      location,
      fmt::format("{} takes new rows only, and its input also takes rows back or updates them: {} comes from {}", what,
                  kinds.to_string(), origin_of_updates(input).physical_text()),
      "Aggregate by window (GROUP BY window_start, window_end), whose results are final.");
}

void Changelog::check_sink(const SinkNode& sink) const {
  const RowKinds kinds = input_kinds(sink);
  if (kinds.append_only()) return;
  const SinkAccepts accepts = tables_.sink(sink);
  if (accepts == SinkAccepts::kUpsert && sink.primary_key().empty()) {
    throw UserError(sink.location(),
                    fmt::format("Table sink '{}' takes changes by its primary key, and has none, while {} comes",
                                sink.table()->name.name, kinds.to_string()),
                    "Declare PRIMARY KEY (…) NOT ENFORCED.");
  }
  if (accepts != SinkAccepts::kAppend) return;
  const PlanNode& origin = origin_of_updates(*sink.input());
  const std::string_view changes = kinds.update_after && kinds.remove ? "update and delete"
                                   : kinds.remove                     ? "delete"
                                                                      : "update";
  throw UserError(
      sink.location(),
      fmt::format("Table sink '{}' doesn't support consuming {} changes which is produced by node {}: it takes new "
                  "rows only, and {} comes",
                  sink.table()->name.name, changes, origin.physical_text(), kinds.to_string()),
      "Aggregate by window (GROUP BY window_start, window_end), whose results are final; or write to a "
      "table that takes changes; or SET 'execution.runtime-mode' = 'batch' for bounded input, which "
      "gives final rows.");
}

// Goes down as long as a node only passes on the kinds that come in.
const PlanNode& Changelog::origin_of_updates(const PlanNode& node) const {
  if (!passes_kinds_on(node.kind())) return node;
  for (const PlanPtr& input : node.inputs())
    if (!kinds_.at(input.get()).append_only()) return origin_of_updates(*input);
  return node;
}

// True where of an updated row only the old one may come out: the new one is filtered away, or fits nothing any more.
bool Changelog::may_lose_update(const PlanNode& node) const {
  if (!kinds_.at(&node).update_after) return false;
  if (filters(node) || node.kind() == PlanKind::kJoin || node.kind() == PlanKind::kLookupJoin) return true;
  return passes_kinds_on(node.kind()) &&
         std::ranges::any_of(node.inputs(), [this](const PlanPtr& input) { return may_lose_update(*input); });
}

void Changelog::demand(const PlanNode& node, bool needs_update_before) {
  const auto known = demanded_.find(&node);
  if (known != demanded_.end() && (known->second || !needs_update_before)) return;
  demanded_[&node] = needs_update_before;
  bool of_inputs = true;  // whoever keeps state per row takes back by -U
  if (const auto* sink = node.try_as<SinkNode>()) {
    const SinkAccepts accepts = tables_.sink(*sink);
    const bool takes_before = accepts != SinkAccepts::kUpsert && accepts != SinkAccepts::kNewest;
    of_inputs = takes_before || !is_keyed_as_its_table(*sink) || may_lose_update(*sink->input());
  } else if (node.kind() == PlanKind::kChangelogNormalize) {
    of_inputs = false;
  } else if (node.kind() == PlanKind::kProject || node.kind() == PlanKind::kUnion ||
             (node.kind() == PlanKind::kCalc && !filters(node))) {
    of_inputs = needs_update_before;
  } else if (filters(node)) {
    of_inputs = true;
  }
  for (const PlanPtr& input : node.inputs()) demand(*input, of_inputs);
}

}  // namespace tidemill
