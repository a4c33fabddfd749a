// plan/lookup_join.h - a join whose right table is asked for the rows of keys, not read. Rule: made last of all, when
// it is known what is read of the rows found; the table is no input, so nothing is read of it before a row asks.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/join.h"
#include "plan/scan.h"

namespace tidemill {

class LookupJoinNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kLookupJoin;
  // A column of the table that must be equal to a value: a column of the input, or a constant.
  struct Key {
    int32_t column = 0;   // of scan()
    ExpressionPtr value;  // over the input
  };

  // Requires: a join with a LookupMatch. Throws UserError where its right side is no table, perhaps with filters and
  // projections above it, or where no column of the table is compared by =.
  explicit LookupJoinNode(std::shared_ptr<const JoinNode> join);

  // The join as it was written, with the table's side as its right input.
  const std::shared_ptr<const JoinNode>& join() const { return join_; }
  const LookupMatch& match() const { return std::get<LookupMatch>(join_->match()); }
  const ScanNode& scan() const { return *scan_; }
  const std::vector<Key>& keys() const { return keys_; }
  // Over the input: rows for which it is not TRUE find nothing; null: none.
  const ExpressionPtr& input_condition() const { return input_condition_; }
  // Over the columns of the scan: which rows count, and what is read of them; null: all.
  const ExpressionPtr& row_condition() const { return row_condition_; }
  const std::vector<ExpressionPtr>& projections() const { return projections_; }
  // What else a pair must fulfil, over the columns of both sides; null: nothing.
  const ExpressionPtr& residual() const { return residual_; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override { return join_->logical_text(); }
  std::string physical_text() const override;
  // What it finds depends on when it asks.
  std::string digest() const override { return ""; }

 private:
  void read_right(const PlanNode& node);
  bool take_key(const ExpressionPtr& conjunct);
  void take_conditions();

  std::shared_ptr<const JoinNode> join_;
  const ScanNode* scan_ = nullptr;  // in join_
  std::vector<Key> keys_;
  ExpressionPtr input_condition_;
  ExpressionPtr row_condition_;
  std::vector<ExpressionPtr> projections_;
  ExpressionPtr residual_;
};

}  // namespace tidemill
