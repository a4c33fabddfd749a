// Gathers the calls with OVER of a SELECT, each once.
#include "sql/binder/over_calls.h"

#include <algorithm>

namespace tidemill {
namespace {

// No SELECT has as many columns and aggregates.
constexpr int32_t kFirstOverColumn = 1 << 30;

bool same_key(const BoundOver::Order& a, const BoundOver::Order& b) {
  return *a.expression == *b.expression && a.descending == b.descending && a.nulls_first == b.nulls_first;
}

}  // namespace

bool same_order(const BoundOver& a, const BoundOver& b) {
  const auto same = [](const ExpressionPtr& key, const ExpressionPtr& other) { return *key == *other; };
  return std::ranges::equal(a.keys, b.keys, same) && std::ranges::equal(a.order, b.order, same_key);
}

bool same_window(const BoundOver& a, const BoundOver& b) { return a.frame == b.frame && same_order(a, b); }

const ast::WindowSpecification& OverCalls::window(const ast::Identifier& name) const {
  const auto found = std::ranges::find(windows_, name.name, [](const ast::NamedWindow& w) { return w.name.name; });
  if (found == windows_.end())
    throw UserError(name.location, fmt::format("There is no window {}", name.name),
                    fmt::format("Declare it behind HAVING: WINDOW {} AS (PARTITION BY … ORDER BY …).", name.name));
  return found->specification;
}

ExpressionPtr OverCalls::add(BoundOver call) {
  const Type type = call.aggregate.function->result_type();
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (same_window(calls_[i], call) && calls_[i].row_number == call.row_number &&
        calls_[i].aggregate.text == call.aggregate.text && same_call(calls_[i].aggregate, call.aggregate))
      return make_column(kFirstOverColumn + static_cast<int32_t>(i), type);
  }
  calls_.push_back(std::move(call));
  return make_column(kFirstOverColumn + static_cast<int32_t>(calls_.size()) - 1, type);
}

std::optional<size_t> OverCalls::call_of(int32_t column) {
  if (column < kFirstOverColumn) return std::nullopt;
  return static_cast<size_t>(column - kFirstOverColumn);
}

}  // namespace tidemill
