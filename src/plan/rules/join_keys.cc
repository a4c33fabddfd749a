// plan/rules/join_keys.cc - equalities of expressions become equalities of columns, which rows can be spread by. Rule:
// each side of such an equality reads one input only.
#include "plan/calc.h"
#include "plan/join.h"
#include "plan/rules/rule.h"

namespace tidemill {
namespace {

// The columns of one input, and expressions over them behind.
class KeyColumns {
 public:
  // `first`: the column of the condition that is the input's first.
  KeyColumns(PlanPtr input, int32_t first) : input_(std::move(input)), first_(first) {
    projections_ = column_references(*input_->schema());
    names_ = input_->schema()->names();
  }

  bool has_all(const Expression& expression) const {
    const std::vector<int32_t> columns = columns_of(expression);
    if (columns.empty()) return false;
    return columns.front() >= first_ && columns.back() < first_ + input_->schema()->size();
  }
  // Returns the column of the input that is, or will be, the expression.
  int32_t add(const ExpressionPtr& expression) {
    if (const auto* column = expression->try_as<ColumnReference>()) return column->index() - first_;
    std::vector<int32_t> places;
    for (const int32_t column : columns_of(*expression)) places.resize(static_cast<size_t>(column) + 1, -1);
    for (size_t i = static_cast<size_t>(first_); i < places.size(); ++i) places[i] = static_cast<int32_t>(i) - first_;
    projections_.push_back(renumber_columns(expression, places));
    names_.push_back(fmt::format("$f{}", names_.size()));
    return static_cast<int32_t>(projections_.size()) - 1;
  }
  int32_t size() const { return static_cast<int32_t>(projections_.size()); }
  bool grew() const { return size() > input_->schema()->size(); }
  PlanPtr plan() const { return grew() ? make_project(input_, projections_, names_) : input_; }

 private:
  PlanPtr input_;
  int32_t first_;
  std::vector<ExpressionPtr> projections_;
  std::vector<std::string> names_;
};

struct Equality {
  ExpressionPtr left, right;
  const Call* call;
};

class KeyExtraction {
 public:
  explicit KeyExtraction(const JoinNode& join)
      : join_(join), left_(join.left(), 0), right_(join.right(), join.left_columns()) {}

  PlanPtr run() {
    std::vector<std::pair<ExpressionPtr, std::pair<int32_t, int32_t>>> keys;  // conjunct ▸ columns of the inputs
    for (const ExpressionPtr& conjunct : conjuncts_of(join_.condition())) {
      const std::optional<Equality> equality = equality_of_sides(conjunct);
      if (equality) keys.emplace_back(conjunct, std::pair(left_.add(equality->left), right_.add(equality->right)));
    }
    if (!left_.grew() && !right_.grew()) return nullptr;
    return rebuild(keys);
  }

 private:
  // The conjunct as an equality of an expression of each input, where it is no key yet and can be one.
  std::optional<Equality> equality_of_sides(const ExpressionPtr& conjunct) const {
    const Call* call = equality_of(conjunct);
    if (call == nullptr || !conjunct->is_deterministic()) return std::nullopt;
    ExpressionPtr a = call->child(0), b = call->child(1);
    if (right_.has_all(*a) && left_.has_all(*b)) std::swap(a, b);
    if (!left_.has_all(*a) || !right_.has_all(*b) || !equal_as_keys(a->type(), b->type())) return std::nullopt;
    return Equality{std::move(a), std::move(b), call};
  }

  template <class Keys>
  PlanPtr rebuild(const Keys& keys) const {
    const int32_t left_before = join_.left_columns();
    std::vector<int32_t> places;
    for (int32_t i = 0; i < left_before; ++i) places.push_back(i);
    for (int32_t i = 0; i < join_.right()->schema()->size(); ++i) places.push_back(left_.size() + i);
    const PlanPtr left = left_.plan(), right = right_.plan();
    std::vector<ExpressionPtr> conjuncts;
    for (const ExpressionPtr& conjunct : conjuncts_of(join_.condition())) {
      const auto key = std::ranges::find(keys, conjunct, [](const auto& entry) { return entry.first; });
      if (key == keys.end()) {
        conjuncts.push_back(renumber_columns(conjunct, places));
        continue;
      }
      const auto [a, b] = key->second;
      conjuncts.push_back(with_children(*conjunct, {make_column(a, left->schema()->field(a).type),
                                                    make_column(left_.size() + b, right->schema()->field(b).type)}));
    }
    PlanPtr joined =
        make_join(left, right, join_.type(), make_and(std::move(conjuncts)), join_.match(), join_.location());
    std::vector<ExpressionPtr> columns;
    for (int32_t i = 0; i < join_.schema()->size(); ++i) {
      const int32_t place = places[static_cast<size_t>(i)];
      columns.push_back(make_column(place, joined->schema()->field(place).type));
    }
    return make_project(std::move(joined), std::move(columns), join_.schema());
  }

  const JoinNode& join_;
  KeyColumns left_, right_;
};

PlanPtr extract(const PlanPtr& node) {
  const auto* join = node->try_as<JoinNode>();
  if (join == nullptr) return node;
  const PlanPtr extracted = KeyExtraction(*join).run();
  return extracted == nullptr ? node : extracted;
}

}  // namespace

PlanPtr extract_join_keys(const PlanPtr& root, const OptimizerContext&) { return rewrite_plan(root, extract); }

}  // namespace tidemill
