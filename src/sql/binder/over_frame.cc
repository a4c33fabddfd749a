#include "sql/binder/over_frame.h"

#include "expr/cast.h"
#include "expr/evaluator.h"
#include "expr/type_coercion.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"

namespace tidemill {
namespace {

constexpr int32_t kBigIntDigits = 20;  // so that an offset never overflows

bool is_date_or_timestamp(const Type& type) {
  return type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampLtz;
}

// Binds bounds of RANGE with an offset.
class RangeBinder {
 public:
  RangeBinder(const ast::Frame& written, const std::vector<BoundOver::Order>& order, const BindingContext& context)
      : written_(written), order_(order), context_(context) {}

  void bind(WindowFrame& frame) {
    if (written_.start.offset != nullptr) set_bound(written_.start, frame.start);
    if (written_.end.offset != nullptr) set_bound(written_.end, frame.end);
    align(frame);
  }

 private:
  const Type& order_type(SourceLocation location) const {
    if (order_.size() != 1)
      throw UserError(location, "RANGE with an offset needs ORDER BY of exactly one column",
                      "Use ROWS, or bounds that are UNBOUNDED or CURRENT ROW.");
    const Type& type = order_[0].expression->type();
    if (type.is_numeric() || is_date_or_timestamp(type)) return type;
    throw UserError(location,
                    fmt::format("RANGE with an offset needs ORDER BY of a number, a date or a timestamp, not {}",
                                type.with_nullable(true).to_string()));
  }

  ExpressionPtr offset_of(const ast::Expression& written, const Type& order) const {
    const Scope nothing;
    ExpressionPtr offset = ExpressionBinder(context_, nothing, "a frame").bind(written);
    if (offset->type().kind == TypeKind::kIntervalYearMonth)
      refuse_unsupported(written.location, "RANGE of months or years");
    const bool fits =
        order.is_numeric() ? offset->type().is_numeric() : offset->type().kind == TypeKind::kIntervalDayTime;
    if (!fits || !offset->is_constant())
      throw UserError(written.location,
                      fmt::format("RANGE takes {}, not {}", order.is_numeric() ? "a number" : "an interval",
                                  offset->type().with_nullable(true).to_string()),
                      order.is_numeric() ? "Write RANGE BETWEEN 10 PRECEDING AND CURRENT ROW."
                                         : "Write RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND CURRENT ROW.");
    const Value value = evaluate_constant(*offset, EvaluationContext());
    const bool negative = value.is_null() || evaluates_below_zero(offset);
    if (negative) throw UserError(written.location, "The offset of a frame is not negative, and not NULL");
    return make_literal(value);
  }

  bool evaluates_below_zero(const ExpressionPtr& offset) const {
    if (offset->type().kind == TypeKind::kIntervalDayTime)
      return evaluate_constant(*offset, EvaluationContext()).as<int64_t>() < 0;
    const ExpressionPtr below = context_.functions.resolve("<", {offset, make_literal(Value::integer(0))}, {});
    return evaluate_constant(*below, EvaluationContext()).as<uint8_t>() != 0;
  }

  void set_bound(const ast::FrameBound& written, FrameBound& bound) const {
    const Type& type = order_type(written.location);
    const ExpressionPtr offset = offset_of(*written.offset, type);
    const bool precedes = written.kind == ast::FrameBoundKind::kPreceding;
    if (type.is_numeric()) {
      bound.offset = precedes ? -1 : 1;
      bound.text = offset->to_string();
    } else {
      const auto ms = evaluate_constant(*offset, EvaluationContext()).as<int64_t>();
      bound.offset = precedes ? -ms : ms;
    }
    ExpressionPtr column = make_column(0, type);
    if (type.is_integer()) column = coerce(column, Type::decimal(kBigIntDigits, 0));
    const std::string_view op = precedes != order_[0].descending ? "-" : "+";
    bound.value = context_.functions.resolve(op, {column, offset}, written.location);
  }

  // Brings the column and the values of both bounds to one type.
  void align(WindowFrame& frame) const {
    std::vector<ExpressionPtr> values = {make_column(0, order_[0].expression->type())};
    for (const FrameBound* bound : {&frame.start, &frame.end})
      if (bound->value != nullptr) values.push_back(bound->value);
    const std::optional<Type> common = common_type(values);
    CHECK(common.has_value());
    frame.value = coerce(values.front(), *common);
    for (FrameBound* bound : {&frame.start, &frame.end})
      if (bound->value != nullptr) bound->value = coerce(bound->value, *common);
  }

  const ast::Frame& written_;
  const std::vector<BoundOver::Order>& order_;
  const BindingContext& context_;
};

// 0 for UNBOUNDED PRECEDING to 4 for UNBOUNDED FOLLOWING.
int32_t rank_of(const ast::FrameBound& bound) { return static_cast<int32_t>(bound.kind); }

FrameBound bind_bound(const ast::FrameBound& written, bool rows) {
  using enum ast::FrameBoundKind;
  FrameBound bound;
  if (written.kind == kUnboundedPreceding || written.kind == kUnboundedFollowing) return bound;
  bound.kind = written.kind == kCurrentRow ? FrameBound::Kind::kCurrentRow : FrameBound::Kind::kOffset;
  if (written.kind == kCurrentRow || !rows) return bound;
  const int64_t count = bind_row_count(*written.offset, "ROWS");
  bound.offset = written.kind == kPreceding ? -count : count;
  return bound;
}

}  // namespace

WindowFrame bind_frame(const ast::Frame& written, const std::vector<BoundOver::Order>& order,
                       const BindingContext& context) {
  using enum ast::FrameBoundKind;
  if (written.start.kind == kUnboundedFollowing ||
      (written.start.kind == kFollowing && written.end.kind == kCurrentRow))
    throw UserError(written.start.location, "A frame cannot begin behind the current row and end with it");
  if (written.end.kind == kUnboundedPreceding || rank_of(written.start) > rank_of(written.end))
    throw UserError(written.end.location, "A frame cannot end before it begins");
  WindowFrame frame;
  frame.rows = written.unit == ast::FrameUnit::kRows;
  frame.start = bind_bound(written.start, frame.rows);
  frame.end = bind_bound(written.end, frame.rows);
  if (!frame.rows && (frame.start.is_offset() || frame.end.is_offset()))
    RangeBinder(written, order, context).bind(frame);
  return frame;
}

}  // namespace tidemill
