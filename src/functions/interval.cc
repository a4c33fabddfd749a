// + and - of dates and times with intervals, intervals with intervals, and an interval times a number.
#include "data/calendar.h"
#include "functions/bind.h"
#include "functions/families.h"

namespace tidemill {
namespace {

// What the interval is subtracted by being negated first.
template <bool kSubtract, class T>
int64_t signed_amount(T amount) {
  return kSubtract ? -static_cast<int64_t>(amount) : static_cast<int64_t>(amount);
}

// A timestamp of any precision: unscaled values are units of 10^-3, 10^-6 or 10^-9 seconds.
template <bool kSubtract, class T>
ScalarFunctionPtr timestamp_plus_millis(int32_t precision) {
  const int64_t units_per_milli = timestamp_units_per_second(precision) / 1000;
  return make_kernel([units_per_milli](T time, int64_t millis) {
    // Unsigned: rows that are NULL or unselected go through here too.
    using U = std::conditional_t<std::is_same_v<T, int64_t>, uint64_t, uint128>;
    const U distance = static_cast<U>(static_cast<T>(millis)) * static_cast<U>(units_per_milli);
    return static_cast<T>(kSubtract ? static_cast<U>(time) - distance : static_cast<U>(time) + distance);
  });
}

// Adds months of the calendar; to an instant in UTC, whatever the session's zone, as Flink does.
template <bool kSubtract, class T>
ScalarFunctionPtr timestamp_plus_months(const Type& type) {
  return make_kernel([type](T time, int32_t months) {
    SecondsAndNanos moment = split_timestamp(time, type.precision);
    const int64_t days = floor_div(moment.seconds, kSecondsPerDay);
    const int64_t second_of_day = moment.seconds - days * kSecondsPerDay;
    moment.seconds =
        add_months(static_cast<int32_t>(days), signed_amount<kSubtract>(months)) * kSecondsPerDay + second_of_day;
    return static_cast<T>(join_timestamp(moment, type.precision));
  });
}

// Only whole days of the interval count.
template <bool kSubtract>
ScalarFunctionPtr date_plus_millis() {
  return make_kernel([](int32_t days, int64_t millis) {
    return static_cast<int32_t>(days + signed_amount<kSubtract>(millis / kMillisPerDay));
  });
}

template <bool kSubtract>
ScalarFunctionPtr date_plus_months() {
  return make_kernel(
      [](RowContext&, int32_t days, int32_t months) { return add_months(days, signed_amount<kSubtract>(months)); });
}

// A time of day goes round at midnight.
template <bool kSubtract>
ScalarFunctionPtr time_plus_millis() {
  return make_kernel([](int32_t time, int64_t millis) {
    return static_cast<int32_t>(
        floor_mod<int64_t>(time + signed_amount<kSubtract>(millis % kMillisPerDay), kMillisPerDay));
  });
}

template <bool kSubtract>
ScalarFunctionPtr moment_kernel(const Type& moment, const Type& interval) {
  const bool months = interval.kind == TypeKind::kIntervalYearMonth;
  if (moment.kind == TypeKind::kDate) return months ? date_plus_months<kSubtract>() : date_plus_millis<kSubtract>();
  if (moment.kind == TypeKind::kTime) return months ? nullptr : time_plus_millis<kSubtract>();
  if (!moment.is_timestamp()) return nullptr;
  return with_wide_integer(moment, [&]<class T>() {
    return months ? timestamp_plus_months<kSubtract, T>(moment) : timestamp_plus_millis<kSubtract, T>(moment.precision);
  });
}

template <bool kSubtract, class T>
ScalarFunctionPtr interval_kernel() {
  return make_kernel([](T a, T b) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(kSubtract ? static_cast<U>(a) - static_cast<U>(b) : static_cast<U>(a) + static_cast<U>(b));
  });
}

ExpressionPtr interval_and_interval(bool subtract, const CallSite& site) {
  if (site.type(0).kind != site.type(1).kind) return nullptr;
  const bool months = site.type(0).kind == TypeKind::kIntervalYearMonth;
  ScalarFunctionPtr kernel = subtract
                                 ? (months ? interval_kernel<true, int32_t>() : interval_kernel<true, int64_t>())
                                 : (months ? interval_kernel<false, int32_t>() : interval_kernel<false, int64_t>());
  return make_strict_call(site, std::move(kernel), site.type(0));
}

ExpressionPtr bind_plus(const CallSite& site) {
  if (site.size() != 2) return nullptr;
  const Type& a = site.type(0);
  const Type& b = site.type(1);
  if (a.is_interval() && b.is_interval()) return interval_and_interval(false, site);
  if (a.is_interval() == b.is_interval()) return nullptr;
  const size_t moment = a.is_interval() ? 1 : 0;
  ScalarFunctionPtr kernel = moment_kernel<false>(site.type(moment), site.type(1 - moment));
  if (!kernel) return nullptr;
  return make_call(site, std::move(kernel), {site.arguments[moment], site.arguments[1 - moment]},
                   site.type(moment).with_nullable(site.any_nullable()));
}

// timestamp - timestamp in milliseconds; Flink has it only as (a - b) DAY, here it may stand alone.
ExpressionPtr difference(const CallSite& site) {
  const Type& a = site.type(0);
  const Type& b = site.type(1);
  if (!a.is_timestamp() || a.kind != b.kind) return nullptr;
  ScalarFunctionPtr kernel = with_wide_integer(a, [&]<class A>() {
    return with_wide_integer(b, [&]<class B>() {
      return make_kernel([from = a.precision, to = b.precision](A left, B right) {
        return static_cast<int64_t>(rescale_timestamp(left, from, 3) - rescale_timestamp(right, to, 3));
      });
    });
  });
  return make_strict_call(site, std::move(kernel), Type::interval_day_time());
}

ExpressionPtr bind_minus(const CallSite& site) {
  if (site.size() != 2) return nullptr;
  if (site.type(0).is_interval() && site.type(1).is_interval()) return interval_and_interval(true, site);
  if (!site.type(1).is_interval()) return difference(site);
  ScalarFunctionPtr kernel = moment_kernel<true>(site.type(0), site.type(1));
  return kernel ? make_strict_call(site, std::move(kernel), site.type(0)) : nullptr;
}

ExpressionPtr bind_times(const CallSite& site) {
  if (site.size() != 2) return nullptr;
  const size_t interval = site.type(0).is_interval() ? 0 : 1;
  if (!site.type(interval).is_interval() || !site.type(1 - interval).is_integer()) return nullptr;
  const bool months = site.type(interval).kind == TypeKind::kIntervalYearMonth;
  ScalarFunctionPtr kernel =
      months ? make_kernel([](int32_t amount, int64_t factor) {
        return static_cast<int32_t>(static_cast<uint64_t>(amount) * static_cast<uint64_t>(factor));
      })
             : make_kernel([](int64_t amount, int64_t factor) {
                 return static_cast<int64_t>(static_cast<uint64_t>(amount) * static_cast<uint64_t>(factor));
               });
  return make_call(site, std::move(kernel),
                   {site.arguments[interval], coerce(site.arguments[1 - interval], Type::big_int())},
                   site.type(interval).with_nullable(site.any_nullable()));
}

}  // namespace

void register_interval_functions(FunctionRegistry& registry) {
  registry.with_rule("+",
                     {"time + interval | interval + interval", "A moment moved, or the sum of two intervals.",
                      "DATE '2020-01-31' + INTERVAL '1' MONTH = 2020-02-29"},
                     bind_plus);
  registry.with_rule("-",
                     {"time - interval | interval - interval | timestamp - timestamp",
                      "A moment moved back, or a distance.", "TIME '00:30:00' - INTERVAL '1' HOUR = 23:30:00"},
                     bind_minus);
  registry.with_rule("*", {"interval * integer", "Many intervals.", "INTERVAL '1' DAY * 2 = +2 00:00:00.000"},
                     bind_times);
}

}  // namespace tidemill
