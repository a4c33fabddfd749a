// SUM in the type of the argument; DECIMAL sums are wider than their result until output.
#include "data/dispatch.h"
#include "functions/aggregates/aggregates.h"
#include "functions/aggregates/column_loops.h"
#include "functions/aggregates/float_sum.h"
#include "functions/aggregates/wide_sum.h"

namespace tidemill {
namespace {

// What the argument is summed in, and what comes out. change(value, ±1), merge(other), and result appended to a
// builder.
template <class T>
struct IntegerSum {
  uint64_t total;  // modulo 2^64; the low bits are the sum modulo 2^32, 2^16, 2^8
  int64_t count;

  void change(T value, int32_t sign) {
    total += sign > 0 ? static_cast<uint64_t>(value) : -static_cast<uint64_t>(value);
    count += sign;
  }
  void merge(const IntegerSum& other) {
    total += other.total;
    count += other.count;
  }
  void result(AggregateContext& context, ColumnBuilder& out) const {
    const auto narrow = static_cast<T>(total);
    if (static_cast<uint64_t>(narrow) != total) ++context.overflows;  // wraps, as Flink does
    out.append(narrow);
  }
};

template <class T>
struct FloatingSum {
  FloatSum<T> sum;
  int64_t count;

  void change(T value, int32_t sign) {
    sum.change(value, sign);
    count += sign;
  }
  void merge(const FloatingSum& other) {
    sum.add(other.sum);
    count += other.count;
  }
  void result(AggregateContext&, ColumnBuilder& out) const { out.append(sum.total()); }
};

template <class T>
struct DecimalSum {
  WideSum sum;
  int64_t count;

  void change(T value, int32_t sign) {
    sign > 0 ? sum.add(static_cast<int128>(value)) : sum.subtract(static_cast<int128>(value));
    count += sign;
  }
  void merge(const DecimalSum& other) {
    sum.add(other.sum);
    count += other.count;
  }
  void result(AggregateContext& context, ColumnBuilder& out) const {
    if (fits_decimal(sum)) return out.append(sum.total());
    ++context.overflows;
    out.append_null();
  }
};

template <class T, class State>
class Sum final : public AggregateFunction {
 public:
  Sum(const Type& argument, const Type& result, bool order_sensitive)
      : AggregateFunction("SUM", argument, result), order_sensitive_(order_sensitive) {}

  AccumulatorLayout layout() const override { return {sizeof(State), alignof(State), {}}; }
  bool retractable() const override { return true; }
  bool order_sensitive() const override { return order_sensitive_; }
  void add(AggregateContext&, Accumulators into, const Column* argument, const Selection& rows) const override {
    for_each_value<T>(*argument, rows, [&](int32_t row, T value) { into.at<State>(row).change(value, 1); });
  }
  void retract(AggregateContext&, Accumulators into, const Column* argument, const Selection& rows) const override {
    for_each_value<T>(*argument, rows, [&](int32_t row, T value) { into.at<State>(row).change(value, -1); });
  }
  void merge(AggregateContext&, Accumulators into, ReadAccumulators from, const AccumulatorTexts*) const override {
    for (int32_t i = 0; i < into.size(); ++i) into.at<State>(i).merge(from.at<State>(i));
  }
  void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const override {
    for (int32_t i = 0; i < from.size(); ++i) {
      const State& state = from.at<State>(i);
      state.count == 0 ? out.append_null() : state.result(context, out);
    }
  }

 private:
  bool order_sensitive_;
};

AggregateFunctionPtr make_sum(const Type& type) {
  const Type result = type.with_nullable(true);
  switch (type.kind) {
    case TypeKind::kTinyInt:
      return std::make_shared<Sum<int8_t, IntegerSum<int8_t>>>(type, result, false);
    case TypeKind::kSmallInt:
      return std::make_shared<Sum<int16_t, IntegerSum<int16_t>>>(type, result, false);
    case TypeKind::kInteger:
      return std::make_shared<Sum<int32_t, IntegerSum<int32_t>>>(type, result, false);
    case TypeKind::kBigInt:
      return std::make_shared<Sum<int64_t, IntegerSum<int64_t>>>(type, result, false);
    case TypeKind::kFloat:
      return std::make_shared<Sum<float, FloatingSum<float>>>(type, result, true);
    case TypeKind::kDouble:
      return std::make_shared<Sum<double, FloatingSum<double>>>(type, result, true);
    case TypeKind::kDecimal: {
      const Type wide = Type::decimal(kDecimalPrecisionMax, type.scale);
      if (type.physical() == PhysicalType::kInt64)
        return std::make_shared<Sum<int64_t, DecimalSum<int64_t>>>(type, wide, false);
      return std::make_shared<Sum<int128, DecimalSum<int128>>>(type, wide, false);
    }
    default:
      return nullptr;
  }
}

}  // namespace

void register_sum(FunctionRegistry& registry) {
  registry.aggregate("SUM",
                     {"SUM([DISTINCT] number)",
                      "Sum of the values that are not NULL, in the type of the argument; DECIMAL: 38 digits.",
                      "SUM(x) = 5 for x in 1, NULL, 4"},
                     [](const CallSite& call) -> AggregateCall {
                       if (call.size() != 1) return {};
                       return {make_sum(call.type(0)), call.arguments[0]};
                     });
}

}  // namespace tidemill
