// plan/join_recognition.cc - which joins are of intervals or of windows.
#include "plan/join_recognition.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "plan/calc.h"
#include "plan/join_filters.h"
#include "plan/window.h"

namespace tidemill {
namespace {

// A column, perhaps plus or minus a constant number of milliseconds.
struct TimePoint {
  int32_t column;
  int64_t shift_ms;
};

std::optional<int64_t> constant_interval_ms(const ExpressionPtr& expression) {
  const auto* literal = expression->try_as<Literal>();
  if (literal == nullptr || literal->value().is_null()) return std::nullopt;
  if (literal->type().kind != TypeKind::kIntervalDayTime) return std::nullopt;
  return static_cast<int64_t>(literal->value().as_integer());
}

std::optional<TimePoint> time_point(const ExpressionPtr& expression) {
  if (const auto* column = expression->try_as<ColumnReference>()) return TimePoint{column->index(), 0};
  const auto* call = expression->try_as<Call>();
  if (call == nullptr || call->children().size() != 2) return std::nullopt;
  const bool plus = call->name() == "+";
  if (!plus && call->name() != "-") return std::nullopt;
  std::optional<TimePoint> point = time_point(call->child(0));
  std::optional<int64_t> shift_ms = constant_interval_ms(call->child(1));
  if (plus && !point) {
    point = time_point(call->child(1));
    shift_ms = constant_interval_ms(call->child(0));
  }
  if (!point || !shift_ms) return std::nullopt;
  point->shift_ms += plus ? *shift_ms : -*shift_ms;
  return point;
}

enum class Relation : uint8_t { kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kEqual };

std::optional<Relation> relation_of(std::string_view name) {
  if (name == "<") return Relation::kLess;
  if (name == "<=") return Relation::kLessOrEqual;
  if (name == ">") return Relation::kGreater;
  if (name == ">=") return Relation::kGreaterOrEqual;
  if (name == "=") return Relation::kEqual;
  return std::nullopt;
}

Relation mirrored(Relation relation) {
  switch (relation) {
    case Relation::kLess:
      return Relation::kGreater;
    case Relation::kLessOrEqual:
      return Relation::kGreaterOrEqual;
    case Relation::kGreater:
      return Relation::kLess;
    case Relation::kGreaterOrEqual:
      return Relation::kLessOrEqual;
    case Relation::kEqual:
      return Relation::kEqual;
  }
  CHECK(false);
}

// What the condition says of left time - right time.
class IntervalBounds {
 public:
  explicit IntervalBounds(const JoinNode& join) : join_(join) {}

  // Takes the conjunct as a bound, if it is one.
  bool take(const ExpressionPtr& conjunct) {
    const auto* call = conjunct->try_as<Call>();
    if (call == nullptr || call->children().size() != 2) return false;
    std::optional<Relation> relation = relation_of(call->name());
    std::optional<TimePoint> a = time_point(call->child(0));
    std::optional<TimePoint> b = time_point(call->child(1));
    if (!relation || !a || !b) return false;
    if (a->column > b->column) {
      std::swap(a, b);
      relation = mirrored(*relation);
    }
    const int32_t left_columns = join_.left_columns();
    if (a->column >= left_columns || b->column < left_columns) return false;
    if (!are_times(a->column, b->column - left_columns)) return false;
    // left + x < right + y: left - right < y - x. Times are whole milliseconds.
    bound(*relation, b->shift_ms - a->shift_ms);
    return true;
  }

  bool complete() const { return left_ >= 0 && lower_ms_ && upper_ms_; }
  IntervalMatch match() const {
    const bool processing = join_.left()->schema()->field(left_).time == TimeAttribute::kProctime;
    return {left_, right_, *lower_ms_, *upper_ms_, processing};
  }

 private:
  // One pair of time attributes carries the bounds.
  bool are_times(int32_t left, int32_t right) {
    const Field& a = join_.left()->schema()->field(left);
    const Field& b = join_.right()->schema()->field(right);
    if (a.time == TimeAttribute::kNone || a.time != b.time) return false;
    if (left_ >= 0 && (left_ != left || right_ != right)) return false;
    left_ = left;
    right_ = right;
    return true;
  }

  void bound(Relation relation, int64_t distance_ms) {
    const bool upper = relation == Relation::kLess || relation == Relation::kLessOrEqual;
    const bool lower = relation == Relation::kGreater || relation == Relation::kGreaterOrEqual;
    if (upper || relation == Relation::kEqual) {
      const int64_t most = distance_ms - (relation == Relation::kLess ? 1 : 0);
      upper_ms_ = upper_ms_ ? std::min(*upper_ms_, most) : most;
    }
    if (lower || relation == Relation::kEqual) {
      const int64_t least = distance_ms + (relation == Relation::kGreater ? 1 : 0);
      lower_ms_ = lower_ms_ ? std::max(*lower_ms_, least) : least;
    }
  }

  const JoinNode& join_;
  int32_t left_ = -1;
  int32_t right_ = -1;
  std::optional<int64_t> lower_ms_;
  std::optional<int64_t> upper_ms_;
};

PlanPtr as_interval_join(const JoinNode& join) {
  if (left_only(join.type())) return nullptr;
  IntervalBounds bounds(join);
  std::vector<ExpressionPtr> rest;
  for (const ExpressionPtr& conjunct : conjuncts_of(join.condition())) {
    if (!bounds.take(conjunct)) rest.push_back(conjunct);
  }
  if (!bounds.complete()) return nullptr;
  return make_join(join.left(), join.right(), join.type(), conjunction_of(std::move(rest)), bounds.match(),
                   join.location());
}

// The windows that the rows of a node are of, which have come through filters, projections and aggregates.
const WindowDefinition& window_of(const PlanNode& node) {
  if (const auto* assign = node.try_as<WindowAssignNode>()) return assign->window();
  if (const auto* aggregate = node.try_as<WindowAggregateNode>()) return aggregate->window();
  return window_of(*node.input());
}

PlanPtr as_window_join(const JoinNode& join) {
  const WindowColumns left = window_columns(*join.left());
  const WindowColumns right = window_columns(*join.right());
  if (left.start < 0 || left.end < 0 || right.start < 0 || right.end < 0) return nullptr;
  const auto equated = [&](int32_t a, int32_t b) {
    return std::ranges::any_of(join.keys(), [&](const JoinKey& key) { return key.left == a && key.right == b; });
  };
  if (!equated(left.start, right.start) || !equated(left.end, right.end)) return nullptr;
  const WindowDefinition& window = window_of(*join.left());
  if (window != window_of(*join.right())) return nullptr;  // as in Flink: they may end alike, but need not
  if (window.processing_time) {
    throw UserError(join.location(), "A join of windows over processing time is not supported yet",
                    "Join windows over event time.");
  }
  return make_join(join.left(), join.right(), join.type(), join.condition(), WindowMatch{left, right, window.zoned},
                   join.location());
}

}  // namespace

PlanPtr recognize_join(const JoinNode& join) {
  if (PlanPtr window = as_window_join(join)) return window;
  if (PlanPtr interval = as_interval_join(join)) return interval;
  const auto* regular = std::get_if<RegularMatch>(&join.match());
  return make_join(join.left(), join.right(), join.type(), join.condition(),
                   regular != nullptr ? *regular : RegularMatch{}, join.location());
}

PlanPtr filter_joins(const PlanPtr& plan, const std::vector<ExpressionPtr>& conjuncts) {
  const auto* join = plan->try_as<JoinNode>();
  if (join == nullptr) return conjuncts.empty() ? plan : make_filter(plan, make_and(conjuncts));
  JoinFilters filters = place_filters(*join, conjuncts);
  PlanPtr left = filter_joins(join->left(), filters.left);
  PlanPtr right = filter_joins(join->right(), filters.right);
  PlanPtr result = make_join(std::move(left), std::move(right), join->type(),
                             conjunction_of(std::move(filters.condition)), join->match(), join->location());
  if (std::holds_alternative<RegularMatch>(join->match())) result = recognize_join(result->as<JoinNode>());
  return filters.above.empty() ? result : make_filter(std::move(result), make_and(std::move(filters.above)));
}

}  // namespace tidemill
