// Names and navigation functions of MATCH_RECOGNIZE to references.
#include "sql/binder/pattern_calls.h"

#include "expr/evaluator.h"
#include "sql/binder/expression_binder.h"

namespace tidemill {
namespace {

constexpr int64_t kOffsetMax = 1'000'000;  // rows that FIRST, LAST, PREV and NEXT go

bool same_aggregate(const std::optional<AggregateSpec>& a, const std::optional<AggregateSpec>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  const bool same_argument =
      a->argument == nullptr || b->argument == nullptr ? a->argument == b->argument : *a->argument == *b->argument;
  return same_argument && a->function->name() == b->function->name() && a->text == b->text;
}

bool same_reference(const PatternReference& a, const PatternReference& b) {
  return a.kind == b.kind && a.variables == b.variables && a.first == b.first && a.offset == b.offset &&
         a.shift == b.shift && a.final == b.final && a.column == b.column && same_aggregate(a.aggregate, b.aggregate);
}

bool is_navigation(std::string_view name) {
  return name == "FIRST" || name == "LAST" || name == "PREV" || name == "NEXT";
}

void refuse_arguments(const ast::FunctionCall& call, const std::string& name) {
  if (!call.arguments.empty()) throw UserError(call.location, fmt::format("{}() takes no arguments", name));
}

}  // namespace

const std::vector<int32_t>* PatternCalls::find(const std::string& name) const {
  const auto found = variables_.find(name);
  return found == variables_.end() ? nullptr : &found->second;
}

std::string PatternCalls::names() const {
  std::string text;
  for (const auto& [name, numbers] : variables_) text += (text.empty() ? "" : ", ") + name;
  return text;
}

ExpressionPtr PatternCalls::add(PatternReference reference) {
  for (size_t i = 0; i < references_.size(); ++i)
    if (same_reference(references_[i], reference)) return make_column(static_cast<int32_t>(i), references_[i].type);
  references_.push_back(std::move(reference));
  return make_column(static_cast<int32_t>(references_.size()) - 1, references_.back().type);
}

void PatternCalls::note_use(const std::vector<int32_t>& variables, SourceLocation location) {
  const bool inside = navigation_.logical || navigation_.physical || navigation_.aggregate;
  if (inside && used_ && *used_ != variables)
    throw UserError(location, "FIRST, LAST, PREV, NEXT and aggregates read rows of one pattern variable at a time",
                    "Write LAST(A.x) + LAST(B.x).");
  used_ = variables;
}

ExpressionPtr ExpressionBinder::bind_pattern_column(const ast::ColumnReference& column) {
  std::vector<int32_t> variables;
  ast::ColumnReference rest;
  rest.location = column.location;
  rest.parts = column.parts;
  if (column.parts.size() > 1) {
    if (const std::vector<int32_t>* found = pattern_->find(column.parts.front().name)) {
      variables = *found;
      rest.parts.erase(rest.parts.begin());
    } else if (!scope_.has(column)) {
      throw UserError(column.location, fmt::format("Unknown pattern variable: {}", column.parts.front().name),
                      fmt::format("There are: {}.", pattern_->names()));
    }
  }
  const Scope::Path path = scope_.resolve_path(rest);
  const Type& type = scope_.schema()->field(path.column).type;
  pattern_->note_use(variables, column.location);
  if (pattern_->navigation().aggregate) return bind_path(make_column(path.column, type), path, rest);
  return bind_path(pattern_->add(navigated(PatternReference::Kind::kColumn, variables, path.column, type)), path, rest);
}

PatternReference ExpressionBinder::navigated(PatternReference::Kind kind, const std::vector<int32_t>& variables,
                                             int32_t column, const Type& type) const {
  const PatternCalls::Navigation& navigation = pattern_->navigation();
  PatternReference reference;
  reference.kind = kind;
  reference.variables = variables;
  reference.first = navigation.first;
  reference.offset = navigation.offset;
  reference.shift = navigation.shift;
  reference.final = navigation.final;
  reference.column = column;
  reference.type = type.with_nullable(true);
  return reference;
}

ExpressionPtr ExpressionBinder::bind_pattern_call(const ast::FunctionCall& call, const std::string& name) {
  const bool inside_aggregate = pattern_->navigation().aggregate;
  const bool of_match = name.starts_with("MATCH_") || name == "CLASSIFIER" || is_navigation(name);
  if (of_match && inside_aggregate)
    throw UserError(call.location, fmt::format("{} cannot stand inside an aggregate", name));
  if (call.syntax == ast::CallSyntax::kMeasure) return bind_measure_semantics(call, name);
  if (is_navigation(name)) return bind_navigation(call, name);
  if (name == "CLASSIFIER") return bind_classifier(call);
  if (name == "MATCH_ROWTIME") return bind_match_rowtime(call);
  if (name == "MATCH_PROCTIME") {
    refuse_arguments(call, name);
    return context_.functions.resolve("PROCTIME", {}, call.location);
  }
  if (name != "MATCH_NUMBER" && name != "MATCH_TIMED_OUT") return nullptr;
  refuse_arguments(call, name);
  PatternReference reference;
  const bool number = name == "MATCH_NUMBER";
  reference.kind = number ? PatternReference::Kind::kMatchNumber : PatternReference::Kind::kTimedOut;
  reference.type = number ? Type::big_int().with_nullable(false) : Type::boolean().with_nullable(false);
  if (!pattern_->of_measures())
    throw UserError(call.location, fmt::format("{} cannot stand in DEFINE: there is no match yet", name));
  return pattern_->add(std::move(reference));
}

ExpressionPtr ExpressionBinder::bind_measure_semantics(const ast::FunctionCall& call, const std::string& name) {
  if (!pattern_->of_measures())
    throw UserError(call.location, fmt::format("{} belongs in MEASURES: DEFINE sees the rows up to its own", name));
  const PatternCalls::Navigation around = pattern_->navigation();
  PatternCalls::Navigation inner = around;
  inner.final = name == "FINAL";
  pattern_->set_navigation(inner);
  ExpressionPtr result = bind(*call.arguments.front().value);
  pattern_->set_navigation(around);
  return result;
}

// FIRST and LAST go among the rows of a variable, PREV and NEXT from there among all rows.
ExpressionPtr ExpressionBinder::bind_navigation(const ast::FunctionCall& call, const std::string& name) {
  refuse_aggregate_syntax(call, name);
  const bool logical = name == "FIRST" || name == "LAST";
  const PatternCalls::Navigation around = pattern_->navigation();
  if (logical ? around.logical : around.physical || around.logical)
    throw UserError(call.location, fmt::format("{} cannot stand inside {}", name, logical ? "FIRST or LAST" : "it"),
                    "PREV and NEXT may be around FIRST and LAST: PREV(LAST(A.x, 1), 2).");
  if (call.arguments.empty() || call.arguments.size() > 2)
    throw UserError(call.location, fmt::format("{} takes a value and maybe a number of rows", name),
                    fmt::format("Write {}(A.x) or {}(A.x, 2).", name, name));
  int64_t offset = logical ? 0 : 1;
  if (call.arguments.size() == 2) offset = bind_row_offset(*call.arguments[1].value, name);
  PatternCalls::Navigation inner = around;
  if (logical) {
    inner.logical = true;
    inner.first = name == "FIRST";
    inner.offset = offset;
  } else {
    inner.physical = true;
    inner.shift = name == "PREV" ? -offset : offset;
  }
  pattern_->set_navigation(inner);
  auto noted = pattern_->begin_call();
  ExpressionPtr result = bind(*call.arguments.front().value);
  const auto used = pattern_->end_call(std::move(noted));
  pattern_->set_navigation(around);
  if (!used) throw UserError(call.location, fmt::format("{} needs a column", name));
  pattern_->note_use(*used, call.location);
  return result;
}

int64_t ExpressionBinder::bind_row_offset(const ast::Expression& written, const std::string& name) {
  const Scope nothing;
  const ExpressionPtr bound = ExpressionBinder(context_, nothing, name).bind(written);
  const Value value =
      bound->is_constant() ? evaluate_constant(*bound, EvaluationContext()) : Value::null(Type::big_int());
  if (value.is_null() || !value.type().is_integer() || value.as_integer() < 0 || value.as_integer() > kOffsetMax)
    throw UserError(written.location,
                    fmt::format("The number of rows of {} is a whole number from 0 to {}", name, kOffsetMax));
  return static_cast<int64_t>(value.as_integer());
}

// CLASSIFIER(), CLASSIFIER(A)
ExpressionPtr ExpressionBinder::bind_classifier(const ast::FunctionCall& call) {
  std::vector<int32_t> variables;
  if (!call.arguments.empty()) {
    const auto* column = call.arguments.front().value->try_as<ast::ColumnReference>();
    const std::vector<int32_t>* found =
        column != nullptr && column->parts.size() == 1 ? pattern_->find(column->parts.front().name) : nullptr;
    if (found == nullptr || call.arguments.size() > 1)
      throw UserError(call.location, "CLASSIFIER takes a pattern variable or nothing",
                      fmt::format("There are: {}.", pattern_->names()));
    variables = *found;
  }
  pattern_->note_use(variables, call.location);
  return pattern_->add(navigated(PatternReference::Kind::kClassifier, variables, -1, Type::string()));
}

ExpressionPtr ExpressionBinder::bind_match_rowtime(const ast::FunctionCall& call) {
  if (pattern_->time().time != TimeAttribute::kRowtime)
    throw UserError(call.location, "MATCH_ROWTIME needs event time, and the rows are ordered by processing time",
                    "Use MATCH_PROCTIME().");
  if (call.arguments.size() > 1) throw UserError(call.location, "MATCH_ROWTIME takes the rowtime column or nothing");
  if (!call.arguments.empty()) {
    const auto* column = call.arguments.front().value->try_as<ast::ColumnReference>();
    if (column == nullptr || column->parts.back().name != pattern_->time().name)
      throw UserError(call.arguments.front().value->location,
                      fmt::format("MATCH_ROWTIME takes the column that orders the rows: {}", pattern_->time().name));
  }
  PatternReference reference;
  reference.kind = PatternReference::Kind::kMatchTime;
  reference.type = pattern_->time().type;
  return pattern_->add(std::move(reference));
}

// Returns whose rows COUNT(A.*) counts; nullopt for any other call.
std::optional<std::vector<int32_t>> ExpressionBinder::variables_of_star(const ast::FunctionCall& call) const {
  const auto* star = call.arguments.size() == 1 ? call.arguments[0].value->try_as<ast::Star>() : nullptr;
  if (star == nullptr || star->qualifier.empty()) return std::nullopt;
  const std::string& name = star->qualifier.front().name;
  const std::vector<int32_t>* variables = pattern_->find(name);
  if (variables == nullptr)
    throw UserError(star->location, fmt::format("Unknown pattern variable: {}", name),
                    fmt::format("There are: {}.", pattern_->names()));
  return *variables;
}

// The argument is over columns of the input: each row of the variable is added.
ExpressionPtr ExpressionBinder::bind_pattern_aggregate(const ast::FunctionCall& call, const std::string& name) {
  const PatternCalls::Navigation around = pattern_->navigation();
  if (around.aggregate || around.logical || around.physical)
    throw UserError(call.location, fmt::format("{} cannot stand inside an aggregate, FIRST, LAST, PREV or NEXT", name));
  if (call.distinct) throw UserError(call.location, "MATCH_RECOGNIZE: aggregates with DISTINCT are not supported");
  if (call.filter) throw UserError(call.location, "MATCH_RECOGNIZE: aggregates with FILTER are not supported");
  PatternCalls::Navigation inner = around;
  inner.aggregate = true;
  pattern_->set_navigation(inner);
  auto noted = pattern_->begin_call();
  BoundAggregate bound = bind_aggregate_call(call, name);
  const auto used = pattern_->end_call(std::move(noted));
  pattern_->set_navigation(around);
  PatternReference reference;
  reference.kind = PatternReference::Kind::kAggregate;
  reference.variables = variables_of_star(call).value_or(used.value_or(std::vector<int32_t>()));
  reference.final = around.final;
  reference.type = bound.function->result_type();
  reference.aggregate.emplace();
  reference.aggregate->function = std::move(bound.function);
  reference.aggregate->argument = std::move(bound.argument);
  reference.aggregate->text = std::move(bound.text);
  return pattern_->add(std::move(reference));
}

}  // namespace tidemill
