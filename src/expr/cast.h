// expr/cast.h - which casts exist and what they yield. Rule: a pair Flink refuses is refused here at planning, with
// advice; a value that cannot be cast is a row error (TRY_CAST: NULL).
#pragma once
#include "base/error.h"
#include "expr/expression.h"

namespace tidemill {

// Returns CAST(operand AS target), or TRY_CAST; `operand` itself where the type is the same. The result is nullable
// where the operand is, and for TRY_CAST wherever a value may fail. Throws UserError at `location` for a pair that
// cannot be cast. `target`'s own nullability does not count.
ExpressionPtr make_cast(ExpressionPtr operand, const Type& target, bool is_try, SourceLocation location);

// Returns CAST(operand AS its own type): the same values, and yet another expression than the column that `operand` may
// be. Requires: a type of times.
ExpressionPtr make_plain_time(ExpressionPtr operand, SourceLocation location);

// True where CAST(from AS to) may be written.
bool casts_explicitly(const Type& from, const Type& to);
// True where a value of `from` may stand where `to` is expected without a cast being written: to a wider number,
// between CHAR and VARCHAR, NULL to anything, DATE to TIMESTAMP, a timestamp to one of more digits.
bool casts_implicitly(const Type& from, const Type& to);

// Returns `operand` with an implicit cast to `target` if it needs one; nullability is the operand's. A literal is cast
// at once, where that needs no time zone. Requires: casts_explicitly. Throws UserError where a literal cannot be cast.
ExpressionPtr coerce(ExpressionPtr operand, const Type& target);

}  // namespace tidemill
