// Gathers the aggregate calls of a SELECT, each once.
#include "sql/binder/aggregate_calls.h"

namespace tidemill {
namespace {

bool same_expression(const ExpressionPtr& a, const ExpressionPtr& b) {
  if (a == nullptr || b == nullptr) return a == b;
  return *a == *b;
}

}  // namespace

bool same_call(const BoundAggregate& a, const BoundAggregate& b) {
  // The text tells apart what is in neither of these: the separator of LISTAGG, the share of PERCENTILE.
  return a.function->name() == b.function->name() && a.text == b.text && a.distinct == b.distinct &&
         same_expression(a.argument, b.argument) && same_expression(a.filter, b.filter);
}

ExpressionPtr AggregateCalls::place(size_t index) const {
  return make_column(first_column_ + static_cast<int32_t>(index), calls_[index].type);
}

ExpressionPtr AggregateCalls::add(BoundAggregate aggregate) {
  for (size_t i = 0; i < calls_.size(); ++i) {
    const auto* known = std::get_if<BoundAggregate>(&calls_[i].what);
    if (known != nullptr && same_call(*known, aggregate)) return place(i);
  }
  const Type type = aggregate.function->result_type();
  calls_.push_back({std::move(aggregate), type});
  return place(calls_.size() - 1);
}

ExpressionPtr AggregateCalls::add(WindowProperty property, const Type& type) {
  for (size_t i = 0; i < calls_.size(); ++i) {
    const auto* known = std::get_if<WindowProperty>(&calls_[i].what);
    if (known != nullptr && *known == property) return place(i);
  }
  calls_.push_back({property, type});
  return place(calls_.size() - 1);
}

std::optional<size_t> AggregateCalls::call_of(int32_t column) const {
  if (column < first_column_ || static_cast<size_t>(column - first_column_) >= calls_.size()) return std::nullopt;
  return static_cast<size_t>(column - first_column_);
}

}  // namespace tidemill
