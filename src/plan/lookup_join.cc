#include "plan/lookup_join.h"

#include <algorithm>

#include "plan/calc.h"

namespace tidemill {
namespace {

// The column of the expression, -1 where it is none.
int32_t column_of(const Expression& expression) {
  const auto* column = expression.try_as<ColumnReference>();
  return column == nullptr ? -1 : column->index();
}

bool is_constant_value(const ExpressionPtr& expression) {
  const auto* literal = expression->try_as<Literal>();
  return literal != nullptr && !literal->value().is_null();
}

}  // namespace

LookupJoinNode::LookupJoinNode(std::shared_ptr<const JoinNode> join)
    : PlanNode(kKind, join->schema(), {join->left()}), join_(std::move(join)) {
  read_right(*join_->right());
  take_conditions();
  if (!keys_.empty()) return;
  throw UserError(
      join_->location(),
      fmt::format("A lookup join compares a column of {} by =, and this one compares none", scan_->table()->name.name),
      "Write ON left.k = right.k. Both must be of one type, and the right one a column as it is in the "
      "table: a CAST belongs on the left side.");
}

// Filters and projections between the join and its table, as conditions and columns over the table.
void LookupJoinNode::read_right(const PlanNode& node) {
  if (const auto* scan = node.try_as<ScanNode>()) {
    scan_ = scan;
    projections_ = column_references(*scan->schema());
    return;
  }
  const auto* calc = node.try_as<CalcNode>();
  if (calc == nullptr) {
    throw UserError(
        join_->location(),
        "A join FOR SYSTEM_TIME AS OF a processing time needs a table on its right side, which is asked for "
        "rows; here it would be the result of a query",
        "Join with the table itself, or use a regular join.");
  }
  read_right(*calc->input());
  if (calc->predicate() != nullptr) {
    std::vector<ExpressionPtr> conditions = conjuncts_of(row_condition_);
    conditions.push_back(substitute_columns(calc->predicate(), projections_));
    row_condition_ = make_and(std::move(conditions));
  }
  std::vector<ExpressionPtr> projections;
  for (const ExpressionPtr& projection : calc->projections())
    projections.push_back(substitute_columns(projection, projections_));
  projections_ = std::move(projections);
}

// Takes column = value where it can be asked for: the column is one of the table as its connector gives it.
bool LookupJoinNode::take_key(const ExpressionPtr& conjunct) {
  const auto* call = conjunct->try_as<Call>();
  if (call == nullptr || call->name() != "=") return false;
  ExpressionPtr value = call->child(0);
  ExpressionPtr column = call->child(1);
  const int32_t left_columns = join_->left_columns();
  if (column_of(*column) < left_columns) std::swap(value, column);
  const int32_t index = column_of(*column) - left_columns;
  if (index < 0 || !equal_as_keys(value->type(), column->type())) return false;
  const bool of_left = column_of(*value) >= 0 && column_of(*value) < left_columns;
  if (!of_left && !is_constant_value(value)) return false;
  const int32_t read = column_of(*projections_[static_cast<size_t>(index)]);
  if (read < 0) return false;
  const int32_t field = column_of(*scan_->projections()[static_cast<size_t>(read)]);
  if (field < 0) return false;
  const auto table_column = static_cast<size_t>(scan_->fields()[static_cast<size_t>(field)]);
  if (scan_->table()->columns[table_column].kind != ColumnKind::kPhysical) return false;
  if (std::ranges::find(keys_, read, &Key::column) != keys_.end()) return false;  // k = a AND k = b: a is asked for
  keys_.push_back({read, std::move(value)});
  return true;
}

void LookupJoinNode::take_conditions() {
  std::vector<ExpressionPtr> of_input, of_pairs;
  for (const ExpressionPtr& conjunct : conjuncts_of(join_->condition())) {
    if (take_key(conjunct)) continue;
    const std::vector<int32_t> columns = columns_of(*conjunct);  // ascending
    const bool input_only = !columns.empty() && columns.back() < join_->left_columns();
    const bool early = input_only && conjunct->is_deterministic() && !conjunct->can_fail();
    (early ? of_input : of_pairs).push_back(conjunct);
  }
  input_condition_ = conjunction_of(std::move(of_input));
  residual_ = conjunction_of(std::move(of_pairs));
}

PlanPtr LookupJoinNode::with_inputs(std::vector<PlanPtr> inputs) const {
  const PlanPtr join = join_->with_inputs({inputs.at(0), join_->right()});
  return std::make_shared<LookupJoinNode>(std::static_pointer_cast<const JoinNode>(join));
}

std::string LookupJoinNode::physical_text() const {
  const std::vector<std::string> inputs = input()->schema()->names();
  std::vector<std::string> names = inputs;
  const std::vector<std::string> columns = scan_->schema()->names();
  std::vector<std::string> lookup;
  for (const Key& key : keys_)
    lookup.push_back(fmt::format("{}={}", columns[static_cast<size_t>(key.column)], key.value->to_string(inputs)));
  for (const std::string& name : join_->right()->schema()->names()) names.push_back(name);
  std::string text = fmt::format("LookupJoin(table=[{}], joinType=[{}], lookup=[{}]", scan_->table()->name.name,
                                 join_type_name(join_->type()), join_texts(lookup));
  std::vector<std::string> conditions;
  if (input_condition_ != nullptr) conditions.push_back(input_condition_->to_string(names));
  if (row_condition_ != nullptr) conditions.push_back(row_condition_->to_string(columns));
  if (residual_ != nullptr) conditions.push_back(residual_->to_string(names));
  if (!conditions.empty()) text += fmt::format(", where=[{}]", fmt::join(conditions, " AND "));
  if (const auto& retry = match().retry)
    text += fmt::format(", retry=[lookup_miss, FIXED_DELAY, {}ms, {}]", retry->delay_ms, retry->attempts_max);
  return text + fmt::format(", select=[{}])", join_texts(schema()->names()));
}

}  // namespace tidemill
