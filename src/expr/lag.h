// expr/lag.h - LAG(x [, n [, value]]): x of the n-th row before, of OVER only; LEAD is LAG of -n. Rule: it stands among
// aggregate functions in plans, and is computed by the operators of OVER, never by adding rows.
#pragma once
#include "data/value.h"
#include "expr/aggregate.h"

namespace tidemill {

class LagFunction final : public AggregateFunction {
 public:
  // `otherwise` is the result where there is no such row, of the argument's type. A negative offset looks behind
  // the row.
  LagFunction(const Type& argument, int64_t offset, Value otherwise)
      : AggregateFunction("LAG", argument, argument.with_nullable(true)),
        offset_(offset),
        otherwise_(std::move(otherwise)) {}

  int64_t offset() const { return offset_; }
  const Value& otherwise() const { return otherwise_; }

  AccumulatorLayout layout() const override { return {}; }
  void add(AggregateContext&, Accumulators, const Column*, const Selection&) const override { refuse(); }
  void merge(AggregateContext&, Accumulators, ReadAccumulators, const AccumulatorTexts*) const override { refuse(); }
  void result(AggregateContext&, ReadAccumulators, ColumnBuilder&) const override { refuse(); }

 private:
  [[noreturn]] static void refuse() { CHECK_MSG(false, "LAG is no accumulator"); }

  int64_t offset_;
  Value otherwise_;
};

// Returns the function as LAG, nullptr where it is another one.
inline const LagFunction* as_lag(const AggregateFunction& function) {
  return dynamic_cast<const LagFunction*>(&function);
}

}  // namespace tidemill
