// plan/scan.h - reads a table: the columns asked for, the computed ones, the watermark. Rule: `fields` is all that the
// connector is asked to read.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "expr/expression.h"
#include "plan/plan_node.h"
#include "plan/table_definition.h"

namespace tidemill {

// What its one reader asks of a column: a hint for the connector, which may leave other rows out.
struct ScanCondition {
  int32_t column = 0;  // of the table
  std::string test;    // =, <, <=, >, >=, IS NULL, IS NOT NULL
  Value value;         // of the column's type; NULL for the last two
};

class ScanNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kScan;

  // Reads the given columns of the table, ascending. Computed ones are computed from what they need; the watermark is
  // there if its column is among `columns` and `columns` holds what its expression reads.
  ScanNode(TableDefinitionPtr table, std::vector<int32_t> columns, std::vector<ScanCondition> conditions = {});

  const TableDefinitionPtr& table() const { return table_; }
  // Columns of the table that are the output, ascending.
  const std::vector<int32_t>& columns() const { return columns_; }
  // Columns of the table that the connector reads: physical ones, then metadata ones, each ascending.
  const std::vector<int32_t>& fields() const { return fields_; }
  // One expression an output column, over `fields`.
  const std::vector<ExpressionPtr>& projections() const { return projections_; }
  // True where the projections are exactly the fields.
  bool reads_output_as_is() const;
  // Rows that do not satisfy all of them may be left out.
  const std::vector<ScanCondition>& conditions() const { return conditions_; }
  // Over the output; null: none.
  const ExpressionPtr& watermark() const { return watermark_; }
  // Output column that the watermark is for.
  const std::optional<int32_t>& rowtime() const { return rowtime_; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;
  std::string digest() const override;

 private:
  TableDefinitionPtr table_;
  std::vector<int32_t> columns_;
  std::vector<int32_t> fields_;
  std::vector<ExpressionPtr> projections_;
  std::vector<ScanCondition> conditions_;
  ExpressionPtr watermark_;
  std::optional<int32_t> rowtime_;
};

// Returns a scan of all columns.
PlanPtr make_scan(TableDefinitionPtr table);

// Returns `columns` and those that the watermark's expression reads, if its column is among them; ascending.
std::vector<int32_t> with_watermark_columns(const TableDefinition& table, std::vector<int32_t> columns);

}  // namespace tidemill
