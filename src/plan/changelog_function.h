// plan/changelog_function.h - changes as rows of a table, and back: TO_CHANGELOG and FROM_CHANGELOG. Rule: rows stay as
// many as they are, in their order; only those whose kind has no code are left out.
#pragma once
#include <string>
#include <vector>

#include "data/change_codes.h"
#include "plan/plan_node.h"

namespace tidemill {

// The kind of each change in a column in front of the input's; what comes out is new rows only.
class ToChangelogNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kToChangelog;
  ToChangelogNode(PlanPtr input, ChangeCodes codes, SchemaPtr schema);

  const ChangeCodes& codes() const { return codes_; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override { return "Logical" + physical_text(); }
  std::string physical_text() const override;

 private:
  ChangeCodes codes_;
};

// New rows, of which a column says what change each is; it does not come out.
class FromChangelogNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kFromChangelog;
  FromChangelogNode(PlanPtr input, int32_t op_column, ChangeCodes codes, SchemaPtr schema, SourceLocation location);

  int32_t op_column() const { return op_column_; }  // of the input
  const ChangeCodes& codes() const { return codes_; }
  const SourceLocation& location() const { return location_; }
  // Returns the column of the input that comes out as column `column`.
  int32_t input_column(int32_t column) const { return column < op_column_ ? column : column + 1; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override { return "Logical" + physical_text(); }
  std::string physical_text() const override;

 private:
  int32_t op_column_;
  ChangeCodes codes_;
  SourceLocation location_;
};

// Make the nodes with their schemas. `op_name`: of the column that comes in front. Requires: names stay unique; the
// column of codes is a text, and not the only one.
PlanPtr make_to_changelog(PlanPtr input, const std::string& op_name, ChangeCodes codes);
PlanPtr make_from_changelog(PlanPtr input, int32_t op_column, ChangeCodes codes, SourceLocation location);

}  // namespace tidemill
