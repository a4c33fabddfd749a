// The columns that aggregates read.
#include "sql/binder/aggregate_input.h"

#include "plan/calc.h"

namespace tidemill {

int32_t AggregateInput::add(const ExpressionPtr& expression) {
  for (size_t i = 0; i < expressions_.size(); ++i) {
    if (*expressions_[i] == *expression) return static_cast<int32_t>(i);
  }
  const auto* column = expression->try_as<ColumnReference>();
  names_.push_back(column != nullptr ? column_names_[static_cast<size_t>(column->index())]
                                     : fmt::format("$f{}", expressions_.size()));
  expressions_.push_back(expression);
  return static_cast<int32_t>(expressions_.size()) - 1;
}

AggregateSpec AggregateInput::make_spec(const BoundAggregate& call, std::set<std::string>& texts) {
  AggregateSpec spec;
  spec.function = call.function;
  spec.distinct = call.distinct;
  spec.text = call.text;
  for (int32_t i = 2; !texts.insert(spec.text).second; ++i) spec.text = fmt::format("{} #{}", call.text, i);
  if (call.argument != nullptr) {
    const bool literal = call.argument->kind() == ExpressionKind::kLiteral;
    spec.argument = literal ? call.argument : make_column(add(call.argument), call.argument->type());
  }
  if (call.filter != nullptr) spec.filter = add(call.filter);
  return spec;
}

PlanPtr AggregateInput::project(PlanPtr plan) const { return make_project(std::move(plan), expressions_, names_); }

}  // namespace tidemill
