// sql/binder/over.cc - calls with OVER, WINDOW and QUALIFY. Rule: what OVER reads is computed below it, behind the
// columns that there are anyway.
#include "plan/over.h"

#include <algorithm>
#include <set>

#include "expr/cast.h"
#include "expr/evaluator.h"
#include "expr/lag.h"
#include "expr/row_position.h"
#include "plan/calc.h"
#include "sql/binder/aggregate_input.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/over_frame.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/select_binder.h"

namespace tidemill {
namespace {

constexpr int64_t kLagMax = 1'000'000;  // rows that each partition keeps

// The window as written, with what it takes from the windows that it names.
struct WrittenWindow {
  const std::vector<ast::ExpressionPtr>* partition_by = nullptr;
  const std::vector<ast::OrderItem>* order_by = nullptr;
  const ast::Frame* frame = nullptr;
};

WrittenWindow resolve_window(const ast::WindowSpecification& window, const OverCalls& calls, int32_t depth = 0) {
  constexpr int32_t kDepthMax = 64;  // windows that name one another in a circle
  if (depth > kDepthMax) throw UserError(window.location, "The windows of WINDOW name one another in a circle");
  WrittenWindow result;
  if (window.base) result = resolve_window(calls.window(*window.base), calls, depth + 1);
  const auto refuse_twice = [&](bool twice, std::string_view what) {
    if (twice)
      throw UserError(window.location, fmt::format("{} is given here and in window {}", what, window.base->name));
  };
  refuse_twice(result.partition_by != nullptr && !window.partition_by.empty(), "PARTITION BY");
  refuse_twice(result.order_by != nullptr && !window.order_by.empty(), "ORDER BY");
  refuse_twice(result.frame != nullptr && window.frame.has_value(), "A frame");
  if (!window.partition_by.empty()) result.partition_by = &window.partition_by;
  if (!window.order_by.empty()) result.order_by = &window.order_by;
  if (window.frame) result.frame = &*window.frame;
  return result;
}

OverWindow over_window(const BoundOver& bound, AggregateInput& input) {
  OverWindow window;
  for (const ExpressionPtr& key : bound.keys) window.keys.push_back(input.add(key));
  for (const BoundOver::Order& order : bound.order)
    window.order.push_back({input.add(order.expression), order.descending, order.nulls_first});
  window.frame = bound.frame;
  return window;
}

OverCall over_call(const BoundOver& bound, AggregateInput& input, std::set<std::string>& texts) {
  OverCall call{input.make_spec(bound.aggregate, texts), bound.row_number};
  if (as_lag(*bound.aggregate.function) != nullptr)  // a literal, too, is taken from the row
    call.aggregate.argument = make_column(input.add(bound.aggregate.argument), bound.aggregate.argument->type());
  return call;
}

bool is_aggregate(const BoundOver& call) {
  const AggregateFunction& function = *call.aggregate.function;
  return !call.row_number && as_lag(function) == nullptr && as_position(function) == nullptr;
}

// True where the column may be one that WATERMARK FOR names.
bool is_time_attribute(const Type& type) {
  return (type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampLtz) && type.precision <= 3;
}

}  // namespace

ExpressionPtr ExpressionBinder::bind_over(const ast::FunctionCall& call, const std::string& name) {
  if (inside_over_)
    throw UserError(call.location, "Calls with OVER cannot be inside one another",
                    "Compute the inner one in a sub-query.");
  if (inside_aggregate_)
    throw UserError(call.location, "A call with OVER cannot be inside an aggregate", "Compute it in a sub-query.");
  if (overs_ == nullptr) {
    throw UserError(call.location, fmt::format("{} … OVER cannot stand in {}", name, clause_),
                    clause_ == "WHERE" ? "Conditions on it belong in QUALIFY, or in WHERE of an outer query." : "");
  }
  if (name == "NTH_VALUE") refuse_unsupported(call.location, "NTH_VALUE … OVER");
  const bool lags = name == "LAG" || name == "LEAD";
  const std::optional<PositionKind> position = position_kind(name);
  if (!position && !lags && !context_.functions.has_aggregate(name))
    throw UserError(call.location, fmt::format("{} is no aggregate function, and OVER needs one", name));
  BoundOver over;
  over.location = call.location;
  over.row_number = position == PositionKind::kRowNumber;
  inside_over_ = true;
  const WrittenWindow window = resolve_window(*call.over, *overs_);
  if (window.partition_by != nullptr)
    for (const ast::ExpressionPtr& key : *window.partition_by) over.keys.push_back(bind(*key));
  if (window.order_by != nullptr) {
    for (const ast::OrderItem& item : *window.order_by) {
      const SortKey key = make_sort_key(0, item);
      over.order.push_back({bind(*item.expression), key.descending, key.nulls_first});
      const Type& type = over.order.back().expression->type();
      if (!type.is_ordered())
        refuse_unsupported(item.expression->location, fmt::format("ORDER BY {} in OVER", type.to_string()));
    }
  }
  if (window.frame != nullptr && (position || lags))
    throw UserError(window.frame->location,
                    fmt::format("{} takes no frame: {}", name,
                                lags ? "it looks at one row" : "it follows from where the row stands"));
  if (window.frame != nullptr) over.frame = bind_frame(*window.frame, over.order, context_);
  if (position) {
    over.frame.rows = true;
    over.aggregate = bind_position(call, *position, over.order);
  } else {
    over.aggregate = lags ? bind_lag(call, name) : bind_aggregate_call(call, name);
  }
  inside_over_ = false;
  return overs_->add(std::move(over));
}

BoundAggregate ExpressionBinder::bind_position(const ast::FunctionCall& call, PositionKind kind,
                                               const std::vector<BoundOver::Order>& order) {
  const std::string name(position_name(kind));
  refuse_aggregate_syntax(call, name);
  const size_t arguments = kind == PositionKind::kNtile ? 1 : 0;
  if (call.arguments.size() != arguments)
    throw UserError(call.location,
                    fmt::format("{} takes {}", name, arguments == 1 ? "the number of buckets" : "no arguments"));
  if (order.empty() && kind != PositionKind::kRowNumber && kind != PositionKind::kNtile)
    throw UserError(call.location, fmt::format("{} needs ORDER BY in OVER: without it all rows are equal", name));
  BoundAggregate position;
  position.text = name + "()";
  if (kind == PositionKind::kRowNumber) {
    position.function = context_.functions.resolve_aggregate("COUNT", {}, call.location).function;
    return position;
  }
  int64_t buckets = 0;
  if (kind == PositionKind::kNtile) {
    const ExpressionPtr argument = bind_arguments(call)[0];
    const Value value = argument->is_constant() ? evaluate_constant(*argument, EvaluationContext()) : Value();
    if (value.is_null() || !value.type().is_integer() || value.as_integer() < 1)
      throw UserError(call.arguments[0].value->location, "The number of buckets of NTILE is a whole number from 1 on");
    buckets = static_cast<int64_t>(value.as_integer());
    position.text = fmt::format("NTILE({})", buckets);
  }
  // Where rows come in the order of this time, ranks are added up.
  const bool by_time = order.size() == 1 && order[0].expression->kind() == ExpressionKind::kColumn &&
                       (kind == PositionKind::kRank || kind == PositionKind::kDenseRank) &&
                       is_time_attribute(order[0].expression->type());
  if (by_time) position.argument = order[0].expression;
  position.function =
      std::make_shared<PositionFunction>(kind, by_time ? order[0].expression->type() : Type::null(), buckets);
  return position;
}

BoundAggregate ExpressionBinder::bind_lag(const ast::FunctionCall& call, const std::string& name) {
  refuse_aggregate_syntax(call, name);
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  if (arguments.empty() || arguments.size() > 3)
    throw UserError(call.location, fmt::format("{} takes one to three arguments", name),
                    fmt::format("Write {0}(x), {0}(x, 2) or {0}(x, 2, 0).", name));
  const auto constant = [&](size_t i, std::string_view what) {
    if (arguments[i]->is_constant()) return evaluate_constant(*arguments[i], EvaluationContext());
    throw UserError(call.arguments[i].value->location, fmt::format("{} of {} is a constant", what, name));
  };
  int64_t offset = 1;
  if (arguments.size() > 1) {
    const Value value = constant(1, "The number of rows");
    if (value.is_null() || !value.type().is_integer() || value.as_integer() < -kLagMax || value.as_integer() > kLagMax)
      throw UserError(call.arguments[1].value->location,
                      fmt::format("The number of rows of {0} is a whole number from -{1} to {1}", name, kLagMax));
    offset = static_cast<int64_t>(value.as_integer());
  }
  const Type type = arguments[0]->type().with_nullable(true);
  if (type.kind == TypeKind::kNull)
    throw UserError(call.location, fmt::format("{} needs a value of some type", name),
                    fmt::format("Cast it: {}(CAST(NULL AS INT)).", name));
  Value otherwise = Value::null(type);
  if (arguments.size() > 2) {
    if (!casts_implicitly(arguments[2]->type(), type))
      throw UserError(call.arguments[2].value->location,
                      fmt::format("{} gives {} where there is no row, and {} otherwise", name,
                                  arguments[2]->type().with_nullable(true).to_string(), type.to_string()),
                      "Cast one to the other.");
    arguments[2] = coerce(arguments[2], type);
    otherwise = constant(2, "What there is instead of a row");
  }
  BoundAggregate lag;
  lag.function = std::make_shared<LagFunction>(type, name == "LEAD" ? -offset : offset, std::move(otherwise));
  lag.argument = arguments[0];
  std::string text;
  for (const ExpressionPtr& argument : arguments)
    text += (text.empty() ? "" : ", ") + argument->to_string(scope_.names());
  lag.text = fmt::format("{}({})", name, text);
  return lag;
}

// Functions of a row's place do not look at the frame: they go with what has the same order. Not so where rows may come
// in the order of a time, which has frames of its own for them. Such windows come first: they take new rows only.
std::vector<std::vector<size_t>> SelectBinder::calls_by_window() const {
  const std::vector<BoundOver>& calls = overs_->calls();
  const auto by_time = [&](const BoundOver& call) {
    const auto* column = call.order.size() == 1 ? call.order[0].expression->try_as<ColumnReference>() : nullptr;
    return column != nullptr && !call.order[0].descending &&
           plan_->schema()->field(column->index()).time != TimeAttribute::kNone;
  };
  std::vector<std::vector<size_t>> windows;
  const auto place = [&](size_t i, bool any_frame) {
    const auto same = std::ranges::find_if(windows, [&](const std::vector<size_t>& window) {
      return any_frame ? same_order(calls[window[0]], calls[i]) : same_window(calls[window[0]], calls[i]);
    });
    if (same != windows.end()) {
      same->push_back(i);
    } else {
      windows.push_back({i});
    }
  };
  const auto has_frame = [&](size_t i) { return by_time(calls[i]) || is_aggregate(calls[i]); };
  for (size_t i = 0; i < calls.size(); ++i)
    if (has_frame(i)) place(i, false);
  for (size_t i = 0; i < calls.size(); ++i)
    if (!has_frame(i)) place(i, true);
  std::ranges::stable_partition(windows, [&](const std::vector<size_t>& window) { return by_time(calls[window[0]]); });
  return windows;
}

// Places of the windows' parts in the projection under OVER: all columns of the plan, then what is computed.
void SelectBinder::build_overs() {
  if (overs_->empty()) {
    if (qualify_ != nullptr)
      throw UserError(select_.qualify->location, "QUALIFY needs a condition on a call with OVER",
                      "Conditions on columns belong in WHERE, those on aggregates in HAVING.");
    return;
  }
  AggregateInput input(plan_->schema()->names());
  for (int32_t i = 0; i < plan_->schema()->size(); ++i) input.add(make_column(i, plan_->schema()->field(i).type));
  std::vector<std::string> names(overs_->calls().size());
  for (size_t i = 0; i < names.size(); ++i) names[i] = fmt::format("w0$o{}", i);
  for (size_t i = 0; i < items_.size(); ++i) {
    const auto* column = items_[i]->try_as<ColumnReference>();
    const std::optional<size_t> call = column != nullptr ? OverCalls::call_of(column->index()) : std::nullopt;
    if (call) names[*call] = names_[i];
  }
  struct Window {
    OverWindow window;
    std::vector<OverCall> calls;
    std::vector<std::string> names;
    SourceLocation location;
  };
  std::vector<Window> windows;
  std::vector<int32_t> places(names.size());  // of the calls' results, behind the columns below all of them
  std::set<std::string> texts;
  int32_t next_place = 0;
  for (const std::vector<size_t>& of_window : calls_by_window()) {
    const BoundOver& first = overs_->calls()[of_window[0]];
    Window& window = windows.emplace_back(over_window(first, input), std::vector<OverCall>(),
                                          std::vector<std::string>(), first.location);
    for (const size_t i : of_window) {
      window.calls.push_back(over_call(overs_->calls()[i], input, texts));
      window.names.push_back(names[i]);
      places[i] = next_place++;
    }
  }
  plan_ = input.project(std::move(plan_));
  for (int32_t& place : places) place += plan_->schema()->size();
  for (Window& window : windows)
    plan_ =
        make_over(std::move(plan_), std::move(window.window), std::move(window.calls), window.names, window.location);
  if (qualify_ != nullptr) plan_ = make_filter(std::move(plan_), with_over_places(qualify_, places));
  for (ExpressionPtr& item : items_) item = with_over_places(item, places);
}

ExpressionPtr SelectBinder::with_over_places(const ExpressionPtr& expression, std::span<const int32_t> places) {
  if (const auto* column = expression->try_as<ColumnReference>()) {
    const std::optional<size_t> call = OverCalls::call_of(column->index());
    return call ? make_column(places[*call], column->type()) : expression;
  }
  if (expression->children().empty()) return expression;
  std::vector<ExpressionPtr> children;
  for (const ExpressionPtr& child : expression->children()) children.push_back(with_over_places(child, places));
  return with_children(*expression, std::move(children));
}

}  // namespace tidemill
