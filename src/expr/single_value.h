// expr/single_value.h - the value of a sub-query that must give one row. Rule: a second row at the same time is an
// error of the job, at the place of the sub-query; rows that are taken back no longer count.
#pragma once
#include "base/error.h"
#include "expr/aggregate.h"

namespace tidemill {

// Returns SINGLE_VALUE over values of `type`, NULLs included: Flink's SingleValueAggFunction. Its result is NULL where
// there is no row; add() throws UserError, naming `subquery`, where there is a row already. Requires: a type of values,
// not NULL's own.
AggregateFunctionPtr make_single_value(const Type& type, SourceLocation subquery);

}  // namespace tidemill
