// expr/shared_values.h - what expressions that are evaluated together have more than once, computed once a batch. Rule:
// rows outside a selection stay unevaluated: values are used again for rows for which they were computed, no others.
#pragma once
#include <cstdint>
#include <vector>

#include "data/column.h"
#include "expr/expression.h"
#include "expr/selection.h"

namespace tidemill {

// Returns `expressions` with each equal part that stands in them more than once as a Shared, numbered from 0: what is
// deterministic and reads a column, the largest such parts. They must be evaluated over the same batches, together.
std::vector<ExpressionPtr> share_equal_parts(const std::vector<ExpressionPtr>& expressions);

// The values of shared parts for one batch; a new one for the next. One thread.
class SharedValues {
 public:
  // Returns the values of a part, nullptr where they are not known for all selected rows.
  ColumnPtr find(int32_t part, const Selection& selection) const;
  // Keeps the values of a part for the selected rows, unless those of more rows are known.
  void keep(int32_t part, const Selection& selection, ColumnPtr values);

 private:
  struct Known {
    ColumnPtr values;           // null: none
    int32_t num_rows = 0;       // that they were computed for
    std::vector<uint8_t> rows;  // 1 where it was; empty: for all
  };

  std::vector<Known> known_;  // by part
};

}  // namespace tidemill
