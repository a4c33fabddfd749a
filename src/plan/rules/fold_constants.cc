// plan/rules/fold_constants.cc - computes what does not depend on rows. Rule: a branch that is never taken is dropped,
// not computed.
//
// What would fail is left for the row that reaches it, except a division by zero that every row reaches: that fails
// here, as in Flink.
#include "expr/evaluator.h"
#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/join.h"
#include "plan/rules/rule.h"
#include "plan/values.h"

namespace tidemill {
namespace {

enum class Truth : uint8_t { kUnknown, kTrue, kFalse };  // kUnknown: not known before rows are; NULL counts as kFalse

const Literal* as_literal(const ExpressionPtr& expression) { return expression->try_as<Literal>(); }

bool is_boolean_literal(const ExpressionPtr& expression, bool value) {
  const Literal* literal = as_literal(expression);
  return literal != nullptr && literal->type().kind == TypeKind::kBoolean && !literal->value().is_null() &&
         literal->value().as_bool() == value;
}

Truth truth_of_condition(const ExpressionPtr& expression) {
  if (as_literal(expression) == nullptr) return Truth::kUnknown;
  return is_boolean_literal(expression, true) ? Truth::kTrue : Truth::kFalse;
}

class Folder {
 public:
  explicit Folder(const EvaluationContext& context) : context_(context) {}

  // `reached`: every row evaluates the expression.
  ExpressionPtr fold(const ExpressionPtr& expression, bool reached = true) const {
    switch (expression->kind()) {
      case ExpressionKind::kColumn:
      case ExpressionKind::kLiteral:
        return expression;
      case ExpressionKind::kAnd:
        return fold_junction(expression, reached, false);
      case ExpressionKind::kOr:
        return fold_junction(expression, reached, true);
      case ExpressionKind::kCase:
        return fold_case(expression->as<Case>(), reached);
      default:
        break;
    }
    const bool guards = expression->kind() == ExpressionKind::kCoalesce;
    std::vector<ExpressionPtr> children;
    bool changed = false;
    for (const ExpressionPtr& child : expression->children()) {
      children.push_back(fold(child, reached && (!guards || children.empty())));
      changed = changed || children.back() != child;
    }
    return compute(changed ? with_children(*expression, std::move(children)) : expression, reached);
  }

 private:
  // AND (decided by FALSE) and OR (decided by TRUE).
  ExpressionPtr fold_junction(const ExpressionPtr& expression, bool reached, bool decided_by) const {
    std::vector<ExpressionPtr> operands;
    for (const ExpressionPtr& child : expression->children()) {
      ExpressionPtr operand = fold(child, reached && operands.empty());
      if (is_boolean_literal(operand, !decided_by)) continue;
      const bool decides = is_boolean_literal(operand, decided_by);
      // What comes before may fail or be NULL: NULL AND FALSE is FALSE, and so only a failure counts.
      if (decides && (operands.empty() || !fails(operands))) return typed(Value::boolean(decided_by), *expression);
      operands.push_back(std::move(operand));
      if (decides) break;
    }
    ExpressionPtr result = decided_by ? make_or(std::move(operands)) : make_and(std::move(operands));
    return compute(result, reached);
  }

  static bool fails(const std::vector<ExpressionPtr>& operands) {
    for (const ExpressionPtr& operand : operands) {
      if (operand->can_fail()) return true;
    }
    return false;
  }

  ExpressionPtr fold_case(const Case& a_case, bool reached) const {
    std::vector<ExpressionPtr> children;
    for (size_t i = 0; i < a_case.num_branches(); ++i) {
      ExpressionPtr condition = fold(a_case.condition(i), reached && children.empty());
      const Truth truth = truth_of_condition(condition);
      if (truth == Truth::kFalse) continue;
      ExpressionPtr result = fold(a_case.result(i), reached && children.empty() && truth == Truth::kTrue);
      if (truth == Truth::kTrue) {
        children.push_back(std::move(result));
        return finish_case(std::move(children), a_case);
      }
      children.push_back(std::move(condition));
      children.push_back(std::move(result));
    }
    children.push_back(fold(a_case.otherwise(), reached && children.empty()));
    return finish_case(std::move(children), a_case);
  }

  static ExpressionPtr finish_case(std::vector<ExpressionPtr> children, const Case& a_case) {
    if (children.size() == 1) return children.front();
    return std::make_shared<Case>(std::move(children), a_case.type());
  }

  static ExpressionPtr typed(const Value& value, const Expression& expression) {
    return make_literal(value.with_type(expression.type().not_null()));
  }

  ExpressionPtr compute(const ExpressionPtr& expression, bool reached) const {
    if (!expression->is_constant() || !expression->is_deterministic()) return expression;
    if (expression->kind() == ExpressionKind::kLiteral) return expression;
    try {
      return make_literal(evaluate_constant(*expression, context_));
    } catch (const UserError& error) {
      const auto* call = expression->try_as<Call>();
      const bool division = call != nullptr && (call->name() == "/" || call->name() == "%" || call->name() == "MOD");
      if (reached && division) throw error.at(call->location());
      return expression;
    }
  }

  const EvaluationContext& context_;
};

std::vector<ExpressionPtr> fold_all(const Folder& folder, const std::vector<ExpressionPtr>& expressions,
                                    bool& changed) {
  std::vector<ExpressionPtr> result;
  for (const ExpressionPtr& expression : expressions) {
    result.push_back(folder.fold(expression));
    changed = changed || result.back() != expression;
  }
  return result;
}

PlanPtr fold_node(const PlanPtr& node, const Folder& folder) {
  if (const auto* filter = node->try_as<FilterNode>()) {
    ExpressionPtr predicate = folder.fold(filter->predicate());
    const Truth truth = truth_of_condition(predicate);
    if (truth == Truth::kTrue) return node->input();
    if (truth == Truth::kFalse) return make_values(node->schema(), {});
    return predicate == filter->predicate() ? node : make_filter(node->input(), std::move(predicate));
  }
  if (const auto* join = node->try_as<JoinNode>(); join != nullptr && join->condition() != nullptr) {
    // Rows may never reach the condition: what fails in it is not an error of planning.
    ExpressionPtr condition = folder.fold(join->condition(), false);
    if (condition == join->condition()) return node;
    return std::make_shared<JoinNode>(join->left(), join->right(), join->type(), std::move(condition), join->match(),
                                      node->schema(), join->location());
  }
  if (const auto* project = node->try_as<ProjectNode>()) {
    bool changed = false;
    std::vector<ExpressionPtr> projections = fold_all(folder, project->projections(), changed);
    return changed ? make_project(node->input(), std::move(projections), node->schema()) : node;
  }
  return node;
}

}  // namespace

PlanPtr fold_constants(const PlanPtr& root, const OptimizerContext& context) {
  const Folder folder(context.evaluation);
  return rewrite_plan(root, [&](const PlanPtr& node) { return fold_node(node, folder); });
}

}  // namespace tidemill
