// expr/cast_temporal.cc - casts among DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ. Rule: fraction digits beyond the target's
// precision are cut towards the past; crossing between zone-less and instant goes through the session's zone.
#include "data/calendar.h"
#include "expr/cast_kernel.h"
#include "expr/typed_function.h"

namespace tidemill {
namespace {

bool temporal(const Type& type) {
  return type.kind == TypeKind::kDate || type.kind == TypeKind::kTime || type.is_timestamp();
}

// Returns the wall-clock reading that a physical value stands for, were it TIMESTAMP: dates at midnight, times of day
// on 1970-01-01, instants in `zone`.
template <class T>
SecondsAndNanos reading_of(T value, const Type& type, const TimeZone& zone) {
  if (type.kind == TypeKind::kDate) return {static_cast<int64_t>(value) * kSecondsPerDay, 0};
  using Wide = std::conditional_t<sizeof(T) == sizeof(int128), int128, int64_t>;
  const int32_t precision = type.kind == TypeKind::kTime ? 3 : type.precision;
  SecondsAndNanos moment = split_timestamp<Wide>(value, precision);
  if (type.kind == TypeKind::kTimestampLtz) moment.seconds += zone.offset_seconds(moment.seconds);
  return moment;
}

// The inverse: cuts a wall-clock reading down to what the target keeps.
template <class T>
T value_of(const SecondsAndNanos& reading, const Type& type, const TimeZone& zone) {
  if (type.kind == TypeKind::kDate) return static_cast<T>(floor_div(reading.seconds, kSecondsPerDay));
  if (type.kind == TypeKind::kTime) {
    const int64_t step = power_of_ten(3 - std::min(type.precision, 3));
    const int64_t millis = floor_mod(reading.seconds, kSecondsPerDay) * kMillisPerSecond + reading.nanos / 1000000;
    return static_cast<T>(millis / step * step);
  }
  SecondsAndNanos moment = reading;
  if (type.kind == TypeKind::kTimestampLtz) {
    moment.seconds = zone.to_instant(moment.seconds * kMillisPerSecond) / kMillisPerSecond;
  }
  return static_cast<T>(join_timestamp(moment, type.precision));
}

template <class From, class To>
ScalarFunctionPtr through_reading(const Type& from, const Type& to) {
  return make_kernel([from, to](RowContext& row, From value) {
    const TimeZone& zone = row.context().time_zone;
    return value_of<To>(reading_of(value, from, zone), to, zone);
  });
}

// Same kind, another precision: no zone needed, and TIMESTAMP(6) to (3) is one division.
template <class From, class To>
ScalarFunctionPtr rescaling(const Type& from, const Type& to) {
  return make_kernel([from = from.precision, to = to.precision](From value) {
    using Wide = std::conditional_t<sizeof(From) == sizeof(int128), int128, int64_t>;
    return static_cast<To>(join_timestamp(split_timestamp<Wide>(value, from), to));
  });
}

template <class Body>
ScalarFunctionPtr with_physical(const Type& type, Body body) {
  switch (type.physical()) {
    case PhysicalType::kInt32:
      return body.template operator()<int32_t>();
    case PhysicalType::kInt64:
      return body.template operator()<int64_t>();
    default:
      CHECK(type.physical() == PhysicalType::kInt128);
      return body.template operator()<int128>();
  }
}

}  // namespace

CastKernel make_temporal_cast(const Type& from, const Type& to) {
  if (!temporal(from) || !temporal(to)) return {};
  const bool date_and_time = (from.kind == TypeKind::kDate && to.kind == TypeKind::kTime) ||
                             (from.kind == TypeKind::kTime && to.kind == TypeKind::kDate);
  if (date_and_time) return {};
  const bool same_kind = from.kind == to.kind && from.is_timestamp();
  const bool reads_zone = (from.kind == TypeKind::kTimestampLtz) != (to.kind == TypeKind::kTimestampLtz);
  return {with_physical(from,
                        [&]<class From>() {
                          return with_physical(to, [&]<class To>() {
                            return same_kind ? rescaling<From, To>(from, to) : through_reading<From, To>(from, to);
                          });
                        }),
          false, reads_zone};
}

}  // namespace tidemill
