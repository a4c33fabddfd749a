// data/value.h - one typed nullable SQL value: literals, constants and row-at-a-time tests. Rule: never on a row's
// path; columns carry data, a Value carries one.
#pragma once
#include <cstdint>
#include <string>
#include <variant>

#include "base/int128.h"
#include "data/column.h"
#include "data/column_builder.h"
#include "data/type.h"

namespace tidemill {

class Value {
 public:
  Value() = default;  // NULL of type NULL
  static Value null(const Type& type) { return Value(type.with_nullable(true), std::monostate{}); }
  // Makes a value from its physical form (see PhysicalType). Requires: T is the C++ type of type.physical(); not Text.
  template <class T>
  static Value of(const Type& type, T physical) {
    CHECK_EQ(physical_size(type.physical()), static_cast<int32_t>(sizeof(T)));
    return Value(type, Storage(physical));
  }
  // Makes a character or binary value from its bytes. Requires: type.physical() is kText.
  static Value of_text(const Type& type, std::string bytes);

  // The shapes that SQL literals have; all NOT NULL.
  static Value boolean(bool value) { return of(Type::boolean().not_null(), static_cast<uint8_t>(value)); }
  static Value integer(int32_t value) { return of(Type::integer().not_null(), value); }
  static Value big_int(int64_t value) { return of(Type::big_int().not_null(), value); }
  static Value float64(double value) { return of(Type::float64().not_null(), value); }
  // Makes a CHAR(n) of the n code points of `text`, as a SQL string literal is (VARCHAR NOT NULL would compare alike).
  static Value characters(std::string text);
  static Value string(std::string text) { return of_text(Type::string().not_null(), std::move(text)); }
  // Makes unscaled / 10^scale as DECIMAL(precision, scale).
  static Value decimal(int128 unscaled, int32_t precision, int32_t scale);

  const Type& type() const { return type_; }
  bool is_null() const { return std::holds_alternative<std::monostate>(storage_); }
  // Returns the physical value. Requires: not NULL, T as in of().
  template <class T>
  T as() const {
    CHECK(std::holds_alternative<T>(storage_));
    return std::get<T>(storage_);
  }
  bool as_bool() const { return as<uint8_t>() != 0; }
  const std::string& text() const {
    CHECK(std::holds_alternative<std::string>(storage_));
    return std::get<std::string>(storage_);
  }
  // Returns any integer, date, time, interval, timestamp or unscaled decimal, widened. Requires: not NULL, such a type.
  int128 as_integer() const;
  // Returns the same physical value under another type of the same physical type.
  Value with_type(const Type& type) const;

  // Returns row `row` of a column.
  static Value at(const Column& column, int32_t row);
  void append_to(ColumnBuilder& builder) const;
  // Returns a constant column of this value.
  ColumnPtr to_column(int32_t num_rows) const;

  // Compares type and physical value; NULL equals NULL of the same type, NaN equals NaN, 0.0 differs from -0.0: this is
  // the identity of literals, not SQL's =.
  bool operator==(const Value& other) const;
  uint64_t hash() const;
  // Returns SQL text: NULL, TRUE, 1, 1.50, 'it''s', DATE '2020-01-01', TIMESTAMP '…', X'00ff'.
  std::string to_string() const;

 private:
  using Storage =
      std::variant<std::monostate, uint8_t, int8_t, int16_t, int32_t, int64_t, int128, float, double, std::string>;
  Value(const Type& type, Storage storage) : type_(type), storage_(std::move(storage)) {}

  Type type_;
  Storage storage_;
};

}  // namespace tidemill
