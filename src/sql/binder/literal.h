// sql/binder/literal.h - literals as written to Values. Rule: types as Flink gives them; NOT NULL unless NULL.
#pragma once
#include "data/value.h"
#include "sql/ast/expression.h"

namespace tidemill {

// Returns the literal's value, negated where `negative` (a minus sign right before a number). Throws UserError at the
// literal: out of range, or not of the form its type has.
Value bind_literal(const ast::Literal& literal, bool negative = false);

// Returns months (YEAR, MONTH) or milliseconds (DAY to SECOND). Throws UserError at the literal: not of the form its
// unit has, or a field with more digits than the unit allows (two, where none are written).
Value bind_interval(const ast::Literal& literal);

}  // namespace tidemill
