// plan/match.cc - MATCH_RECOGNIZE: rows that fit a pattern.
#include "plan/match.h"

#include <algorithm>
#include <set>

#include "plan/aggregate.h"
#include "plan/sort_limit.h"

namespace tidemill {
namespace {

std::string navigation_text(const PatternReference& reference, std::string text) {
  if (reference.first)
    text =
        reference.offset == 0 ? fmt::format("FIRST({})", text) : fmt::format("FIRST({}, {})", text, reference.offset);
  else if (reference.offset != 0)
    text = fmt::format("LAST({}, {})", text, reference.offset);
  if (reference.shift < 0) text = fmt::format("PREV({}, {})", text, -reference.shift);
  if (reference.shift > 0) text = fmt::format("NEXT({}, {})", text, reference.shift);
  return reference.final ? "FINAL " + text : text;
}

std::string variables_text(const PatternReference& reference, const RowPatternDefinition& definition) {
  std::string text;
  for (const int32_t variable : reference.variables)
    text += (text.empty() ? "" : "|") + definition.variables[static_cast<size_t>(variable)];
  return text;
}

std::string reference_text(const PatternReference& reference, const RowPatternDefinition& definition,
                           const std::vector<std::string>& names) {
  const std::string variables = variables_text(reference, definition);
  switch (reference.kind) {
    case PatternReference::Kind::kColumn: {
      const std::string& name = names[static_cast<size_t>(reference.column)];
      return navigation_text(reference, variables.empty() ? name : fmt::format("{}.{}", variables, name));
    }
    case PatternReference::Kind::kClassifier:
      return navigation_text(reference, fmt::format("CLASSIFIER({})", variables));
    case PatternReference::Kind::kAggregate: {
      const std::string text = aggregate_text(*reference.aggregate, names);
      return fmt::format("{}{}{}", reference.final ? "FINAL " : "", variables.empty() ? "" : variables + ".", text);
    }
    case PatternReference::Kind::kMatchNumber:
      return "MATCH_NUMBER()";
    case PatternReference::Kind::kMatchTime:
      return "MATCH_ROWTIME()";
    case PatternReference::Kind::kTimedOut:
      return "MATCH_TIMED_OUT()";
  }
  CHECK(false);
}

std::vector<std::string> reference_texts(const std::vector<PatternReference>& references,
                                         const RowPatternDefinition& definition,
                                         const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  for (const PatternReference& reference : references) texts.push_back(reference_text(reference, definition, names));
  return texts;
}

std::string skip_text(const RowPatternDefinition& definition) {
  switch (definition.skip) {
    case RowSkip::kPastLastRow:
      return "SKIP PAST LAST ROW";
    case RowSkip::kToNextRow:
      return "SKIP TO NEXT ROW";
    case RowSkip::kToFirst:
      return fmt::format("SKIP TO FIRST {}", definition.skip_name);
    case RowSkip::kToLast:
      return fmt::format("SKIP TO LAST {}", definition.skip_name);
  }
  CHECK(false);
}

template <class Visit>
void visit_references(RowPatternDefinition& definition, Visit visit) {
  for (PatternReference& reference : definition.tested) visit(reference);
  for (PatternReference& reference : definition.measured) visit(reference);
}

}  // namespace

MatchNode::MatchNode(PlanPtr input, std::vector<int32_t> keys, std::vector<SortKey> order,
                     RowPatternDefinition definition, SchemaPtr schema, SourceLocation location)
    : PlanNode(kKind, std::move(schema), {std::move(input)}),
      keys_(std::move(keys)),
      order_(std::move(order)),
      definition_(std::move(definition)),
      location_(location) {}

PlanPtr MatchNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<MatchNode>(inputs.at(0), keys_, order_, definition_, schema(), location_);
}

std::string MatchNode::text(std::string_view name, const std::vector<std::string>& names) const {
  std::vector<std::string> items;
  std::vector<std::string> keys;
  for (const int32_t key : keys_) keys.push_back(names[static_cast<size_t>(key)]);
  if (!keys.empty()) items.push_back(fmt::format("partitionBy=[{}]", join_texts(keys)));
  items.push_back(fmt::format("orderBy=[{}]", order_text(order_, names)));
  const std::vector<std::string> measured = reference_texts(definition_.measured, definition_, names);
  std::vector<std::string> measures;
  const size_t first = keys_.size() + (definition_.all_rows ? columns_of_order(keys_, order_).size() : 0);
  for (size_t i = 0; i < definition_.measures.size(); ++i)
    measures.push_back(fmt::format("{} AS {}", definition_.measures[i]->to_string(measured),
                                   schema()->field(static_cast<int32_t>(first + i)).name));
  items.push_back(fmt::format("measures=[{}]", join_texts(measures)));
  items.push_back(fmt::format("rowsPerMatch=[{}]", definition_.all_rows ? "ALL ROWS PER MATCH" : "ONE ROW PER MATCH"));
  items.push_back(fmt::format("after=[{}]", skip_text(definition_)));
  items.push_back(fmt::format("pattern=[{}]", pattern_text(definition_.pattern, definition_.variables)));
  if (definition_.within)
    items.push_back(
        fmt::format("within=[{} ms{}]", *definition_.within, definition_.with_timeouts ? ", timeouts" : ""));
  const std::vector<std::string> tested = reference_texts(definition_.tested, definition_, names);
  std::vector<std::string> conditions;
  for (size_t i = 0; i < definition_.variables.size(); ++i) {
    const ExpressionPtr& condition = definition_.conditions[i];
    if (condition == nullptr) continue;
    conditions.push_back(
        fmt::format("{}={}", definition_.variables[i], condition->to_string(definition_.of_row[i] ? names : tested)));
  }
  items.push_back(fmt::format("define=[{}]", join_texts(conditions)));
  return fmt::format("{}({})", name, join_texts(items));
}

std::string MatchNode::logical_text() const {
  std::vector<std::string> names;
  for (int32_t i = 0; i < input()->schema()->size(); ++i) names.push_back(fmt::format("${}", i));
  return text("LogicalMatch", names);
}

std::string MatchNode::physical_text() const { return text("Match", input()->schema()->names()); }

std::string MatchNode::digest() const {
  const auto varies = [](const ExpressionPtr& expression) {
    return expression != nullptr && !expression->is_deterministic();
  };
  const bool unlike =
      std::ranges::any_of(definition_.conditions, varies) || std::ranges::any_of(definition_.measures, varies);
  return unlike ? "" : logical_text();
}

std::vector<int32_t> columns_of_order(const std::vector<int32_t>& keys, const std::vector<SortKey>& order) {
  std::vector<int32_t> columns;
  for (const SortKey& key : order)
    if (std::ranges::find(keys, key.column) == keys.end() && std::ranges::find(columns, key.column) == columns.end())
      columns.push_back(key.column);
  return columns;
}

std::vector<int32_t> columns_behind_measures(const Schema& input, const std::vector<int32_t>& keys,
                                             const std::vector<SortKey>& order) {
  std::vector<int32_t> columns;
  const auto is_key = [&](int32_t column) { return std::ranges::find(keys, column) != keys.end(); };
  const auto is_ordered = [&](int32_t column) {
    return std::ranges::find(order, column, &SortKey::column) != order.end();
  };
  for (int32_t column = 0; column < input.size(); ++column)
    if (!is_key(column) && !is_ordered(column)) columns.push_back(column);
  return columns;
}

RowPatternDefinition renumber_columns(const RowPatternDefinition& definition, std::span<const int32_t> new_index) {
  RowPatternDefinition result = definition;
  for (size_t i = 0; i < result.conditions.size(); ++i)
    if (result.conditions[i] != nullptr && result.of_row[i])
      result.conditions[i] = renumber_columns(result.conditions[i], new_index);
  visit_references(result, [&](PatternReference& reference) {
    if (reference.column >= 0) reference.column = new_index[static_cast<size_t>(reference.column)];
    if (reference.aggregate && reference.aggregate->argument != nullptr)
      reference.aggregate->argument = renumber_columns(reference.aggregate->argument, new_index);
  });
  return result;
}

std::vector<int32_t> columns_of(const RowPatternDefinition& definition) {
  std::set<int32_t> columns;
  const auto add = [&](const ExpressionPtr& expression) {
    if (expression == nullptr) return;
    const std::vector<int32_t> read = columns_of(*expression);
    columns.insert(read.begin(), read.end());
  };
  for (size_t i = 0; i < definition.conditions.size(); ++i)
    if (definition.of_row[i]) add(definition.conditions[i]);
  for (const std::vector<PatternReference>* references : {&definition.tested, &definition.measured}) {
    for (const PatternReference& reference : *references) {
      if (reference.column >= 0) columns.insert(reference.column);
      if (reference.aggregate) add(reference.aggregate->argument);
    }
  }
  return {columns.begin(), columns.end()};
}

}  // namespace tidemill
