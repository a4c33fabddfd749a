// sql/binder/window_function.cc - TABLE(TUMBLE(…)) to window assignment. Rule: arguments go by place or by name, in
// Flink's order.
#include <algorithm>
#include <array>
#include <cctype>

#include "plan/window.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/window_definition.h"
#include "sql/keyword.h"

namespace tidemill {
namespace {

// The arguments in the order of the function's signature; null where one was left out.
struct WindowArguments {
  const ast::TableArgument* data = nullptr;
  const ast::Descriptor* time = nullptr;
  std::vector<const ast::Expression*> durations;  // those before OFFSET
  const ast::Expression* offset = nullptr;
  const ast::Expression* lateness = nullptr;
};

// By name only: what Flink may put at the next place is not known.
constexpr std::string_view kLatenessArgument = "ALLOWED_LATENESS";

// The names of the durations, in the order of the signature.
std::vector<std::string_view> duration_names(WindowKind kind) {
  switch (kind) {
    case WindowKind::kTumble:
      return {"SIZE"};
    case WindowKind::kHop:
      return {"SLIDE", "SIZE"};
    case WindowKind::kCumulate:
      return {"STEP", "SIZE"};
    case WindowKind::kSession:
      return {"GAP"};
  }
  CHECK(false);
}

std::string signature(WindowKind kind) {
  std::string text = fmt::format("{}(TABLE t{}, DESCRIPTOR(ts)", window_function_name(kind),
                                 kind == WindowKind::kSession ? " [PARTITION BY k, …]" : "");
  for (const std::string_view name : duration_names(kind)) {
    text += ", ";
    for (const char c : name) text += static_cast<char>(std::tolower(c));
  }
  return text + (kind == WindowKind::kSession ? ")" : " [, offset] [, ALLOWED_LATENESS => duration])");
}

class ArgumentList {
 public:
  ArgumentList(const ast::FunctionCall& call, WindowKind kind) : call_(call), kind_(kind), names_{"DATA", "TIMECOL"} {
    for (const std::string_view name : duration_names(kind)) names_.push_back(name);
    if (kind != WindowKind::kSession) names_.push_back("OFFSET");
    positional_ = names_.size();
    if (kind != WindowKind::kSession) names_.push_back(kLatenessArgument);
    places_.resize(names_.size());
  }

  WindowArguments arrange() {
    for (size_t i = 0; i < call_.arguments.size(); ++i) place(call_.arguments[i], i);
    const size_t durations = duration_names(kind_).size();
    for (size_t i = 0; i < 2 + durations; ++i) {
      if (places_[i] == nullptr) refuse(call_.location, fmt::format("{} lacks its argument {}", name(), names_[i]));
    }
    WindowArguments arguments;
    arguments.data = places_[0]->try_as<ast::TableArgument>();
    if (arguments.data == nullptr) refuse(places_[0]->location, fmt::format("{} needs TABLE t first", name()));
    arguments.time = places_[1]->try_as<ast::Descriptor>();
    if (arguments.time == nullptr) refuse(places_[1]->location, fmt::format("{} needs DESCRIPTOR(ts) here", name()));
    for (size_t i = 0; i < durations; ++i) arguments.durations.push_back(places_[2 + i]);
    if (kind_ == WindowKind::kSession) return arguments;
    arguments.offset = places_[2 + durations];
    arguments.lateness = places_[3 + durations];
    return arguments;
  }

 private:
  std::string_view name() const { return window_function_name(kind_); }
  [[noreturn]] void refuse(SourceLocation location, std::string message) const {
    throw UserError(location, std::move(message), fmt::format("Its form is {}.", signature(kind_)));
  }
  void place(const ast::FunctionArgument& argument, size_t index) {
    if (argument.name) {
      const std::string upper = upper_case(argument.name->name);
      const auto found = std::ranges::find(names_, upper);
      if (found == names_.end()) refuse(argument.name->location, fmt::format("{} has no argument {}", name(), upper));
      index = static_cast<size_t>(found - names_.begin());
    } else if (index >= positional_) {
      refuse(argument.value->location, fmt::format("{} has too many arguments", name()));
    }
    if (places_[index] != nullptr) refuse(argument.value->location, fmt::format("{} is given twice", names_[index]));
    places_[index] = argument.value.get();
  }

  const ast::FunctionCall& call_;
  WindowKind kind_;
  std::vector<std::string_view> names_;
  size_t positional_ = 0;  // how many of them may go without their name
  std::vector<const ast::Expression*> places_;
};

DurationMillis bind_lateness(const ast::Expression& written, const WindowDefinition& window,
                             const BindingContext& context) {
  const DurationMillis lateness_ms = bind_window_duration(written, context);
  if (lateness_ms < 0) throw UserError(written.location, "ALLOWED_LATENESS cannot be negative");
  if (window.processing_time && lateness_ms > 0)
    throw UserError(written.location, "ALLOWED_LATENESS is for event time: no row is late for the clock");
  return lateness_ms;
}

int32_t bind_time_column(const ast::Descriptor& descriptor, const Scope& scope) {
  if (descriptor.columns.size() != 1) {
    throw UserError(descriptor.location, "DESCRIPTOR names one column here: the time attribute");
  }
  ast::ColumnReference column;
  column.location = descriptor.columns.front().location;
  column.parts = {descriptor.columns.front()};
  return scope.resolve(column);
}

std::vector<int32_t> bind_partition_keys(const ast::TableArgument& data, WindowKind kind, const Scope& scope,
                                         const BindingContext& context) {
  if (!data.partition_by.empty() && kind != WindowKind::kSession) {
    throw UserError(
        data.partition_by.front()->location,
        fmt::format("PARTITION BY is for SESSION: windows of {} are the same for all keys", window_function_name(kind)),
        "Put the key into GROUP BY.");
  }
  ExpressionBinder binder(context, scope, "PARTITION BY");
  std::vector<int32_t> keys;
  for (const ast::ExpressionPtr& written : data.partition_by) {
    const ExpressionPtr key = binder.bind(*written);
    const auto* column = key->try_as<ColumnReference>();
    if (column == nullptr) throw UserError(written->location, "PARTITION BY takes columns here, no expressions");
    keys.push_back(column->index());
  }
  return keys;
}

}  // namespace

BoundRelation QueryBinder::bind_window_function(const ast::FunctionCall& call) {
  const std::optional<WindowKind> kind = window_kind(upper_case(call.name.last().name));
  if (!kind) throw_no_table_function(call, context_.functions);
  const WindowArguments arguments = ArgumentList(call, *kind).arrange();
  BoundRelation input = bind_table_argument(*arguments.data);
  const Scope scope = input.scope();
  WindowDefinition window;
  window.kind = *kind;
  const int32_t time = bind_time_column(*arguments.time, scope);
  bind_window_time(scope.schema()->field(time), window, arguments.time->location);
  if (arguments.durations.size() == 2) window.slide = bind_window_duration(*arguments.durations[0], context_);
  window.size = bind_window_duration(*arguments.durations.back(), context_);
  if (arguments.offset != nullptr) window.offset = bind_window_duration(*arguments.offset, context_);
  check_window(window, call.location);
  std::vector<int32_t> keys = bind_partition_keys(*arguments.data, *kind, scope, context_);
  DurationMillis lateness_ms = 0;
  if (arguments.lateness != nullptr) lateness_ms = bind_lateness(*arguments.lateness, window, context_);
  PlanPtr plan = make_window_assign(std::move(input.plan), window, time, std::move(keys), call.location, lateness_ms);
  return BoundRelation::of(std::move(plan), {});
}

}  // namespace tidemill
