// operators/source_projection.h - from what a reader gives to the rows of a table: computed columns, rows without event
// time, the watermark expression. Rule: works a batch at a time and keeps nothing; splits and their watermarks are the
// source task's.
#pragma once
#include <optional>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

// Rows of the table, and what the watermark expression gave for each.
struct ProjectedRows {
  Batch batch;
  // One a row; kNoWatermark where it was NULL. Empty where the table declares none.
  std::vector<EpochMillis> watermarks;
};

class SourceProjection {
 public:
  explicit SourceProjection(const SourceSpec& spec);

  // Computes the table's rows from a reader's. Kinds and origin are kept. Rows whose rowtime is NULL end the job
  // (UserError), are left out, or stay without a watermark, as the spec says, and are counted. Task thread.
  ProjectedRows project(const Batch& raw, const EvaluationContext& context, OperatorMetrics& metrics) const;

 private:
  Batch computed(const Batch& raw, const EvaluationContext& context, OperatorMetrics& metrics) const;
  // Returns the rows whose rowtime is not NULL; nullopt where that is all of them.
  std::optional<std::vector<int32_t>> timed_rows(const Batch& rows) const;
  [[noreturn]] void raise_null_rowtime(const Batch& rows) const;

  SourceSpec spec_;
};

}  // namespace tidemill
