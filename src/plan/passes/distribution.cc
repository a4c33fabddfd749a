// How a node needs its input's rows spread over subtasks.
#include "plan/passes/distribution.h"

#include "plan/aggregate.h"
#include "plan/changelog_normalize.h"
#include "plan/join.h"
#include "plan/lookup_join.h"
#include "plan/match.h"
#include "plan/over.h"
#include "plan/rank.h"
#include "plan/sink_materialize.h"
#include "plan/window.h"

namespace tidemill {
namespace {

Distribution by_keys(const std::vector<int32_t>& keys) {
  if (keys.empty()) return {DistributionKind::kSingle, {}};
  return {DistributionKind::kHash, keys};
}

}  // namespace

Distribution required_distribution(const PlanNode& node, size_t input) {
  switch (node.kind()) {
    case PlanKind::kAggregate:
      return by_keys(node.as<AggregateNode>().keys());
    case PlanKind::kWindowAggregate:
      return by_keys(node.as<WindowAggregateNode>().keys());
    case PlanKind::kWindowAssign: {
      const auto& assign = node.as<WindowAssignNode>();
      if (assign.window().kind != WindowKind::kSession) return {};
      return by_keys(assign.partition_keys());  // the rows of a session meet
    }
    case PlanKind::kJoin:
      return by_keys(node.as<JoinNode>().key_columns(input));
    case PlanKind::kLookupJoin: {
      const JoinNode& join = *node.as<LookupJoinNode>().join();
      if (!std::get<LookupMatch>(join.match()).by_key || join.keys().empty()) return {};
      return by_keys(join.key_columns(0));
    }
    case PlanKind::kOver:
      return by_keys(node.as<OverNode>().window().keys);
    case PlanKind::kMatch:
      return by_keys(node.as<MatchNode>().keys());
    case PlanKind::kRank:
      return by_keys(node.as<RankNode>().definition().keys);
    case PlanKind::kChangelogNormalize:
      return by_keys(node.as<ChangelogNormalizeNode>().key());
    case PlanKind::kSinkMaterialize:
      return by_keys(node.as<SinkMaterializeNode>().primary_key());
    case PlanKind::kSortLimit:
    case PlanKind::kFinalRows:
      return {DistributionKind::kSingle, {}};
    default:
      return {};
  }
}

std::string distribution_text(const Distribution& distribution, const Schema& input) {
  if (distribution.kind == DistributionKind::kSingle) return "single";
  std::vector<std::string> names;
  for (const int32_t key : distribution.keys) names.push_back(input.field(key).name);
  return fmt::format("hash[{}]", join_texts(names));
}

}  // namespace tidemill
