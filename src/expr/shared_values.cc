#include "expr/shared_values.h"

#include <unordered_map>
#include <utility>

namespace tidemill {
namespace {

bool may_be_shared(const Expression& expression) {
  return !expression.children().empty() && expression.is_deterministic() && !expression.is_constant();
}

// Numbers the parts that come again, and puts a Shared in each of their places.
class Sharing {
 public:
  // What is inside a part that came before was counted with it: it is computed where the part is.
  void count(const ExpressionPtr& expression) {
    if (may_be_shared(*expression) && ++uses_[expression] > 1) return;
    for (const ExpressionPtr& child : expression->children()) count(child);
  }

  // Each place keeps an expression of its own, for the sake of the location that its errors name.
  ExpressionPtr share(const ExpressionPtr& expression) {
    const auto known = replaced_.find(expression.get());
    if (known != replaced_.end()) return known->second;
    ExpressionPtr result = with_shared_children(expression);
    if (may_be_shared(*expression) && uses_[expression] > 1) {
      const auto part = parts_.try_emplace(expression, static_cast<int32_t>(parts_.size())).first;
      result = std::make_shared<Shared>(part->second, std::move(result));
    }
    replaced_.emplace(expression.get(), result);
    return result;
  }

 private:
  ExpressionPtr with_shared_children(const ExpressionPtr& expression) {
    std::vector<ExpressionPtr> children;
    bool changed = false;
    for (const ExpressionPtr& child : expression->children()) {
      children.push_back(share(child));
      changed = changed || children.back() != child;
    }
    return changed ? with_children(*expression, std::move(children)) : expression;
  }

  std::unordered_map<ExpressionPtr, int32_t, ExpressionHash, ExpressionEqual> uses_;
  std::unordered_map<ExpressionPtr, int32_t, ExpressionHash, ExpressionEqual> parts_;
  std::unordered_map<const Expression*, ExpressionPtr> replaced_;
};

}  // namespace

std::vector<ExpressionPtr> share_equal_parts(const std::vector<ExpressionPtr>& expressions) {
  Sharing sharing;
  for (const ExpressionPtr& expression : expressions) sharing.count(expression);
  std::vector<ExpressionPtr> result;
  result.reserve(expressions.size());
  for (const ExpressionPtr& expression : expressions) result.push_back(sharing.share(expression));
  return result;
}

ColumnPtr SharedValues::find(int32_t part, const Selection& selection) const {
  if (static_cast<size_t>(part) >= known_.size()) return nullptr;
  const Known& known = known_[static_cast<size_t>(part)];
  if (known.values == nullptr || known.num_rows < selection.size()) return nullptr;
  if (known.rows.empty()) return known.values;
  uint8_t all = 1;
  selection.for_each([&](int32_t row) { all &= known.rows[static_cast<size_t>(row)]; });
  return all != 0 ? known.values : nullptr;
}

void SharedValues::keep(int32_t part, const Selection& selection, ColumnPtr values) {
  if (static_cast<size_t>(part) >= known_.size()) known_.resize(static_cast<size_t>(part) + 1);
  Known& known = known_[static_cast<size_t>(part)];
  if (known.values != nullptr && known.num_rows >= selection.size()) return;
  known.values = std::move(values);
  known.num_rows = selection.size();
  known.rows.clear();
  if (selection.is_all()) return;
  known.rows.resize(static_cast<size_t>(selection.num_rows()));
  selection.for_each([&](int32_t row) { known.rows[static_cast<size_t>(row)] = 1; });
}

}  // namespace tidemill
