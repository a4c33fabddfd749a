// operators/filter_project.h - WHERE and SELECT in one step. Rule: a projection is evaluated only for rows that the
// predicate let through; rows keep their kinds, progress and origin.
#pragma once
#include <cstdint>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

// A row whose predicate or projection fails ends the job with a UserError that names the row's place.
//
// Columns that are only passed on are not copied (late materialisation: Abadi, Myers, DeWitt, Madden, "Materialization
// strategies in a column-oriented DBMS", ICDE 2007): where most rows pass they become dictionary columns over those of
// the input, all with the same indices.
class FilterProject final : public Operator {
 public:
  explicit FilterProject(const FilterProjectSpec& spec);
  void open(OperatorContext& context) override { context_ = &context; }
  void process(Batch input, int32_t port, Output& output) override;

 private:
  // Returns the columns that expressions read, of the rows of `passed_`, or of all rows.
  Batch narrowed(const Batch& input, bool all);
  // What columns that are passed on share.
  struct Passed {
    BufferPtr indices;                 // `passed_`, once it was asked for
    const Buffer* validity = nullptr;  // of the column before
    bool nulls = false;                // whether a row of `passed_` is NULL there
  };
  // Returns a column that is passed on, of the rows of `passed_`.
  ColumnPtr passed_on(const ColumnPtr& column, Passed& shared) const;
  bool passes_nulls(const Column& column, Passed& shared) const;

  OperatorContext* context_ = nullptr;
  ExpressionPtr predicate_;
  SchemaPtr schema_;
  std::vector<int32_t> passed_on_;       // by output column: the input column that it is, -1: it is computed
  std::vector<int32_t> columns_read_;    // of the input, by what is computed
  std::vector<ExpressionPtr> computed_;  // over columns_read_
  SchemaPtr narrow_schema_;              // of columns_read_; made from the first batch
  std::vector<int32_t> passed_;          // rows of the batch at hand
};

}  // namespace tidemill
