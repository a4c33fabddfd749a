// expr/scalar_function.h - a function bound to its argument types, ready to run over columns. Rule: stateless and
// const, shared by threads; rows outside the selection are neither read nor reported.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "base/time.h"
#include "data/batch.h"
#include "data/column.h"
#include "data/time_zone.h"
#include "expr/row_errors.h"
#include "expr/selection.h"

namespace tidemill {

// What an expression may read besides its row. One a task; the task sets `now` and `watermark` before each batch.
struct EvaluationContext {
  TimeZone time_zone;                    // table.local-time-zone
  EpochMillis now = 0;                   // processing time
  EpochMillis watermark = kNoWatermark;  // of the operator: for rows that come from no split
  bool overflow_is_error = false;        // setting overflow = error: what wraps or becomes NULL fails its row instead
};

class SharedValues;

// The batch that an expression is evaluated over, and its surroundings.
struct EvaluationInput {
  const Batch& batch;
  const EvaluationContext& context;
  SharedValues* shared = nullptr;  // of the expressions evaluated over the batch; null: shared parts are not kept
};

// One call over a batch.
struct CallInput {
  std::span<const ColumnPtr> arguments;  // a constant column may have any num_rows()
  const Type& result_type;
  const Selection& selection;  // not empty
  const EvaluationInput& input;
  RowErrors& errors;

  int32_t num_rows() const { return selection.num_rows(); }
};

class ScalarFunction {
 public:
  virtual ~ScalarFunction() = default;
  // Returns a column of the call's type with num_rows() rows (or a constant one); rows outside the selection are
  // unspecified.
  virtual ColumnPtr evaluate(const CallInput& call) const = 0;
};
using ScalarFunctionPtr = std::shared_ptr<const ScalarFunction>;

// What the planner must know of a function.
struct FunctionProperties {
  bool deterministic = true;  // same arguments, same result: may be folded and shared
  bool can_fail = false;      // may report row errors: must not be moved before what guards it
  bool per_row = false;       // reads the row itself (CURRENT_WATERMARK): constant arguments do not make it constant
};

}  // namespace tidemill
