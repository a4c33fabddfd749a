// expr/cast.h - which casts exist and what they yield. Rule: a pair Flink refuses is refused here at planning, with
// advice; a value that cannot be cast is a row error (TRY_CAST: NULL).
#pragma once
#include <span>

#include "base/error.h"
#include "expr/expression.h"

namespace tidemill {

// Returns CAST(operand AS target), or TRY_CAST; `operand` itself where the type is the same. The result is nullable
// where the operand is, or for TRY_CAST. Throws UserError at `location` for a pair that cannot be cast.
ExpressionPtr make_cast(ExpressionPtr operand, const Type& target, bool is_try, SourceLocation location);

// True where CAST(from AS to) is allowed when written out.
bool casts_explicitly(const Type& from, const Type& to);
// True where a value of `from` may stand where `to` is expected, without a cast being written: to a wider number, from
// CHAR to VARCHAR, from NULL to anything, DATE to TIMESTAMP.
bool casts_implicitly(const Type& from, const Type& to);

// Returns `operand` with an implicit cast to `target` if it needs one (nullability of the operand is kept). Requires:
// casts_implicitly, or both have a common type that is `target`.
ExpressionPtr coerce(ExpressionPtr operand, const Type& target);

// Returns the type that both sides of a comparison, UNION, IN, CASE, COALESCE are cast to, nullable where either is;
// nullopt where there is none.
std::optional<Type> common_type(const Type& a, const Type& b);
std::optional<Type> common_type(std::span<const ExpressionPtr> expressions);

}  // namespace tidemill
