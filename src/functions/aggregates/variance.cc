// VAR_POP, VAR_SAMP, STDDEV_POP, STDDEV_SAMP: by Welford's algorithm in DOUBLE, as Flink, and then in the type of the
// argument. Source: Welford, Technometrics 4 (1962); merging: Chan, Golub, LeVeque, 1979.
#include <cmath>

#include "data/decimal.h"
#include "data/dispatch.h"
#include "functions/aggregates/aggregates.h"
#include "functions/aggregates/column_loops.h"

namespace tidemill {
namespace {

constexpr int32_t kDecimalScaleMin = 6;  // Flink: LogicalTypeMerging.findAvgAggType

struct Measure {
  bool sample;  // divides by n - 1
  bool root;    // the standard deviation
};

// All bytes zero: no value. Values that are not finite are only counted, so that retracting one restores the rest.
struct Moments {
  int64_t count;
  int64_t not_finite;
  double mean;
  double squares;  // of the differences from the mean

  void add(double value) {
    if (!std::isfinite(value)) {
      ++not_finite;
      return;
    }
    ++count;
    const double before = value - mean;
    mean += before / static_cast<double>(count);
    squares += before * (value - mean);
  }
  void retract(double value) {
    if (!std::isfinite(value)) {
      --not_finite;
      return;
    }
    if (--count == 0) {
      mean = squares = 0;
      return;
    }
    const double before = value - mean;
    mean -= before / static_cast<double>(count);
    squares -= before * (value - mean);
  }
  void merge(const Moments& other) {
    not_finite += other.not_finite;
    if (other.count == 0) return;
    if (count == 0) {
      count = other.count;
      mean = other.mean;
      squares = other.squares;
      return;
    }
    const auto mine = static_cast<double>(count), others = static_cast<double>(other.count);
    const double distance = other.mean - mean;
    count += other.count;
    mean += distance * others / (mine + others);
    squares += other.squares + distance * distance * mine * others / (mine + others);
  }
  // Returns nullopt where there are too few values.
  std::optional<double> result(Measure measure) const {
    const int64_t divisor = count + not_finite - (measure.sample ? 1 : 0);
    if (divisor <= 0) return std::nullopt;
    if (not_finite > 0) return std::nan("");
    const double variance = std::max(squares, 0.0) / static_cast<double>(divisor);
    return measure.root ? std::sqrt(variance) : variance;
  }
};

// As CAST of a DOUBLE: towards zero, to the nearest that there is; NaN is 0.
template <class T>
T truncated(double value) {
  constexpr double kAbove = -2.0 * static_cast<double>(std::numeric_limits<T>::min() / 2);
  if (std::isnan(value)) return 0;
  return value >= kAbove ? std::numeric_limits<T>::max() : static_cast<T>(value);
}

void append_result(double value, AggregateContext& context, ColumnBuilder& out) {
  const Type& type = out.type();
  switch (type.kind) {
    case TypeKind::kTinyInt:
      return out.append(truncated<int8_t>(value));
    case TypeKind::kSmallInt:
      return out.append(truncated<int16_t>(value));
    case TypeKind::kInteger:
      return out.append(truncated<int32_t>(value));
    case TypeKind::kBigInt:
      return out.append(truncated<int64_t>(value));
    case TypeKind::kFloat:
      return out.append(static_cast<float>(value));
    case TypeKind::kDouble:
      return out.append(value);
    default:
      break;
  }
  const auto decimal = std::isfinite(value) ? double_to_decimal(value, {type.precision, type.scale}) : std::nullopt;
  if (decimal) return out.append(*decimal);
  ++context.overflows;
  out.append_null();
}

template <class T>
class Variance final : public AggregateFunction {
 public:
  Variance(std::string name, const Type& argument, const Type& result, Measure measure)
      : AggregateFunction(std::move(name), argument, result), measure_(measure) {}

  AccumulatorLayout layout() const override { return {sizeof(Moments), alignof(Moments), {}}; }
  bool retractable() const override { return true; }
  bool order_sensitive() const override { return true; }
  void add(AggregateContext&, Accumulators into, const Column* argument, const Selection& rows) const override {
    for_each_value<T>(*argument, rows, [&](int32_t row, T value) { into.at<Moments>(row).add(as_double(value)); });
  }
  void retract(AggregateContext&, Accumulators into, const Column* argument, const Selection& rows) const override {
    for_each_value<T>(*argument, rows, [&](int32_t row, T value) { into.at<Moments>(row).retract(as_double(value)); });
  }
  void merge(AggregateContext&, Accumulators into, ReadAccumulators from, const AccumulatorTexts*) const override {
    for (int32_t i = 0; i < into.size(); ++i) into.at<Moments>(i).merge(from.at<Moments>(i));
  }
  void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const override {
    for (int32_t i = 0; i < from.size(); ++i) {
      const auto value = from.at<Moments>(i).result(measure_);
      value ? append_result(*value, context, out) : out.append_null();
    }
  }

 private:
  double as_double(T value) const {
    const Type& type = argument_type();
    if constexpr (std::is_integral_v<T> || std::is_same_v<T, int128>) {
      if (type.kind == TypeKind::kDecimal) return decimal_to_double(value, type.scale);
    }
    return static_cast<double>(value);
  }

  Measure measure_;
};

AggregateFunctionPtr make_variance(const std::string& name, const Type& type, Measure measure) {
  if (!type.is_numeric()) return nullptr;
  Type result = type.with_nullable(true);
  if (type.kind == TypeKind::kDecimal) {
    result = Type::decimal(kDecimalPrecisionMax, std::max(type.scale, kDecimalScaleMin));
  }
  return dispatch_physical(type.physical(), [&]<class T>() -> AggregateFunctionPtr {
    if constexpr (std::is_same_v<T, Text>) {
      return nullptr;
    } else {
      return std::make_shared<Variance<T>>(name, type, result, measure);
    }
  });
}

void register_measure(FunctionRegistry& registry, const char* name, FunctionDoc doc, Measure measure) {
  registry.aggregate(name, doc, [name, measure](const CallSite& call) -> AggregateCall {
    if (call.size() != 1) return {};
    return {make_variance(name, call.type(0), measure), call.arguments[0]};
  });
}

}  // namespace

void register_variance(FunctionRegistry& registry) {
  register_measure(registry, "VAR_POP",
                   {"VAR_POP([DISTINCT] number)", "Variance of all values that are not NULL, in their type.",
                    "VAR_POP(x) = 1.25 for x in 1E0, 2E0, 3E0, 4E0"},
                   {false, false});
  register_measure(registry, "VAR_SAMP",
                   {"VAR_SAMP([DISTINCT] number)", "Variance of a sample, divided by n - 1; NULL for one value.",
                    "VAR_SAMP(x) = 2.5 for x in 1E0, 2E0, 3E0, 4E0, 5E0"},
                   {true, false});
  registry.alias("VARIANCE", "VAR_SAMP");
  register_measure(
      registry, "STDDEV_POP",
      {"STDDEV_POP([DISTINCT] number)", "Standard deviation of all values that are not NULL, in their type.",
       "STDDEV_POP(x) = 2.0 for x in 2E0, 4E0, 4E0, 4E0, 5E0, 5E0, 7E0, 9E0"},
      {false, true});
  register_measure(registry, "STDDEV_SAMP",
                   {"STDDEV_SAMP([DISTINCT] number)", "Standard deviation of a sample; NULL for one value.",
                    "STDDEV_SAMP(x) = 1.0 for x in 1E0, 2E0, 3E0"},
                   {true, true});
  registry.alias("STDDEV", "STDDEV_SAMP");
}

}  // namespace tidemill
