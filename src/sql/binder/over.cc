// sql/binder/over.cc - calls with OVER, WINDOW and QUALIFY. Rule: a frame ends with the current row; what OVER reads is
// computed below it, behind the columns that there are anyway.
#include "plan/over.h"

#include <algorithm>
#include <set>

#include "base/units.h"
#include "expr/cast.h"
#include "expr/evaluator.h"
#include "expr/lag.h"
#include "plan/calc.h"
#include "sql/binder/aggregate_input.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/literal.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/select_binder.h"

namespace tidemill {
namespace {

// Functions of OVER that need rows behind the current one, all rows of the partition, or ties to be counted.
constexpr std::array<std::string_view, 7> kOtherFunctions = {"RANK",  "DENSE_RANK", "PERCENT_RANK", "CUME_DIST",
                                                             "NTILE", "LEAD",       "NTH_VALUE"};

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

DurationMillis bind_range(const ast::Expression& offset, const BindingContext& context) {
  const Scope nothing;
  const ExpressionPtr bound = ExpressionBinder(context, nothing, "a frame").bind(offset);
  if (bound->type().kind == TypeKind::kIntervalYearMonth)
    refuse_unsupported(offset.location, "RANGE of months or years");
  if (bound->type().kind != TypeKind::kIntervalDayTime || !bound->is_constant())
    throw UserError(offset.location,
                    fmt::format("RANGE takes an interval, not {}", bound->type().with_nullable(true).to_string()),
                    "Write RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND CURRENT ROW.");
  const Value value = evaluate_constant(*bound, EvaluationContext());
  const int64_t duration = value.is_null() ? -1 : value.as<int64_t>();
  if (duration < 0) throw UserError(offset.location, "A frame cannot begin behind the current row");
  return duration;
}

OverFrame bind_frame(const ast::Frame& written, const BindingContext& context) {
  using enum ast::FrameBoundKind;
  OverFrame frame;
  frame.rows = written.unit == ast::FrameUnit::kRows;
  if (written.end.kind == kFollowing || written.end.kind == kUnboundedFollowing)
    refuse_unsupported(written.end.location, "FOLLOWING in a frame");
  if (written.end.kind != kCurrentRow)
    refuse_unsupported(written.end.location, "A frame that ends before the current row");
  switch (written.start.kind) {
    case kUnboundedPreceding:
      return frame;
    case kCurrentRow:
      frame.preceding = 0;
      return frame;
    case kPreceding:
      frame.preceding =
          frame.rows ? bind_row_count(*written.start.offset, "ROWS") : bind_range(*written.start.offset, context);
      return frame;
    case kFollowing:
    case kUnboundedFollowing:
      throw UserError(written.start.location, "A frame cannot begin behind the current row");
  }
  CHECK(false);
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
  if (std::ranges::find(kOtherFunctions, name) != kOtherFunctions.end())
    refuse_unsupported(call.location, fmt::format("{} … OVER", name));
  if (name != "ROW_NUMBER" && name != "LAG" && !context_.functions.has_aggregate(name))
    throw UserError(call.location, fmt::format("{} is no aggregate function, and OVER needs one", name));
  BoundOver over;
  over.location = call.location;
  over.row_number = name == "ROW_NUMBER";
  inside_over_ = true;
  const WrittenWindow window = resolve_window(*call.over, *overs_);
  if (window.partition_by != nullptr)
    for (const ast::ExpressionPtr& key : *window.partition_by) over.keys.push_back(bind(*key));
  if (window.order_by != nullptr) {
    for (const ast::OrderItem& item : *window.order_by) {
      const SortKey key = make_sort_key(0, item);
      over.order.push_back({bind(*item.expression), key.descending, key.nulls_first});
      const Type& type = over.order.back().expression->type();
      if (type.is_nested())
        refuse_unsupported(item.expression->location, fmt::format("ORDER BY {} in OVER", type.to_string()));
    }
  }
  if (window.frame != nullptr) over.frame = bind_frame(*window.frame, context_);
  if (over.row_number) {
    if (!call.arguments.empty()) throw UserError(call.location, "ROW_NUMBER() takes no arguments");
    if (window.frame != nullptr)
      throw UserError(window.frame->location, "ROW_NUMBER() takes no frame: it counts all rows up to the current one");
    refuse_aggregate_syntax(call, name);
    over.frame.rows = true;
    over.aggregate.function = context_.functions.resolve_aggregate("COUNT", {}, call.location).function;
    over.aggregate.text = "ROW_NUMBER()";
  } else if (name == "LAG") {
    if (window.frame != nullptr) throw UserError(window.frame->location, "LAG takes no frame: it looks at one row");
    over.aggregate = bind_lag(call);
  } else {
    over.aggregate = bind_aggregate_call(call, name);
  }
  inside_over_ = false;
  return overs_->add(std::move(over));
}

BoundAggregate ExpressionBinder::bind_lag(const ast::FunctionCall& call) {
  refuse_aggregate_syntax(call, "LAG");
  std::vector<ExpressionPtr> arguments = bind_arguments(call);
  if (arguments.empty() || arguments.size() > 3)
    throw UserError(call.location, "LAG takes one to three arguments", "Write LAG(x), LAG(x, 2) or LAG(x, 2, 0).");
  const auto constant = [&](size_t i, std::string_view what) {
    if (arguments[i]->is_constant()) return evaluate_constant(*arguments[i], EvaluationContext());
    throw UserError(call.arguments[i].value->location, fmt::format("{} of LAG is a constant", what));
  };
  int64_t offset = 1;
  if (arguments.size() > 1) {
    const Value value = constant(1, "The number of rows");
    if (value.is_null() || !value.type().is_integer() || value.as_integer() < 0 || value.as_integer() > kLagMax)
      throw UserError(call.arguments[1].value->location,
                      fmt::format("The number of rows of LAG is a whole number from 0 to {}", kLagMax));
    offset = static_cast<int64_t>(value.as_integer());
  }
  const Type type = arguments[0]->type().with_nullable(true);
  if (type.kind == TypeKind::kNull)
    throw UserError(call.location, "LAG needs a value of some type", "Cast it: LAG(CAST(NULL AS INT)).");
  Value otherwise = Value::null(type);
  if (arguments.size() > 2) {
    if (!casts_implicitly(arguments[2]->type(), type))
      throw UserError(call.arguments[2].value->location,
                      fmt::format("LAG gives {} where there is no row, and {} otherwise",
                                  arguments[2]->type().with_nullable(true).to_string(), type.to_string()),
                      "Cast one to the other.");
    arguments[2] = coerce(arguments[2], type);
    otherwise = constant(2, "What there is instead of a row");
  }
  BoundAggregate lag;
  lag.function = std::make_shared<LagFunction>(type, offset, std::move(otherwise));
  lag.argument = arguments[0];
  std::string text;
  for (const ExpressionPtr& argument : arguments)
    text += (text.empty() ? "" : ", ") + argument->to_string(scope_.names());
  lag.text = fmt::format("LAG({})", text);
  return lag;
}

// Places of the window's parts in the projection under OVER: all columns of the plan, then what is computed.
void SelectBinder::build_overs() {
  if (overs_->empty()) {
    if (qualify_ != nullptr)
      throw UserError(select_.qualify->location, "QUALIFY needs a condition on a call with OVER",
                      "Conditions on columns belong in WHERE, those on aggregates in HAVING.");
    return;
  }
  AggregateInput input(plan_->schema()->names());
  for (int32_t i = 0; i < plan_->schema()->size(); ++i) input.add(make_column(i, plan_->schema()->field(i).type));
  OverWindow window;
  const BoundOver& first = overs_->calls().front();
  for (const ExpressionPtr& key : first.keys) window.keys.push_back(input.add(key));
  for (const BoundOver::Order& order : first.order)
    window.order.push_back({input.add(order.expression), order.descending, order.nulls_first});
  window.frame = first.frame;
  std::vector<OverCall> calls;
  std::vector<std::string> names;
  std::set<std::string> texts;
  for (const BoundOver& bound : overs_->calls()) {
    calls.push_back({input.make_spec(bound.aggregate, texts), bound.row_number});
    if (as_lag(*bound.aggregate.function) != nullptr)  // a literal, too, is taken from the row
      calls.back().aggregate.argument =
          make_column(input.add(bound.aggregate.argument), bound.aggregate.argument->type());
    names.push_back(fmt::format("w0$o{}", names.size()));
  }
  for (size_t i = 0; i < items_.size(); ++i) {
    const auto* column = items_[i]->try_as<ColumnReference>();
    const std::optional<size_t> call = column != nullptr ? OverCalls::call_of(column->index()) : std::nullopt;
    if (call) names[*call] = names_[i];
  }
  plan_ = make_over(input.project(std::move(plan_)), std::move(window), std::move(calls), names, first.location);
  const int32_t first_call = plan_->as<OverNode>().first_call();
  if (qualify_ != nullptr) plan_ = make_filter(std::move(plan_), with_over_places(qualify_, first_call));
  for (ExpressionPtr& item : items_) item = with_over_places(item, first_call);
}

ExpressionPtr SelectBinder::with_over_places(const ExpressionPtr& expression, int32_t first_call) {
  if (const auto* column = expression->try_as<ColumnReference>()) {
    const std::optional<size_t> call = OverCalls::call_of(column->index());
    return call ? make_column(first_call + static_cast<int32_t>(*call), column->type()) : expression;
  }
  if (expression->children().empty()) return expression;
  std::vector<ExpressionPtr> children;
  for (const ExpressionPtr& child : expression->children()) children.push_back(with_over_places(child, first_call));
  return with_children(*expression, std::move(children));
}

}  // namespace tidemill
