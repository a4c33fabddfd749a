// operators/from_changelog.h - new rows as the changes that a column of theirs says they are. Rule: nothing is kept
// between batches; rows keep their order, progress and origin.
#pragma once
#include <string_view>

#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

// Source of the rules: Flink, FromChangelogFunction. A row whose code is NULL or unknown fails the job.
class FromChangelog final : public Operator {
 public:
  // Requires: rows that are only inserted.
  explicit FromChangelog(const FromChangelogSpec& spec) : spec_(spec) {}
  void open(OperatorContext&) override {}
  void process(Batch input, int32_t port, Output& output) override;

 private:
  RowKind kind_of(const Batch& input, int32_t row) const;

  FromChangelogSpec spec_;
};

}  // namespace tidemill
