#include "data/value.h"

#include <fmt/format.h>

#include <bit>
#include <iterator>

#include "base/hash.h"
#include "data/dispatch.h"
#include "data/utf8.h"
#include "data/value_text.h"

namespace tidemill {
namespace {

// Returns bits that are equal exactly where the values are the same literal.
uint64_t identity_bits(double value) {
  return value != value ? std::bit_cast<uint64_t>(std::numeric_limits<double>::quiet_NaN())
                        : std::bit_cast<uint64_t>(value);
}

}  // namespace

Value Value::of_text(const Type& type, std::string bytes) {
  CHECK(type.physical() == PhysicalType::kText);
  return Value(type, std::move(bytes));
}

Value Value::characters(std::string text) {
  const Type type = Type::char_of(utf8_length(text)).not_null();
  return of_text(type, std::move(text));
}

Value Value::decimal(int128 unscaled, int32_t precision, int32_t scale) {
  const Type type = Type::decimal(precision, scale).not_null();
  if (type.physical() == PhysicalType::kInt64) return of(type, static_cast<int64_t>(unscaled));
  return of(type, unscaled);
}

int128 Value::as_integer() const {
  return std::visit(
      [](const auto& value) -> int128 {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_integral_v<T> || std::is_same_v<T, int128>) return value;
        CHECK_MSG(false, "not an integer");
      },
      storage_);
}

Value Value::with_type(const Type& type) const {
  CHECK(is_null() || type.physical() == type_.physical());
  return Value(type, storage_);
}

Value Value::at(const Column& column, int32_t row) {
  if (column.is_null(row)) return null(column.type());
  if (column.type().physical() == PhysicalType::kText) {
    return of_text(column.type(), std::string(column.text(row)));
  }
  return dispatch_physical(column.type().physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, Text>) {
      return Value();
    } else {
      return of(column.type(), column.decode<T>()[row]);
    }
  });
}

void Value::append_to(ColumnBuilder& builder) const {
  std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          builder.append_null();
        } else if constexpr (std::is_same_v<T, std::string>) {
          builder.append_text(value);
        } else {
          builder.append(value);
        }
      },
      storage_);
}

ColumnPtr Value::to_column(int32_t num_rows) const {
  ColumnBuilder builder(type_);
  append_to(builder);
  return Column::constant(*builder.finish(), num_rows);
}

bool Value::operator==(const Value& other) const {
  if (type_ != other.type_ || storage_.index() != other.storage_.index()) return false;
  if (const auto* value = std::get_if<double>(&storage_)) {
    return identity_bits(*value) == identity_bits(std::get<double>(other.storage_));
  }
  if (const auto* value = std::get_if<float>(&storage_)) {
    return identity_bits(*value) == identity_bits(std::get<float>(other.storage_));
  }
  return storage_ == other.storage_;
}

uint64_t Value::hash() const {
  return std::visit(
      [](const auto& value) -> uint64_t {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return hash_integer(0);
        } else if constexpr (std::is_same_v<T, std::string>) {
          return hash_bytes(value.data(), value.size());
        } else if constexpr (std::is_floating_point_v<T>) {
          return hash_integer(identity_bits(value));
        } else {
          return hash_integer(static_cast<uint64_t>(value));
        }
      },
      storage_);
}

std::string Value::to_string() const {
  if (is_null()) return "NULL";
  std::string body;
  append_cast_text(body, *to_column(1), 0, TimeZone());
  std::string quoted = "'";
  for (const char c : body) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  quoted += '\'';
  switch (type_.kind) {
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return quoted;
    case TypeKind::kBinary:
    case TypeKind::kVarbinary: {
      std::string hex = "X'";
      for (const char c : text()) fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(c));
      return hex + "'";
    }
    case TypeKind::kDate:
      return "DATE " + quoted;
    case TypeKind::kTime:
      return "TIME " + quoted;
    case TypeKind::kTimestamp:
      return "TIMESTAMP " + quoted;
    case TypeKind::kTimestampLtz:
      return "TIMESTAMP_LTZ " + quoted;
    case TypeKind::kIntervalYearMonth:
      return "INTERVAL " + quoted + " YEAR TO MONTH";
    case TypeKind::kIntervalDayTime:
      return "INTERVAL " + quoted + " DAY TO SECOND";
    default:
      return body;
  }
}

}  // namespace tidemill
