// sql/binder/window_definition.h - sizes and offsets of windows, as both styles write them: TABLE(TUMBLE(…)) and
// GROUP BY TUMBLE(…). Rule: the durations are constants, positive, and fit each other.
#pragma once
#include <optional>
#include <string>

#include "data/window.h"
#include "sql/ast/function_call.h"
#include "sql/binder/binding_context.h"
#include "sql/binder/scope.h"

namespace tidemill {

// GROUP BY TUMBLE(ts, INTERVAL '1' HOUR) and its like: the window is a key.
struct GroupWindow {
  WindowDefinition window;
  int32_t time_column = 0;  // of FROM
};

// Returns the kind of window that a function name (in upper case) means, or nullopt.
std::optional<WindowKind> window_kind(std::string_view name);
// Returns "TUMBLE".
std::string_view window_function_name(WindowKind kind);

// Returns the milliseconds of a constant interval. Throws UserError: not constant, not an interval, in months.
DurationMillis bind_window_duration(const ast::Expression& expression, const BindingContext& context);

// Throws UserError at `location`: a size that is not positive, or no multiple of the slide.
void check_window(const WindowDefinition& window, SourceLocation location);

// Throws UserError at `location` unless the column is a time attribute. Sets processing_time and zoned of `window`.
void bind_window_time(const Field& column, WindowDefinition& window, SourceLocation location);

// Binds GROUP BY TUMBLE(ts, size), HOP(ts, slide, size), SESSION(ts, gap) over the columns of FROM; also the arguments
// of TUMBLE_START and its like, given the kind.
GroupWindow bind_group_window(const ast::FunctionCall& call, WindowKind kind, const Scope& scope,
                              const BindingContext& context);

}  // namespace tidemill
