// plan/match.h - MATCH_RECOGNIZE: rows that fit a pattern. Rule: output is the partition's columns and the measures,
// one row a match; with ALL ROWS PER MATCH the partition's columns, those of the order, the measures, and the other
// ones.
#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "data/sort_key.h"
#include "expr/row_pattern.h"
#include "plan/plan_node.h"

namespace tidemill {

class MatchNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kMatch;
  MatchNode(PlanPtr input, std::vector<int32_t> keys, std::vector<SortKey> order, RowPatternDefinition definition,
            SchemaPtr schema, SourceLocation location);

  const std::vector<int32_t>& keys() const { return keys_; }
  // The first one is an ascending time attribute.
  const std::vector<SortKey>& order() const { return order_; }
  const RowPatternDefinition& definition() const { return definition_; }
  const SourceLocation& location() const { return location_; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;
  std::string digest() const override;

 private:
  std::string text(std::string_view name, const std::vector<std::string>& names) const;

  std::vector<int32_t> keys_;
  std::vector<SortKey> order_;
  RowPatternDefinition definition_;
  SourceLocation location_;
};

// Returns the columns of the input that ALL ROWS PER MATCH puts behind the measures.
std::vector<int32_t> columns_behind_measures(const Schema& input, const std::vector<int32_t>& keys,
                                             const std::vector<SortKey>& order);
// Returns those that it puts between the partition's columns and the measures.
std::vector<int32_t> columns_of_order(const std::vector<int32_t>& keys, const std::vector<SortKey>& order);

// Returns the definition with every column of the input renumbered: column i is new_index[i].
RowPatternDefinition renumber_columns(const RowPatternDefinition& definition, std::span<const int32_t> new_index);
// Returns the columns of the input that conditions and measures read, ascending, each once.
std::vector<int32_t> columns_of(const RowPatternDefinition& definition);

}  // namespace tidemill
