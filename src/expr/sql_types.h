// expr/sql_types.h - the C++ types of typed functions and the SQL types they stand for. Rule: a wrapper is exactly the
// physical value; parameterised types (DECIMAL, TIMESTAMP(p)) need a type rule instead, but for precision 3.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/int128.h"
#include "data/text.h"
#include "data/type.h"

namespace tidemill {

struct Date {
  int32_t days;  // since 1970-01-01
};
struct TimeOfDay {
  int32_t milliseconds;
};
struct Timestamp3 {
  int64_t milliseconds;  // wall clock, as if UTC
};
struct TimestampLtz3 {
  int64_t milliseconds;
};
struct IntervalMonths {
  int32_t months;
};
struct IntervalMillis {
  int64_t milliseconds;
};
struct Bytes {
  std::string_view view;
};

// SqlType<T>: type() is the SQL type of the C++ type T, Physical what its column holds; from() and to() convert a
// value.
template <class T>
struct SqlType;

template <class T>
struct SqlTypeOfNumber {
  using Physical = T;
  static T from(const Physical& value) { return value; }
  static Physical to(T value) { return value; }
};
template <>
struct SqlType<int8_t> : SqlTypeOfNumber<int8_t> {
  static Type type() { return Type::tiny_int(); }
};
template <>
struct SqlType<int16_t> : SqlTypeOfNumber<int16_t> {
  static Type type() { return Type::small_int(); }
};
template <>
struct SqlType<int32_t> : SqlTypeOfNumber<int32_t> {
  static Type type() { return Type::integer(); }
};
template <>
struct SqlType<int64_t> : SqlTypeOfNumber<int64_t> {
  static Type type() { return Type::big_int(); }
};
// Only inside kernels whose function has a type rule: DECIMAL above 18 digits, TIMESTAMP above 6.
template <>
struct SqlType<int128> : SqlTypeOfNumber<int128> {
  static Type type() { return Type::decimal(kDecimalPrecisionMax, 0); }
};
template <>
struct SqlType<float> : SqlTypeOfNumber<float> {
  static Type type() { return Type::float32(); }
};
template <>
struct SqlType<double> : SqlTypeOfNumber<double> {
  static Type type() { return Type::float64(); }
};
// A boolean as it lies in memory, for kernels by physical type.
template <>
struct SqlType<uint8_t> : SqlTypeOfNumber<uint8_t> {
  static Type type() { return Type::boolean(); }
};
template <>
struct SqlType<bool> {
  using Physical = uint8_t;
  static Type type() { return Type::boolean(); }
  static bool from(const Physical& value) { return value != 0; }
  static Physical to(bool value) { return static_cast<uint8_t>(value); }
};
template <>
struct SqlType<std::string_view> {
  using Physical = Text;
  static Type type() { return Type::string(); }
  static std::string_view from(const Text& value) { return value.view(); }
  static Text to(std::string_view value) { return Text(value); }
};
// The 16 bytes themselves: equality of two of them is often settled by the first eight.
template <>
struct SqlType<Text> {
  using Physical = Text;
  static Type type() { return Type::string(); }
  static const Text& from(const Text& value) { return value; }
  static Text to(const Text& value) { return value; }
};
template <>
struct SqlType<Bytes> {
  using Physical = Text;
  static Type type() { return Type::bytes(); }
  static Bytes from(const Text& value) { return {value.view()}; }
  static Text to(Bytes value) { return Text(value.view); }
};

template <class T, class P, P T::* Member>
struct SqlTypeOfWrapper {
  using Physical = P;
  static T from(const P& value) { return T{value}; }
  static P to(T value) { return value.*Member; }
};
template <>
struct SqlType<Date> : SqlTypeOfWrapper<Date, int32_t, &Date::days> {
  static Type type() { return Type::date(); }
};
template <>
struct SqlType<TimeOfDay> : SqlTypeOfWrapper<TimeOfDay, int32_t, &TimeOfDay::milliseconds> {
  static Type type() { return Type::time(3); }
};
template <>
struct SqlType<Timestamp3> : SqlTypeOfWrapper<Timestamp3, int64_t, &Timestamp3::milliseconds> {
  static Type type() { return Type::timestamp(3); }
};
template <>
struct SqlType<TimestampLtz3> : SqlTypeOfWrapper<TimestampLtz3, int64_t, &TimestampLtz3::milliseconds> {
  static Type type() { return Type::timestamp_ltz(3); }
};
template <>
struct SqlType<IntervalMonths> : SqlTypeOfWrapper<IntervalMonths, int32_t, &IntervalMonths::months> {
  static Type type() { return Type::interval_year_month(); }
};
template <>
struct SqlType<IntervalMillis> : SqlTypeOfWrapper<IntervalMillis, int64_t, &IntervalMillis::milliseconds> {
  static Type type() { return Type::interval_day_time(); }
};

// optional<T> as a parameter sees NULL; as a result may be NULL.
template <class T>
struct OptionalOf {
  static constexpr bool kOptional = false;
  using Value = T;
};
template <class T>
struct OptionalOf<std::optional<T>> {
  static constexpr bool kOptional = true;
  using Value = T;
};

}  // namespace tidemill
