// plan/sink_materialize.h - in front of a table with a primary key, whose rows have another key: which of the rows of
// one primary key the table shows. Rule: its output is one table by that key, without -U.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "plan/plan_node.h"
#include "plan/sink.h"

namespace tidemill {

class SinkMaterializeNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kSinkMaterialize;
  // `upsert_key`: columns of the input that tell its rows apart; none: whole rows are compared.
  SinkMaterializeNode(PlanPtr input, std::vector<int32_t> primary_key, std::optional<std::vector<int32_t>> upsert_key,
                      ConflictStrategy strategy, std::string table);

  const std::vector<int32_t>& primary_key() const { return primary_key_; }
  const std::optional<std::vector<int32_t>>& upsert_key() const { return upsert_key_; }
  ConflictStrategy strategy() const { return strategy_; }
  const std::string& table() const { return table_; }  // for errors

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  std::vector<int32_t> primary_key_;
  std::optional<std::vector<int32_t>> upsert_key_;
  ConflictStrategy strategy_;
  std::string table_;
};

}  // namespace tidemill
