// functions/aggregates/signed_aggregate.h - aggregates that take a row back by the code that takes it. Rule: add() and
// retract() differ by a sign.
#pragma once
#include "expr/aggregate.h"

namespace tidemill {

class SignedAggregate : public AggregateFunction {
 public:
  using AggregateFunction::AggregateFunction;

  void add(AggregateContext& context, Accumulators into, const Column* argument, const Selection& rows) const final {
    change(context, into, *argument, rows, 1);
  }
  void retract(AggregateContext& context, Accumulators into, const Column* argument,
               const Selection& rows) const final {
    change(context, into, *argument, rows, -1);
  }

 protected:
  // Takes the selected rows (`sign` 1), or takes them back (-1). Requires: an aggregate with an argument.
  virtual void change(AggregateContext& context, Accumulators into, const Column& argument, const Selection& rows,
                      int32_t sign) const = 0;
};

}  // namespace tidemill
