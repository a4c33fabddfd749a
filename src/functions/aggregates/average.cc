// AVG: sum and count, divided at output in the type of the argument.
#include "functions/aggregates/aggregates.h"
#include "functions/aggregates/column_loops.h"
#include "functions/aggregates/float_sum.h"
#include "functions/aggregates/wide_sum.h"

namespace tidemill {
namespace {

constexpr int32_t kDecimalAverageScaleMin = 6;  // Flink: LogicalTypeMerging.findAvgAggType

// Integers: summed in 64 bits, divided towards zero, in the type of the argument.
template <class T>
struct IntegerAverage {
  uint64_t total;
  int64_t count;
  void change(T value, int32_t sign) {
    total += sign > 0 ? static_cast<uint64_t>(value) : -static_cast<uint64_t>(value);
    count += sign;
  }
  void merge(const IntegerAverage& other) {
    total += other.total;
    count += other.count;
  }
  void result(AggregateContext&, const Type&, const Type&, ColumnBuilder& out) const {
    out.append(static_cast<T>(static_cast<int64_t>(total) / count));
  }
};

template <class T>
struct FloatingAverage {
  FloatSum<double> sum;
  int64_t count;
  void change(T value, int32_t sign) {
    sum.change(static_cast<double>(value), sign);
    count += sign;
  }
  void merge(const FloatingAverage& other) {
    sum.add(other.sum);
    count += other.count;
  }
  void result(AggregateContext&, const Type&, const Type&, ColumnBuilder& out) const {
    out.append(static_cast<T>(sum.total() / static_cast<double>(count)));
  }
};

// Returns total * 10^digits / count, rounded half away from zero, or nullopt where that needs more than 38 digits.
std::optional<int128> scaled_quotient(int128 total, int64_t count, int32_t digits) {
  int64_t power = 1;
  for (int32_t i = 0; i < digits; ++i) power *= 10;
  const int128 whole = total / count;
  const int128 rest = (total % count) * power;  // |rest| < 2^63 * 10^6: no overflow
  int128 fraction = rest / count;
  const int128 remainder = rest % count;
  if (2 * (remainder < 0 ? -remainder : remainder) >= count) fraction += total < 0 ? -1 : 1;
  int128 quotient = 0;
  if (__builtin_mul_overflow(whole, static_cast<int128>(power), &quotient)) return std::nullopt;
  if (__builtin_add_overflow(quotient, fraction, &quotient)) return std::nullopt;
  constexpr int128 kLimit = decimal_magnitude_limit();
  if (quotient >= kLimit || quotient <= -kLimit) return std::nullopt;
  return quotient;
}

template <class T>
struct DecimalAverage {
  WideSum sum;
  int64_t count;
  void change(T value, int32_t sign) {
    sign > 0 ? sum.add(static_cast<int128>(value)) : sum.subtract(static_cast<int128>(value));
    count += sign;
  }
  void merge(const DecimalAverage& other) {
    sum.add(other.sum);
    count += other.count;
  }
  void result(AggregateContext& context, const Type& argument, const Type& result, ColumnBuilder& out) const {
    std::optional<int128> quotient;
    if (fits_decimal(sum)) quotient = scaled_quotient(sum.total(), count, result.scale - argument.scale);
    if (quotient) return out.append(*quotient);
    ++context.overflows;
    out.append_null();
  }
};

template <class T, class State>
class Average final : public AggregateFunction {
 public:
  Average(const Type& argument, const Type& result) : AggregateFunction("AVG", argument, result) {}

  AccumulatorLayout layout() const override { return {sizeof(State), alignof(State), {}}; }
  bool retractable() const override { return true; }
  bool order_sensitive() const override { return argument_type().is_approximate(); }
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
      state.count == 0 ? out.append_null() : state.result(context, argument_type(), result_type(), out);
    }
  }
};

AggregateFunctionPtr make_average(const Type& type) {
  const Type result = type.with_nullable(true);
  switch (type.kind) {
    case TypeKind::kTinyInt:
      return std::make_shared<Average<int8_t, IntegerAverage<int8_t>>>(type, result);
    case TypeKind::kSmallInt:
      return std::make_shared<Average<int16_t, IntegerAverage<int16_t>>>(type, result);
    case TypeKind::kInteger:
      return std::make_shared<Average<int32_t, IntegerAverage<int32_t>>>(type, result);
    case TypeKind::kBigInt:
      return std::make_shared<Average<int64_t, IntegerAverage<int64_t>>>(type, result);
    case TypeKind::kFloat:
      return std::make_shared<Average<float, FloatingAverage<float>>>(type, result);
    case TypeKind::kDouble:
      return std::make_shared<Average<double, FloatingAverage<double>>>(type, result);
    case TypeKind::kDecimal: {
      const Type wide = Type::decimal(kDecimalPrecisionMax, std::max(kDecimalAverageScaleMin, type.scale));
      if (type.physical() == PhysicalType::kInt64)
        return std::make_shared<Average<int64_t, DecimalAverage<int64_t>>>(type, wide);
      return std::make_shared<Average<int128, DecimalAverage<int128>>>(type, wide);
    }
    default:
      return nullptr;
  }
}

}  // namespace

void register_average(FunctionRegistry& registry) {
  registry.aggregate(
      "AVG",
      {"AVG([DISTINCT] number)", "Mean of the values that are not NULL; of integers an integer, towards zero.",
       "AVG(x) = 2 for x in 1, NULL, 4"},
      [](const CallSite& call) -> AggregateCall {
        if (call.size() != 1) return {};
        return {make_average(call.type(0)), call.arguments[0]};
      });
}

}  // namespace tidemill
