// sql/binder/match_recognize.cc - MATCH_RECOGNIZE to its plan. Rule: DEFINE sees the rows up to the one at hand, which
// is the last of the variable that is defined; MEASURES see the match.
#include <algorithm>
#include <array>
#include <set>

#include "expr/evaluator.h"
#include "plan/calc.h"
#include "plan/match.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"

namespace tidemill {
namespace {

class MatchBinder {
 public:
  MatchBinder(const ast::MatchTable& match, BoundRelation input, const BindingContext& context)
      : match_(match),
        plan_(std::move(input.plan)),
        scope_(plan_->schema(), input.relations, input.visible),
        context_(context) {}

  PlanPtr bind() {
    bind_keys();
    bind_order();
    definition_.pattern = bind_pattern(match_.pattern);
    definition_.automaton = compile_pattern(definition_.pattern, match_.pattern.location);
    bind_subsets();
    bind_skip();
    bind_within();
    bind_definitions();
    bind_measures();
    return finish();
  }

 private:
  const Field& time() const { return plan_->schema()->field(order_.front().column); }

  int32_t bind_plain_column(const ast::Expression& written, std::string clause) {
    ExpressionBinder binder(context_, scope_, clause);
    const ExpressionPtr bound = binder.bind(written);
    const auto* column = bound->try_as<ColumnReference>();
    if (column == nullptr)
      throw UserError(written.location, fmt::format("{} of MATCH_RECOGNIZE takes columns, no expressions", clause),
                      "Compute it in a sub-query: FROM (SELECT …) MATCH_RECOGNIZE (…).");
    return column->index();
  }

  void bind_keys() {
    for (const ast::ExpressionPtr& key : match_.partition_by) {
      keys_.push_back(bind_plain_column(*key, "PARTITION BY"));
      const Type& type = plan_->schema()->field(keys_.back()).type;
      if (type.is_nested()) refuse_unsupported(key->location, fmt::format("PARTITION BY {}", type.to_string()));
    }
  }

  void bind_order() {
    constexpr std::string_view kHint = "ORDER BY the column that WATERMARK FOR names, or one computed by PROCTIME().";
    if (match_.order_by.empty())
      throw UserError(match_.location, "MATCH_RECOGNIZE needs ORDER BY a time attribute", std::string(kHint));
    for (const ast::OrderItem& item : match_.order_by) {
      const int32_t column = bind_plain_column(*item.expression, "ORDER BY");
      const Type& type = plan_->schema()->field(column).type;
      if (!type.is_ordered())
        refuse_unsupported(item.expression->location, fmt::format("ORDER BY {}", type.to_string()));
      order_.push_back(make_sort_key(column, item));
    }
    const SourceLocation location = match_.order_by.front().expression->location;
    if (time().time == TimeAttribute::kNone)
      throw UserError(
          location,
          fmt::format("MATCH_RECOGNIZE must be ordered by a time attribute first, and {} is none", time().name),
          std::string(kHint));
    if (order_.front().descending)
      throw UserError(location,
                      "MATCH_RECOGNIZE can be ordered by time only ascending: rows come in the order of time");
    if (time().time == TimeAttribute::kProctime && order_.size() > 1)
      refuse_unsupported(match_.order_by[1].expression->location,
                         "MATCH_RECOGNIZE: ORDER BY processing time and further columns");
  }

  int32_t number_of(const ast::Identifier& variable) {
    const auto [known, is_new] =
        variables_.try_emplace(variable.name, std::vector{static_cast<int32_t>(definition_.variables.size())});
    if (is_new) {
      definition_.variables.push_back(variable.name);
      definition_.conditions.emplace_back();
      definition_.of_row.push_back(true);
    }
    return known->second.front();
  }

  RowPatternTerm bind_pattern(const ast::RowPattern& pattern) {
    constexpr std::array kKinds = {RowPatternKind::kVariable, RowPatternKind::kSequence, RowPatternKind::kAlternation,
                                   RowPatternKind::kRepetition};
    RowPatternTerm term;
    term.kind = kKinds[static_cast<size_t>(pattern.kind)];
    if (pattern.kind == ast::RowPatternKind::kVariable) term.variable = number_of(pattern.variable);
    for (const ast::RowPattern& part : pattern.parts) term.parts.push_back(bind_pattern(part));
    term.least = pattern.least;
    term.most = pattern.most;
    term.greedy = !pattern.reluctant;
    return term;
  }

  const std::vector<int32_t>& find_variable(const ast::Identifier& name) const {
    const auto found = variables_.find(name.name);
    if (found != variables_.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [variable, numbers] : variables_) known.push_back(variable);
    const auto nearest = nearest_name(name.name, known);
    throw UserError(name.location, fmt::format("There is no variable {} in PATTERN", name.name),
                    nearest ? fmt::format("Did you mean '{}'?", *nearest) : "");
  }

  void bind_subsets() {
    PatternVariables subsets;
    for (const ast::RowPatternSubset& subset : match_.subsets) {
      std::set<int32_t> numbers;
      for (const ast::Identifier& variable : subset.variables) numbers.insert(find_variable(variable).front());
      const bool taken =
          variables_.contains(subset.name.name) ||
          !subsets.emplace(subset.name.name, std::vector<int32_t>(numbers.begin(), numbers.end())).second;
      if (taken) throw UserError(subset.name.location, fmt::format("{} is the name of two things", subset.name.name));
    }
    variables_.merge(subsets);
  }

  void bind_skip() {
    using enum ast::AfterMatch;
    const bool to_variable = match_.after == kToFirst || match_.after == kToLast;
    if (to_variable) {
      definition_.skip = match_.after == kToFirst ? RowSkip::kToFirst : RowSkip::kToLast;
      definition_.skip_variables = find_variable(match_.skip_target);
      definition_.skip_name = match_.skip_target.name;
    } else {
      definition_.skip = match_.after == kPastLastRow ? RowSkip::kPastLastRow : RowSkip::kToNextRow;
    }
  }

  void bind_within() {
    if (match_.within == nullptr) return;
    const Scope nothing;
    const ExpressionPtr bound = ExpressionBinder(context_, nothing, "WITHIN").bind(*match_.within);
    if (bound->type().kind == TypeKind::kIntervalYearMonth)
      refuse_unsupported(match_.within->location, "WITHIN of months or years");
    if (bound->type().kind != TypeKind::kIntervalDayTime || !bound->is_constant())
      throw UserError(match_.within->location,
                      fmt::format("WITHIN takes an interval, not {}", bound->type().with_nullable(true).to_string()),
                      "Write WITHIN INTERVAL '10' MINUTE.");
    const Value value = evaluate_constant(*bound, EvaluationContext());
    const int64_t duration = value.is_null() ? 0 : value.as<int64_t>();
    if (duration <= 0) throw UserError(match_.within->location, "WITHIN takes an interval of more than nothing");
    definition_.within = duration;
    definition_.with_timeouts = match_.with_timeouts;
  }

  void bind_definitions() {
    PatternCalls calls(variables_, time(), false);
    ExpressionBinder binder(context_, scope_, "DEFINE");
    binder.allow_pattern(&calls);
    for (const ast::RowPatternDefinition& written : match_.definitions) {
      const std::vector<int32_t>& numbers = find_variable(written.variable);
      const auto number = static_cast<size_t>(numbers.front());
      if (definition_.variables[number] != written.variable.name)
        throw UserError(written.variable.location,
                        fmt::format("{} is a subset, and has no condition of its own", written.variable.name));
      if (definition_.conditions[number] != nullptr)
        throw UserError(written.variable.location, fmt::format("{} is defined twice", written.variable.name));
      definition_.conditions[number] = binder.bind_condition(*written.condition);
    }
    definition_.tested = calls.references();
    for (size_t i = 0; i < definition_.conditions.size(); ++i) settle_condition(static_cast<int32_t>(i));
  }

  // A condition on the row at hand alone is one over the columns of the input.
  void settle_condition(int32_t variable) {
    ExpressionPtr& condition = definition_.conditions[static_cast<size_t>(variable)];
    if (condition == nullptr) return;
    std::vector<ExpressionPtr> of_row;
    bool all = true;
    for (const int32_t index : columns_of(*condition)) {
      const PatternReference& reference = definition_.tested[static_cast<size_t>(index)];
      const bool of_variable =
          reference.variables.empty() || std::ranges::find(reference.variables, variable) != reference.variables.end();
      all = all && of_variable && reference.kind == PatternReference::Kind::kColumn && !reference.first &&
            reference.offset == 0 && reference.shift == 0;
    }
    definition_.of_row[static_cast<size_t>(variable)] = all;
    if (!all) return;
    for (const PatternReference& reference : definition_.tested)
      of_row.push_back(make_column(std::max(reference.column, 0), reference.type));
    condition = substitute_columns(condition, of_row);
  }

  void bind_measures() {
    definition_.all_rows = match_.all_rows;
    PatternCalls calls(variables_, time(), true);
    ExpressionBinder binder(context_, scope_, "MEASURES");
    binder.allow_pattern(&calls);
    for (const ast::Measure& measure : match_.measures) {
      definition_.measures.push_back(binder.bind(*measure.expression));
      const Expression& bound = *definition_.measures.back();
      if (bound.type().kind == TypeKind::kNull)
        throw UserError(measure.expression->location, fmt::format("{} needs a value of some type", measure.name.name),
                        "Cast it: CAST(NULL AS INT).");
      Field field{measure.name.name, bound.type()};
      const auto* column = bound.try_as<ColumnReference>();
      const bool is_time = column != nullptr && calls.references()[static_cast<size_t>(column->index())].kind ==
                                                    PatternReference::Kind::kMatchTime;
      if (is_time) field.time = TimeAttribute::kRowtime;
      if (column == nullptr && time_attribute_of(bound, Schema({})) == TimeAttribute::kProctime)
        field.time = TimeAttribute::kProctime;
      measures_.push_back(std::move(field));
    }
    definition_.measured = calls.references();
  }

  void add_input_fields(const std::vector<int32_t>& columns, std::vector<Field>& fields) const {
    for (const int32_t column : columns) {
      const Field& field = plan_->schema()->field(column);
      fields.push_back({field.name, field.type});
    }
  }

  PlanPtr finish() {
    std::vector<Field> fields;
    add_input_fields(keys_, fields);
    if (match_.all_rows) add_input_fields(columns_of_order(keys_, order_), fields);
    fields.insert(fields.end(), measures_.begin(), measures_.end());
    if (match_.all_rows) {
      add_input_fields(columns_behind_measures(*plan_->schema(), keys_, order_), fields);
    } else {
      keep_needed();
    }
    if (fields.empty())
      throw UserError(match_.location, "MATCH_RECOGNIZE gives no columns", "Add MEASURES … AS …, or PARTITION BY.");
    return std::make_shared<MatchNode>(plan_, keys_, order_, std::move(definition_), make_schema(std::move(fields)),
                                       match_.location);
  }

  // Puts a projection below that leaves the columns that are read.
  void keep_needed() {
    const std::vector<int32_t> read = columns_of(definition_);
    std::set<int32_t> needed(read.begin(), read.end());
    needed.insert(keys_.begin(), keys_.end());
    for (const SortKey& key : order_) needed.insert(key.column);
    if (needed.size() == static_cast<size_t>(plan_->schema()->size())) return;
    std::vector<int32_t> places(static_cast<size_t>(plan_->schema()->size()), -1);
    int32_t place = 0;
    for (const int32_t column : needed) places[static_cast<size_t>(column)] = place++;
    definition_ = renumber_columns(definition_, places);
    for (int32_t& key : keys_) key = places[static_cast<size_t>(key)];
    for (SortKey& key : order_) key.column = places[static_cast<size_t>(key.column)];
    plan_ = make_column_project(std::move(plan_), {needed.begin(), needed.end()});
  }

  const ast::MatchTable& match_;
  PlanPtr plan_;
  Scope scope_;
  const BindingContext& context_;
  std::vector<int32_t> keys_;
  std::vector<SortKey> order_;
  PatternVariables variables_;
  RowPatternDefinition definition_;
  std::vector<Field> measures_;
};

}  // namespace

BoundRelation QueryBinder::bind_match(const ast::MatchTable& match) {
  return BoundRelation::of(MatchBinder(match, bind_from(*match.input), context_).bind(), {});
}

}  // namespace tidemill
