// Sizes and offsets of windows.
#include "sql/binder/window_definition.h"

#include "base/units.h"
#include "expr/evaluator.h"
#include "sql/binder/aggregate_calls.h"
#include "sql/binder/expression_binder.h"

namespace tidemill {

std::optional<WindowKind> window_kind(std::string_view name) {
  if (name == "TUMBLE") return WindowKind::kTumble;
  if (name == "HOP") return WindowKind::kHop;
  if (name == "CUMULATE") return WindowKind::kCumulate;
  if (name == "SESSION") return WindowKind::kSession;
  return std::nullopt;
}

std::string_view window_function_name(WindowKind kind) {
  switch (kind) {
    case WindowKind::kTumble:
      return "TUMBLE";
    case WindowKind::kHop:
      return "HOP";
    case WindowKind::kCumulate:
      return "CUMULATE";
    case WindowKind::kSession:
      return "SESSION";
  }
  CHECK(false);
}

DurationMillis bind_window_duration(const ast::Expression& expression, const BindingContext& context) {
  const Scope nothing;
  ExpressionBinder binder(context, nothing, "a window's size");
  const ExpressionPtr bound = binder.bind(expression);
  if (bound->type().kind == TypeKind::kIntervalYearMonth) {
    throw UserError(expression.location, "Windows of months or years do not exist: their length varies",
                    "Use DAY, HOUR, MINUTE or SECOND.");
  }
  if (bound->type().kind != TypeKind::kIntervalDayTime || !bound->is_constant()) {
    throw UserError(
        expression.location,
        fmt::format("A window's size is an interval, not {}", bound->type().with_nullable(true).to_string()),
        "Write INTERVAL '10' MINUTE.");
  }
  const Value value = evaluate_constant(*bound, EvaluationContext());
  if (value.is_null()) throw UserError(expression.location, "A window's size cannot be NULL");
  return value.as<int64_t>();
}

void check_window(const WindowDefinition& window, SourceLocation location) {
  const std::string_view name = window_function_name(window.kind);
  const bool session = window.kind == WindowKind::kSession;
  if (window.size <= 0) {
    throw UserError(location,
                    fmt::format("{} needs a {} above zero, not {} ms", name, session ? "gap" : "size", window.size));
  }
  if (window.kind != WindowKind::kHop && window.kind != WindowKind::kCumulate) return;
  const std::string_view slide = window.kind == WindowKind::kHop ? "slide" : "step";
  if (window.slide <= 0) {
    throw UserError(location, fmt::format("{} needs a {} above zero, not {} ms", name, slide, window.slide));
  }
  if (window.size % window.slide == 0) return;
  const bool swapped = window.slide % window.size == 0;
  throw UserError(location,
                  fmt::format("{} needs a size that is a multiple of the {}: size {}, {} {}", name, slide,
                              format_duration_ms(window.size), slide, format_duration_ms(window.slide)),
                  swapped ? fmt::format("The {} comes before the size.", slide) : "");
}

void bind_window_time(const Field& column, WindowDefinition& window, SourceLocation location) {
  if (column.time == TimeAttribute::kNone) {
    const bool is_time = column.type.is_timestamp();
    throw UserError(
        location,
        fmt::format("{} needs a time attribute, and {} is {}{}", window_function_name(window.kind), column.name,
                    is_time ? "an ordinary " : "of type ", column.type.with_nullable(true).to_string()),
        "A time attribute is a column that its table declares with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND (ts "
        "being a TIMESTAMP or TIMESTAMP_LTZ of precision 3 or less, which may be computed), or one computed by "
        "PROCTIME(). Expressions, casts and GROUP BY make it an ordinary column.");
  }
  window.processing_time = column.time == TimeAttribute::kProctime;
  window.zoned = column.type.kind == TypeKind::kTimestampLtz;
}

GroupWindow bind_group_window(const ast::FunctionCall& call, WindowKind kind, const Scope& scope,
                              const BindingContext& context) {
  const size_t durations = kind == WindowKind::kHop ? 2 : 1;
  const std::string_view name = window_function_name(kind);
  if (kind == WindowKind::kCumulate) {
    throw UserError(call.location, "CUMULATE is a table function",
                    "Write FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), …)).");
  }
  const size_t given = call.arguments.size();
  if (given == durations + 2) refuse_unsupported(call.location, fmt::format("An offset in GROUP BY {}", name));
  if (given != durations + 1) {
    throw UserError(
        call.location, fmt::format("{} takes {} arguments here, not {}", name, durations + 1, given),
        kind == WindowKind::kHop ? "Write HOP(ts, slide, size)." : fmt::format("Write {}(ts, size).", name));
  }
  ExpressionBinder binder(context, scope, "GROUP BY");
  const ast::Expression& time = *call.arguments[0].value;
  const ExpressionPtr bound = binder.bind(time);
  const auto* column = bound->try_as<ColumnReference>();
  if (column == nullptr) {
    throw UserError(time.location, fmt::format("{} needs a column that is a time attribute, not an expression", name));
  }
  GroupWindow result;
  result.window.kind = kind;
  result.time_column = column->index();
  bind_window_time(scope.schema()->field(column->index()), result.window, time.location);
  if (durations == 2) result.window.slide = bind_window_duration(*call.arguments[1].value, context);
  result.window.size = bind_window_duration(*call.arguments[durations].value, context);
  check_window(result.window, call.location);
  return result;
}

}  // namespace tidemill
