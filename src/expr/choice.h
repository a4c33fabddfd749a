// expr/choice.h - a CASE whose branches are at hand: each row takes a value from one of several columns. Rule: for
// conditions that cannot fail and cost little, so that all of them are looked at for all rows, in loops without
// branches.
#pragma once
#include <cstdint>
#include <span>

#include "data/column.h"
#include "expr/expression.h"
#include "expr/selection.h"

namespace tidemill {

// True where the expression is so small that it costs less to look at it for all rows than to find those that need it.
// Such a one cannot fail and gives the same for the same row.
bool is_small(const Expression& expression);
// True where every result is a column or a literal, and every condition is small, deterministic and cannot fail.
bool is_choice(const Case& expression);

// Returns, for each selected row, the value of results[i] where conditions[i] is the first that is TRUE, and that of
// results.back() where none is. Requires: one result more than conditions, all of the physical type of `type`.
ColumnPtr choose(const Type& type, std::span<const ColumnPtr> conditions, std::span<const ColumnPtr> results,
                 const Selection& selection);

}  // namespace tidemill
