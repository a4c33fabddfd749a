// operators/filter_project.h - WHERE and SELECT in one step. Rule: a projection is evaluated only for rows that the
// predicate let through; rows keep their kinds, progress and origin.
#pragma once
#include <cstdint>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

// A row whose predicate or projection fails ends the job with a UserError that names the row's place.
class FilterProject final : public Operator {
 public:
  explicit FilterProject(const FilterProjectSpec& spec);
  void open(OperatorContext& context) override { context_ = &context; }
  void process(Batch input, int32_t port, Output& output) override;

 private:
  // Returns the columns that projections read, of the rows that pass.
  Batch surviving_rows(const Batch& input);
  Batch narrowed(const Batch& input);

  OperatorContext* context_ = nullptr;
  ExpressionPtr predicate_;
  SchemaPtr schema_;
  std::vector<int32_t> columns_read_;       // of the input, by the projections
  std::vector<ExpressionPtr> projections_;  // over columns_read_
  SchemaPtr narrow_schema_;                 // of columns_read_; made from the first batch
  std::vector<int32_t> passed_;             // scratch
};

}  // namespace tidemill
