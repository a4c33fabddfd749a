#include "operators/make_operator.h"

#include "operators/append_join.h"
#include "operators/append_top_n.h"
#include "operators/append_window_join.h"
#include "operators/changelog_normalize.h"
#include "operators/deduplicate.h"
#include "operators/filter_project.h"
#include "operators/final_aggregate.h"
#include "operators/final_rank.h"
#include "operators/first_by_time.h"
#include "operators/from_changelog.h"
#include "operators/group_aggregate.h"
#include "operators/interval_join.h"
#include "operators/lookup_join.h"
#include "operators/match_recognize.h"
#include "operators/mini_batch_top_n.h"
#include "operators/over_aggregate.h"
#include "operators/regular_join.h"
#include "operators/session_aggregate.h"
#include "operators/session_assign.h"
#include "operators/sink_materializer.h"
#include "operators/sort_limit.h"
#include "operators/sorted_over.h"
#include "operators/temporal_join.h"
#include "operators/temporal_sort.h"
#include "operators/to_changelog.h"
#include "operators/top_n.h"
#include "operators/union_all.h"
#include "operators/unnest.h"
#include "operators/updating_window_aggregate.h"
#include "operators/window_aggregate.h"
#include "operators/window_assign.h"
#include "operators/window_join.h"

namespace tidemill {
namespace {

struct Maker {
  std::unique_ptr<Operator> operator()(const FilterProjectSpec& spec) const {
    return std::make_unique<FilterProject>(spec);
  }
  std::unique_ptr<Operator> operator()(const GroupAggregateSpec& spec) const {
    if (spec.bounded_final_only) return std::make_unique<FinalAggregate>(spec);
    return std::make_unique<GroupAggregate>(spec);
  }
  std::unique_ptr<Operator> operator()(const WindowAggregateSpec& spec) const {
    if (spec.window.kind == WindowKind::kSession) return std::make_unique<SessionAggregate>(spec);
    if (spec.emit.updates()) return std::make_unique<UpdatingWindowAggregate>(spec);
    return std::make_unique<WindowAggregate>(spec);
  }
  std::unique_ptr<Operator> operator()(const WindowAssignSpec& spec) const {
    if (spec.window.kind == WindowKind::kSession) return std::make_unique<SessionAssign>(spec);
    return std::make_unique<WindowAssign>(spec);
  }
  std::unique_ptr<Operator> operator()(const RegularJoinSpec& spec) const {
    if (AppendJoin::takes(spec)) return std::make_unique<AppendJoin>(spec);
    return std::make_unique<RegularJoin>(spec);
  }
  std::unique_ptr<Operator> operator()(const IntervalJoinSpec& spec) const {
    return std::make_unique<IntervalJoin>(spec);
  }
  std::unique_ptr<Operator> operator()(const WindowJoinSpec& spec) const {
    if (spec.join.type == JoinType::kInner) return std::make_unique<AppendWindowJoin>(spec);
    return std::make_unique<WindowJoin>(spec);
  }
  std::unique_ptr<Operator> operator()(const TemporalJoinSpec& spec) const {
    return std::make_unique<TemporalJoin>(spec);
  }
  std::unique_ptr<Operator> operator()(const LookupJoinSpec& spec) const { return std::make_unique<LookupJoin>(spec); }
  std::unique_ptr<Operator> operator()(const UnnestSpec& spec) const { return std::make_unique<Unnest>(spec); }
  std::unique_ptr<Operator> operator()(const SortLimitSpec& spec) const {
    if (spec.keys.empty() && !spec.input_retracts) return std::make_unique<PassFirst>(spec);
    return std::make_unique<SortLimit>(spec);
  }
  std::unique_ptr<Operator> operator()(const TemporalSortSpec& spec) const {
    return std::make_unique<TemporalSort>(spec);
  }
  std::unique_ptr<Operator> operator()(const OverAggregateSpec& spec) const {
    return std::make_unique<OverAggregate>(spec);
  }
  std::unique_ptr<Operator> operator()(const SortedOverSpec& spec) const { return std::make_unique<SortedOver>(spec); }
  std::unique_ptr<Operator> operator()(const MatchRecognizeSpec& spec) const {
    return std::make_unique<MatchRecognize>(spec);
  }
  std::unique_ptr<Operator> operator()(const RankSpec& spec) const {
    if (spec.final_only) return std::make_unique<FinalRank>(spec);
    if (MiniBatchTopN::suits(spec)) return std::make_unique<MiniBatchTopN>(spec);
    if (AppendTopN::suits(spec)) return std::make_unique<AppendTopN>(spec);
    return std::make_unique<TopN>(spec);
  }
  std::unique_ptr<Operator> operator()(const DeduplicateSpec& spec) const {
    if (!spec.processing_time && !spec.keep_last) return std::make_unique<FirstByTime>(spec);
    return std::make_unique<Deduplicate>(spec);
  }
  std::unique_ptr<Operator> operator()(const UnionSpec& spec) const { return std::make_unique<UnionAll>(spec); }
  std::unique_ptr<Operator> operator()(const ChangelogNormalizeSpec& spec) const {
    return std::make_unique<ChangelogNormalize>(spec);
  }
  std::unique_ptr<Operator> operator()(const ToChangelogSpec& spec) const {
    return std::make_unique<ToChangelog>(spec);
  }
  std::unique_ptr<Operator> operator()(const FromChangelogSpec& spec) const {
    return std::make_unique<FromChangelog>(spec);
  }
  std::unique_ptr<Operator> operator()(const SinkMaterializeSpec& spec) const {
    return std::make_unique<SinkMaterializer>(spec);
  }
  template <class Other>
  std::unique_ptr<Operator> operator()(const Other&) const {
    CHECK_MSG(false, "sources and sinks are driven by the runtime");
  }
};

struct DropsLateRows {
  bool operator()(const WindowAggregateSpec& spec) const { return !spec.window.processing_time; }
  bool operator()(const WindowAssignSpec& spec) const {
    return spec.window.kind == WindowKind::kSession && !spec.window.processing_time;
  }
  bool operator()(const WindowJoinSpec&) const { return true; }
  bool operator()(const TemporalJoinSpec&) const { return true; }
  bool operator()(const OverAggregateSpec& spec) const { return !spec.processing_time; }
  bool operator()(const MatchRecognizeSpec& spec) const { return !spec.processing_time; }
  bool operator()(const TemporalSortSpec& spec) const { return !spec.processing_time; }
  bool operator()(const RankSpec& spec) const { return spec.final_only && spec.window_end >= 0; }
  bool operator()(const DeduplicateSpec& spec) const { return !spec.processing_time && !spec.keep_last; }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

}  // namespace

bool drops_late_rows(const OperatorSpec& spec) { return std::visit(DropsLateRows{}, spec); }

std::unique_ptr<Operator> make_operator(const OperatorSpec& spec) { return std::visit(Maker{}, spec); }

}  // namespace tidemill
