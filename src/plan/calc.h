// plan/calc.h - filter, project, and both in one. Rule: a predicate keeps a row only where it is TRUE; projections are
// evaluated for kept rows only.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "expr/expression.h"
#include "plan/plan_node.h"

namespace tidemill {

class FilterNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kFilter;
  FilterNode(PlanPtr input, ExpressionPtr predicate);

  const ExpressionPtr& predicate() const { return predicate_; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;
  std::string digest() const override;

 private:
  ExpressionPtr predicate_;
};

class ProjectNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kProject;
  ProjectNode(PlanPtr input, std::vector<ExpressionPtr> projections, SchemaPtr schema);

  const std::vector<ExpressionPtr>& projections() const { return projections_; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;
  std::string digest() const override;

 private:
  std::vector<ExpressionPtr> projections_;
};

class CalcNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kCalc;
  // `predicate` may be null: all rows.
  CalcNode(PlanPtr input, ExpressionPtr predicate, std::vector<ExpressionPtr> projections, SchemaPtr schema);

  const ExpressionPtr& predicate() const { return predicate_; }
  const std::vector<ExpressionPtr>& projections() const { return projections_; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;
  std::string digest() const override;

 private:
  ExpressionPtr predicate_;
  std::vector<ExpressionPtr> projections_;
};

PlanPtr make_filter(PlanPtr input, ExpressionPtr predicate);
// Names the columns `names`; time attributes follow from the expressions: a plain column keeps its attribute,
// PROCTIME() makes one.
PlanPtr make_project(PlanPtr input, std::vector<ExpressionPtr> projections, std::vector<std::string> names);
// The same with the given schema (a rule that must keep names and attributes).
PlanPtr make_project(PlanPtr input, std::vector<ExpressionPtr> projections, SchemaPtr schema);
// Returns the input's columns in another order or number, with their names and attributes.
PlanPtr make_column_project(PlanPtr input, const std::vector<int32_t>& columns);

// Returns "k, (x + 1) AS y" with the given column names of the input.
std::string select_text(const std::vector<ExpressionPtr>& projections, const Schema& schema,
                        std::span<const std::string> input_names);

// Returns the time attribute of `expression` over rows of `input`.
TimeAttribute time_attribute_of(const Expression& expression, const Schema& input);
// Returns one reference a column of `schema`.
std::vector<ExpressionPtr> column_references(const Schema& schema);
// True where projection i is column i for every column of `input`.
bool is_identity(const std::vector<ExpressionPtr>& projections, const Schema& input);

}  // namespace tidemill
