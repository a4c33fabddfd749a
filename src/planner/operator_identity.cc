// Stable names of operators.
#include "planner/operator_identity.h"

#include <set>

#include "base/hash.h"
#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/changelog_function.h"
#include "plan/changelog_normalize.h"
#include "plan/join.h"
#include "plan/lookup_join.h"
#include "plan/match.h"
#include "plan/over.h"
#include "plan/rank.h"
#include "plan/scan.h"
#include "plan/side_rows.h"
#include "plan/sink.h"
#include "plan/sink_materialize.h"
#include "plan/sort_limit.h"
#include "plan/unnest.h"
#include "plan/window.h"

namespace tidemill {
namespace {

constexpr size_t kLineageBytesMax = 200;

std::string tables_text(const PlanNode& node) {
  std::set<std::string> tables;
  visit_plan(node, [&](const PlanNode& below) {
    if (const auto* scan = below.try_as<ScanNode>()) tables.insert(scan->table()->name.name);
  });
  return join_texts({tables.begin(), tables.end()});
}

// Of operators that neither keys nor an order tell apart.
std::string plain_signature(const PlanNode& node) {
  switch (node.kind()) {
    case PlanKind::kScan:
      return fmt::format("source({})", node.as<ScanNode>().table()->name.name);
    case PlanKind::kValues:
      return "values";
    case PlanKind::kSideRows: {
      const auto& side = node.as<SideRowsNode>();
      return fmt::format("{}({})", side.side() == SideRows::kLate ? "late_rows" : "rejected_records",
                         side.table().name);
    }
    case PlanKind::kFilter:
    case PlanKind::kProject:
    case PlanKind::kCalc:
      return "calc";
    case PlanKind::kUnion:
      return "union";
    case PlanKind::kLookupJoin:
      return fmt::format("lookup_join({})", node.as<LookupJoinNode>().scan().table()->name.name);
    case PlanKind::kUnnest:
      return "unnest";
    case PlanKind::kChangelogNormalize:
      return fmt::format("changelog_normalize(tables=[{}])", tables_text(node));
    case PlanKind::kToChangelog:
      return "to_changelog";
    case PlanKind::kFromChangelog:
      return "from_changelog";
    case PlanKind::kSinkMaterialize:
      return "sink_materializer";
    case PlanKind::kFinalRows:
      return "final_rows";
    case PlanKind::kSink:
      return "sink";
    default:
      CHECK_MSG(false, "no operator: {}", node.physical_text());
  }
}

}  // namespace

// What tells an operator from others of its kind in the same query.
std::string OperatorIdentities::signature(const PlanNode& node) {
  switch (node.kind()) {
    case PlanKind::kSortLimit: {
      std::vector<int32_t> keys;
      for (const SortKey& key : node.as<SortLimitNode>().keys()) keys.push_back(key.column);
      return fmt::format("sort(keys=[{}], tables=[{}])", lineage_of_keys(*node.input(), keys), tables_text(node));
    }
    case PlanKind::kJoin: {
      const auto& join = node.as<JoinNode>();
      return fmt::format("{}(left=[{}], right=[{}], tables=[{}])", join_type_name(join.type()),
                         lineage_of_keys(*join.left(), join.key_columns(0)),
                         lineage_of_keys(*join.right(), join.key_columns(1)), tables_text(node));
    }
    case PlanKind::kOver: {
      const OverWindow& window = node.as<OverNode>().window();
      std::string frame = frame_text(window.frame);
      if (const std::optional<OverFrame> by_time = frame_by_time(window.frame))  // a name that saved state has
        frame = fmt::format("{} {}", by_time->rows ? "ROWS" : "RANGE",
                            by_time->preceding ? std::to_string(*by_time->preceding) : "UNBOUNDED");
      return fmt::format("over_aggregate(keys=[{}], order=[{}], frame={}, tables=[{}])",
                         lineage_of_keys(*node.input(), window.keys), lineage_of_order(*node.input(), window.order),
                         frame, tables_text(node));
    }
    case PlanKind::kRank: {
      const RankDefinition& rank = node.as<RankNode>().definition();
      return fmt::format("rank(keys=[{}], order=[{}], last={}, tables=[{}])", lineage_of_keys(*node.input(), rank.keys),
                         lineage_of_order(*node.input(), rank.order), rank.range.end, tables_text(node));
    }
    case PlanKind::kMatch: {
      const auto& match = node.as<MatchNode>();
      const RowPatternDefinition& definition = match.definition();
      return fmt::format("match(keys=[{}], order=[{}], pattern=[{}], tables=[{}])",
                         lineage_of_keys(*node.input(), match.keys()), lineage_of_order(*node.input(), match.order()),
                         pattern_text(definition.pattern, definition.variables), tables_text(node));
    }
    case PlanKind::kAggregate:
      return fmt::format("group_aggregate(keys=[{}], tables=[{}])",
                         lineage_of_keys(*node.input(), node.as<AggregateNode>().keys()), tables_text(node));
    case PlanKind::kWindowAggregate: {
      const auto& aggregate = node.as<WindowAggregateNode>();
      const std::string time = lineage(*node.input(), aggregate.time_column());
      return fmt::format("window_aggregate(keys=[{}], window={}, tables=[{}])",
                         lineage_of_keys(*node.input(), aggregate.keys()), window_text(aggregate.window(), time),
                         tables_text(node));
    }
    case PlanKind::kWindowAssign: {
      const auto& assign = node.as<WindowAssignNode>();
      if (assign.window().kind != WindowKind::kSession) return "window_assign";
      return fmt::format("session_assign(keys=[{}], window={}, tables=[{}])",
                         lineage_of_keys(*node.input(), assign.partition_keys()),
                         window_text(assign.window(), lineage(*node.input(), assign.time_column())), tables_text(node));
    }
    default:
      return plain_signature(node);
  }
}

const std::string& OperatorIdentities::lineage(const PlanNode& node, int32_t column) {
  const auto known = lineages_.find({&node, column});
  if (known != lineages_.end()) return known->second;
  std::string text = lineage_anew(node, column);
  if (text.size() > kLineageBytesMax) text = fmt::format("#{:016x}", hash_bytes(text.data(), text.size()));
  return lineages_.emplace(std::pair(&node, column), std::move(text)).first->second;
}

std::string OperatorIdentities::lineage_of_expression(const PlanNode& input, const Expression& expression) {
  std::vector<std::string> names(static_cast<size_t>(input.schema()->size()));
  for (const int32_t column : columns_of(expression)) names[static_cast<size_t>(column)] = lineage(input, column);
  return expression.to_string(names);
}

std::string OperatorIdentities::lineage_of_keys(const PlanNode& input, const std::vector<int32_t>& keys) {
  std::vector<std::string> texts;
  for (const int32_t key : keys) texts.push_back(lineage(input, key));
  return join_texts(texts);
}

std::string OperatorIdentities::lineage_of_order(const PlanNode& input, const std::vector<SortKey>& order) {
  std::vector<std::string> texts;
  for (const SortKey& key : order)
    texts.push_back(fmt::format("{} {}", lineage(input, key.column), key.descending ? "DESC" : "ASC"));
  return join_texts(texts);
}

std::string OperatorIdentities::lineage_anew(const PlanNode& node, int32_t column) {
  const auto index = static_cast<size_t>(column);
  switch (node.kind()) {
    case PlanKind::kProject:
      return lineage_of_expression(*node.input(), *node.as<ProjectNode>().projections()[index]);
    case PlanKind::kCalc:
      return lineage_of_expression(*node.input(), *node.as<CalcNode>().projections()[index]);
    case PlanKind::kAggregate: {
      const auto& aggregate = node.as<AggregateNode>();
      const size_t keys = aggregate.keys().size();
      return index < keys ? lineage(*node.input(), aggregate.keys()[index]) : aggregate.aggregates()[index - keys].text;
    }
    case PlanKind::kWindowAggregate: {
      const auto& aggregate = node.as<WindowAggregateNode>();
      const size_t keys = aggregate.keys().size();
      if (index < keys) return lineage(*node.input(), aggregate.keys()[index]);
      const size_t calls = aggregate.aggregates().size();
      if (index < keys + calls) return aggregate.aggregates()[index - keys].text;
      constexpr std::array<std::string_view, 3> kNames = {"window_start", "window_end", "window_time"};
      return std::string(kNames[static_cast<size_t>(aggregate.properties()[index - keys - calls])]);
    }
    case PlanKind::kJoin: {
      const int32_t left = node.as<JoinNode>().left_columns();
      return column < left ? lineage(*node.input(0), column) : lineage(*node.input(1), column - left);
    }
    case PlanKind::kLookupJoin: {
      const JoinNode& join = *node.as<LookupJoinNode>().join();
      return column < join.left_columns() ? lineage(*join.left(), column)
                                          : lineage(*join.right(), column - join.left_columns());
    }
    case PlanKind::kWindowAssign:
      if (column < node.as<WindowAssignNode>().window_start()) return lineage(*node.input(), column);
      return node.schema()->field(column).name;
    case PlanKind::kUnnest: {
      const auto& unnest = node.as<UnnestNode>();
      if (column < unnest.first_element()) return lineage(*node.input(), column);
      return fmt::format("unnest({})[{}]", lineage(*node.input(), unnest.collection()),
                         column - unnest.first_element());
    }
    case PlanKind::kOver: {
      const auto& over = node.as<OverNode>();
      if (column < over.first_call()) return lineage(*node.input(), column);
      return over.calls()[index - static_cast<size_t>(over.first_call())].aggregate.text;
    }
    case PlanKind::kRank:
      if (column < node.input()->schema()->size()) return lineage(*node.input(), column);
      return "ROW_NUMBER()";
    case PlanKind::kToChangelog:
      return column == 0 ? node.schema()->field(0).name : lineage(*node.input(), column - 1);
    case PlanKind::kFromChangelog:
      return lineage(*node.input(), node.as<FromChangelogNode>().input_column(column));
    case PlanKind::kFilter:
    case PlanKind::kSortLimit:
    case PlanKind::kChangelogNormalize:
    case PlanKind::kSinkMaterialize:
    case PlanKind::kFinalRows:
    case PlanKind::kUnion:
    case PlanKind::kSink:
      return lineage(*node.input(), column);
    case PlanKind::kScan:
    case PlanKind::kValues:
    case PlanKind::kSideRows:
    case PlanKind::kMatch:
    case PlanKind::kStatementSet:
      return node.schema()->field(column).name;
  }
  CHECK(false);
}

std::string OperatorIdentities::identify(const PlanNode& node, const std::string& owner) {
  const bool is_source = node.kind() == PlanKind::kScan;  // shared by every query of the job
  std::string identity = is_source ? signature(node) : fmt::format("{}/{}", owner, signature(node));
  const int32_t ordinal = ++ordinals_[identity];
  return ordinal == 1 ? identity : fmt::format("{}#{}", identity, ordinal);
}

}  // namespace tidemill
