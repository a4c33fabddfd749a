// plan/join.cc - joins.
#include "plan/join.h"

#include <algorithm>
#include <set>

#include "base/units.h"

namespace tidemill {
namespace {

// The two columns of an equality of columns of different sides, as a key; nothing for any other conjunct.
std::optional<JoinKey> key_of(const ExpressionPtr& conjunct, int32_t left_columns) {
  const Call* call = equality_of(conjunct);
  if (call == nullptr) return std::nullopt;
  const auto* a = call->child(0)->try_as<ColumnReference>();
  const auto* b = call->child(1)->try_as<ColumnReference>();
  if (a == nullptr || b == nullptr || !equal_as_keys(a->type(), b->type())) return std::nullopt;
  if (a->index() > b->index()) std::swap(a, b);
  if (a->index() >= left_columns || b->index() < left_columns) return std::nullopt;
  return JoinKey{a->index(), b->index() - left_columns, call->name() == "IS NOT DISTINCT FROM"};
}

std::vector<std::string> column_names(const PlanNode& left, const PlanNode& right) {
  std::vector<std::string> names = left.schema()->names();
  const std::vector<std::string> more = right.schema()->names();
  names.insert(names.end(), more.begin(), more.end());
  // As Flink does, so that a condition over equal names can be read.
  std::set<std::string> taken;
  for (std::string& name : names) {
    const std::string written = name;
    for (int32_t i = 0; !taken.insert(name).second; ++i) name = fmt::format("{}{}", written, i);
  }
  return names;
}

void add_fields(std::vector<Field>& fields, const Schema& schema, bool nullable, bool keep_times) {
  for (Field field : schema.fields()) {
    if (nullable) field.type.nullable = true;
    if (!keep_times) field.time = TimeAttribute::kNone;
    fields.push_back(std::move(field));
  }
}

// A key of rows that may be missing is nullable in the condition of the next join, and so must be the reference.
SchemaPtr join_schema(const PlanNode& left, const PlanNode& right, JoinType type, const JoinMatch& match) {
  const bool regular = std::holds_alternative<RegularMatch>(match);
  const bool left_times = std::holds_alternative<TemporalMatch>(match) || std::holds_alternative<LookupMatch>(match);
  std::vector<Field> fields;
  add_fields(fields, *left.schema(), right_is_outer(type), !regular);
  if (!left_only(type)) add_fields(fields, *right.schema(), left_is_outer(type), !regular && !left_times);
  return make_schema(std::move(fields));
}

std::string bound_text(DurationMillis bound_ms) { return fmt::format("{}", bound_ms); }

std::string window_join_text(const WindowColumns& columns, const Schema& schema) {
  return fmt::format("win_start=[{}], win_end=[{}]", schema.field(columns.start).name, schema.field(columns.end).name);
}

int32_t moved(int32_t column, std::span<const int32_t> places) {
  return column < 0 ? column : places[static_cast<size_t>(column)];
}

WindowColumns moved(const WindowColumns& columns, std::span<const int32_t> places) {
  return {moved(columns.start, places), moved(columns.end, places), moved(columns.time, places)};
}

struct MatchRenumbering {
  std::span<const int32_t> left, right;

  JoinMatch operator()(const RegularMatch& match) const { return match; }
  JoinMatch operator()(IntervalMatch match) const {
    match.left_time = moved(match.left_time, left);
    match.right_time = moved(match.right_time, right);
    return match;
  }
  JoinMatch operator()(const WindowMatch& match) const {
    return WindowMatch{moved(match.left, left), moved(match.right, right), match.zoned};
  }
  JoinMatch operator()(const TemporalMatch& match) const {
    return TemporalMatch{moved(match.left_time, left), moved(match.right_time, right)};
  }
  JoinMatch operator()(const LookupMatch& match) const { return match; }
};

struct ReadByMatch {
  size_t input;
  std::vector<int32_t> operator()(const RegularMatch&) const { return {}; }
  std::vector<int32_t> operator()(const LookupMatch&) const { return {}; }
  std::vector<int32_t> operator()(const IntervalMatch& match) const {
    return {input == 0 ? match.left_time : match.right_time};
  }
  std::vector<int32_t> operator()(const WindowMatch& match) const {
    const WindowColumns& columns = input == 0 ? match.left : match.right;
    std::vector<int32_t> read = {columns.start, columns.end};
    if (columns.time >= 0) read.push_back(columns.time);
    return read;
  }
  std::vector<int32_t> operator()(const TemporalMatch& match) const {
    return {input == 0 ? match.left_time : match.right_time};
  }
};

std::string_view logical_type_name(JoinType type) {
  switch (type) {
    case JoinType::kInner:
      return "inner";
    case JoinType::kLeft:
      return "left";
    case JoinType::kRight:
      return "right";
    case JoinType::kFull:
      return "full";
    case JoinType::kSemi:
      return "semi";
    case JoinType::kAnti:
      return "anti";
  }
  CHECK(false);
}

}  // namespace

std::vector<ExpressionPtr> conjuncts_of(const ExpressionPtr& condition) {
  if (condition == nullptr) return {};
  if (condition->kind() == ExpressionKind::kAnd) return condition->children();
  return {condition};
}

ExpressionPtr conjunction_of(std::vector<ExpressionPtr> conjuncts) {
  return conjuncts.empty() ? nullptr : make_and(std::move(conjuncts));
}

// CHAR is padded to its length in rows, and its keys are without the padding.
bool equal_as_keys(const Type& a, const Type& b) {
  if (a.is_nested() || b.is_nested()) return a.same_except_nullable(b);
  if (a.kind != b.kind || a.physical() != b.physical() || a.scale != b.scale) return false;
  if (a.kind == TypeKind::kChar || a.is_timestamp()) return a.precision == b.precision;
  return true;
}

const Call* equality_of(const ExpressionPtr& conjunct) {
  const auto* call = conjunct->try_as<Call>();
  if (call == nullptr || (call->name() != "=" && call->name() != "IS NOT DISTINCT FROM")) return nullptr;
  return call;
}

JoinNode::JoinNode(PlanPtr left, PlanPtr right, JoinType type, ExpressionPtr condition, JoinMatch match,
                   SchemaPtr schema, SourceLocation location)
    : PlanNode(kKind, std::move(schema), {std::move(left), std::move(right)}),
      type_(type),
      condition_(std::move(condition)),
      match_(match),
      location_(location) {
  std::vector<ExpressionPtr> rest;
  for (const ExpressionPtr& conjunct : conjuncts_of(condition_)) {
    if (const std::optional<JoinKey> key = key_of(conjunct, left_columns())) {
      keys_.push_back(*key);
    } else {
      rest.push_back(conjunct);
    }
  }
  residual_ = conjunction_of(std::move(rest));
}

std::vector<int32_t> JoinNode::key_columns(size_t input) const {
  std::vector<int32_t> columns;
  for (const JoinKey& key : keys_) columns.push_back(input == 0 ? key.left : key.right);
  return columns;
}

std::vector<int32_t> JoinNode::read_columns(size_t input) const {
  const int32_t left = left_columns();
  const std::vector<int32_t> by_match = std::visit(ReadByMatch{input}, match_);
  std::set<int32_t> read(by_match.begin(), by_match.end());
  if (condition_ != nullptr) {
    for (const int32_t column : columns_of(*condition_)) {
      if ((column < left) == (input == 0)) read.insert(input == 0 ? column : column - left);
    }
  }
  return {read.begin(), read.end()};
}

PlanPtr JoinNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<JoinNode>(inputs.at(0), inputs.at(1), type_, condition_, match_, schema(), location_);
}

std::string JoinNode::logical_text() const {
  return fmt::format("LogicalJoin(condition=[{}], joinType=[{}])", condition_ ? condition_->to_string() : "true",
                     logical_type_name(type_));
}

std::string JoinNode::digest() const {
  if (condition_ != nullptr && !condition_->is_deterministic()) return "";
  return fmt::format("{}, {}", logical_text(), match_text());
}

std::string JoinNode::match_text() const {
  if (const auto* interval = std::get_if<IntervalMatch>(&match_)) {
    return fmt::format(
        "windowBounds=[isRowTime={}, leftLowerBound={}, leftUpperBound={}, leftTimeIndex={}, "
        "rightTimeIndex={}], ",
        !interval->processing_time, bound_text(interval->lower_ms), bound_text(interval->upper_ms), interval->left_time,
        interval->right_time);
  }
  if (const auto* window = std::get_if<WindowMatch>(&match_)) {
    return fmt::format("leftWindow=[{}], rightWindow=[{}], ", window_join_text(window->left, *left()->schema()),
                       window_join_text(window->right, *right()->schema()));
  }
  if (const auto* temporal = std::get_if<TemporalMatch>(&match_)) {
    return fmt::format("leftTime=[{}], rightTime=[{}], ", left()->schema()->field(temporal->left_time).name,
                       right()->schema()->field(temporal->right_time).name);
  }
  return "";
}

std::string JoinNode::physical_text() const {
  constexpr std::array<std::string_view, 5> kNames = {"Join", "IntervalJoin", "WindowJoin", "TemporalJoin",
                                                      "LookupJoin"};
  const std::vector<std::string> names = column_names(*left(), *right());
  const std::vector<std::string> shown(names.begin(), names.begin() + schema()->size());
  return fmt::format("{}(joinType=[{}], {}where=[{}], select=[{}])", kNames[match_.index()], join_type_name(type_),
                     match_text(), condition_ ? condition_->to_string(names) : "true", join_texts(shown));
}

PlanPtr make_join(PlanPtr left, PlanPtr right, JoinType type, ExpressionPtr condition, JoinMatch match,
                  SourceLocation location) {
  SchemaPtr schema = join_schema(*left, *right, type, match);
  return std::make_shared<JoinNode>(std::move(left), std::move(right), type, std::move(condition), match,
                                    std::move(schema), location);
}

PlanPtr renumber_join(const JoinNode& join, PlanPtr left, std::span<const int32_t> left_places, PlanPtr right,
                      std::span<const int32_t> right_places) {
  ExpressionPtr condition = join.condition();
  if (condition != nullptr) {
    std::vector<int32_t> places(left_places.begin(), left_places.end());
    const int32_t first = left->schema()->size();
    for (const int32_t place : right_places) places.push_back(place < 0 ? -1 : first + place);
    condition = renumber_columns(condition, places);
  }
  const JoinMatch match = std::visit(MatchRenumbering{left_places, right_places}, join.match());
  return make_join(std::move(left), std::move(right), join.type(), std::move(condition), match, join.location());
}

}  // namespace tidemill
