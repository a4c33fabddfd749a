#include "connectors/spi/decoding/text_value.h"

#include <limits>

#include "base/base64.h"
#include "base/check.h"
#include "base/error.h"
#include "data/decimal.h"
#include "data/nested.h"
#include "data/number_text.h"

namespace tidemill {
namespace {

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

template <class T>
ValueStatus set_whole_number(ColumnFiller& column, int32_t row, std::string_view text) {
  T value;
  ValueStatus status = parse_whole_number<T>(text, value);
  if (status == ValueStatus::kMalformed) status = parse_whole_number<T>(trim_spaces(text), value);  // rarely
  if (status == ValueStatus::kOk) column.set(row, value);
  return status;
}

template <class T>
ValueStatus set_optional(ColumnFiller& column, int32_t row, const std::optional<T>& value) {
  if (!value) return ValueStatus::kMalformed;
  column.set(row, *value);
  return ValueStatus::kOk;
}

ValueStatus set_decimal(ColumnFiller& column, int32_t row, std::string_view text) {
  int128 unscaled = 0;
  switch (parse_decimal(text, {column.type().precision, column.type().scale}, unscaled)) {
    case DecimalParse::kMalformed:
      return ValueStatus::kMalformed;
    case DecimalParse::kOverflow: {
      const ValueStatus status = set_null(column, row);
      return status == ValueStatus::kOk ? ValueStatus::kNulled : ValueStatus::kOutOfRange;
    }
    case DecimalParse::kOk:
      break;
  }
  if (column.type().physical() == PhysicalType::kInt64) {
    column.set(row, static_cast<int64_t>(unscaled));
  } else {
    column.set(row, unscaled);
  }
  return ValueStatus::kOk;
}

ValueStatus set_moment(ColumnFiller& column, int32_t row, const std::optional<SecondsAndNanos>& moment) {
  if (!moment) return ValueStatus::kMalformed;
  // Digits beyond the declared precision stay as far as the column can hold them, as in Flink.
  const int32_t precision = column.type().precision;
  if (precision <= 3) {
    column.set(row, moment->seconds * 1000 + moment->nanos / 1'000'000);
  } else if (precision <= 6) {
    column.set(row, moment->seconds * 1'000'000 + moment->nanos / 1000);
  } else {
    column.set(row, join_timestamp(*moment, 9));
  }
  return ValueStatus::kOk;
}

// True for yyyy-[m]m-[d]d, as java.sql.Date.valueOf splits it.
bool is_short_date(std::string_view text) {
  constexpr size_t kYearDigits = 4;
  const size_t month = text.find('-');
  const size_t day = month == std::string_view::npos ? month : text.find('-', month + 1);
  if (month != kYearDigits || day == std::string_view::npos) return false;
  const auto one_or_two = [](size_t digits) { return digits == 1 || digits == 2; };
  return one_or_two(day - month - 1) && one_or_two(text.size() - day - 1) &&
         text.find_first_not_of("-0123456789") == std::string_view::npos;
}

std::optional<int32_t> read_date(std::string_view text, const TextForm& form) {
  if (!form.csv) return parse_date(text);
  return is_short_date(text) ? parse_date_cast(text) : std::nullopt;
}

std::optional<int32_t> read_time(std::string_view text, int32_t precision, const TextForm& form) {
  if (!form.csv) return parse_time(text);
  constexpr size_t kHoursAndMinutes = 5;  // HH:mm
  const std::optional<int32_t> time =
      text.size() == kHoursAndMinutes ? parse_time(std::string(text) + ":00") : parse_time(text);
  int32_t unit = 1;  // milliseconds
  for (int32_t digits = precision; digits < 3; ++digits) unit *= 10;
  return time ? std::optional(*time - *time % unit) : std::nullopt;
}

ValueStatus set_binary(ColumnFiller& column, int32_t row, std::string_view text) {
  std::string bytes;
  if (!decode_base64(text, bytes)) return ValueStatus::kMalformed;
  column.copy_text(row, bytes);
  return ValueStatus::kOk;
}

// Appends a part of a nested value, encoded.
ValueStatus append_part(const Type& type, std::string_view text, const TextForm& form, std::string& bytes) {
  ColumnFiller filler(type.with_nullable(true));
  filler.begin(1);
  ValueStatus status = ValueStatus::kOk;
  if (form.null_text && text == *form.null_text) {
    filler.set_null(0);
  } else if (type.is_character()) {
    filler.set_text(0, text);
  } else if (type.kind == TypeKind::kBoolean) {
    filler.set(0, static_cast<uint8_t>(reads_true(text)));
  } else {
    status = set_from_text(filler, 0, text, form);
  }
  if (status != ValueStatus::kOk && status != ValueStatus::kNulled) {
    if (!form.nulls_for_errors) return status;
    filler.set_null(0);
    status = ValueStatus::kNulled;
  }
  append_encoded(bytes, *filler.take(1, {}), 0);
  return status;
}

ValueStatus set_nested(ColumnFiller& column, int32_t row, std::string_view text, const TextForm& form) {
  const Type& type = column.type();
  const bool is_row = type.kind == TypeKind::kRow;
  std::string bytes(is_row ? 0 : sizeof(uint32_t), '\0');
  uint32_t count = 0;
  ValueStatus status = ValueStatus::kOk;
  for (bool more = !text.empty() || is_row; more; ++count) {
    const size_t end = text.find(form.array_separator);
    more = end != std::string_view::npos;
    if (is_row && count == type.num_parts()) {
      if (!form.nulls_for_errors) return ValueStatus::kMalformed;
      status = ValueStatus::kNulled;  // left out
      break;
    }
    const ValueStatus part = append_part(type.part(is_row ? count : 0), text.substr(0, end), form, bytes);
    if (part == ValueStatus::kNulled) status = part;
    if (part != ValueStatus::kNulled && part != ValueStatus::kOk) return part;
    if (more) text.remove_prefix(end + form.array_separator.size());
  }
  for (; is_row && count < type.num_parts(); ++count) {
    if (!form.nulls_for_errors) return ValueStatus::kMalformed;
    append_encoded_null(bytes);
    status = ValueStatus::kNulled;
  }
  if (!is_row) std::memcpy(bytes.data(), &count, sizeof(count));
  column.copy_text(row, bytes);
  return status;
}

std::string_view form_of(const Type& type, const TextForm& form) {
  const bool sql = form.timestamp == TimestampForm::kSql;
  switch (type.kind) {
    case TypeKind::kTimestamp:
      return sql ? "'2020-01-31 10:00:00.123'" : "'2020-01-31T10:00:00.123'";
    case TypeKind::kTimestampLtz:
      return sql ? "'2020-01-31 10:00:00.123Z'" : "'2020-01-31T10:00:00.123Z'";
    case TypeKind::kDate:
      return "'2020-01-31'";
    case TypeKind::kTime:
      return "'10:00:00.123'";
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return "base64, such as 'YWJj'";
    default:
      return "";
  }
}

// Finds out what a text that is no timestamp of this form looks like instead.
std::string timestamp_hint(const Type& type, std::string_view text, const TextForm& form) {
  const bool sql = form.timestamp == TimestampForm::kSql;
  const TimestampForm other = sql ? TimestampForm::kIso8601 : TimestampForm::kSql;
  const bool zoned = type.kind == TypeKind::kTimestampLtz;
  const std::string set_option =
      fmt::format("Set '{}timestamp-format.standard' = '{}'", form.option_prefix, sql ? "ISO-8601" : "SQL");
  if (zoned ? parse_instant(text, other).has_value() : parse_timestamp(text, other).has_value())
    return set_option + ".";
  const std::string declare =
      zoned ? fmt::format("eclare the column TIMESTAMP({}): the text names no time zone.", type.precision)
            : fmt::format("eclare the column TIMESTAMP_LTZ({}): the text names a time zone.", type.precision);
  if (zoned ? parse_timestamp(text, form.timestamp).has_value() : parse_instant(text, form.timestamp).has_value())
    return "D" + declare;
  if (zoned ? parse_timestamp(text, other).has_value() : parse_instant(text, other).has_value())
    return set_option + ", and d" + declare;
  const bool number = !text.empty() && text.find_first_not_of("-0123456789") == std::string_view::npos;
  if (number && text.size() > 8)
    return fmt::format("Declare the column BIGINT and add a computed column: TO_TIMESTAMP_LTZ(column, {}).",
                       text.size() > 11 ? 3 : 0);
  return "Declare the column STRING and convert it with TO_TIMESTAMP(column, 'pattern').";
}

std::string range_of(const Type& type) {
  switch (type.kind) {
    case TypeKind::kTinyInt:
      return " (-128 to 127)";
    case TypeKind::kSmallInt:
      return " (-32768 to 32767)";
    case TypeKind::kInteger:
      return " (-2147483648 to 2147483647)";
    case TypeKind::kBigInt:
      return " (-9223372036854775808 to 9223372036854775807)";
    default:
      return "";
  }
}

std::string wider_type_hint(const Type& type) {
  switch (type.kind) {
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInteger:
      return "Declare the column BIGINT.";
    case TypeKind::kBigInt:
      return "Declare the column DECIMAL(38, 0) or DOUBLE.";
    default:
      return "Declare the column with more digits.";
  }
}

}  // namespace

template <class T>
ValueStatus parse_whole_number(std::string_view text, T& value) {
  constexpr size_t kSafeDigits = 18;  // as many always fit 64 bits
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (negative || text[0] == '+')) text.remove_prefix(1);
  if (text.empty()) return ValueStatus::kMalformed;
  int64_t number = 0;  // counted downwards: the smallest value has no positive twin
  if (text.size() <= kSafeDigits) [[likely]] {
    for (const char c : text) {
      if (!is_digit(c)) return ValueStatus::kMalformed;
      number = number * 10 - (c - '0');
    }
  } else {
    bool overflow = false;
    for (const char c : text) {
      if (!is_digit(c)) return ValueStatus::kMalformed;
      overflow = overflow || __builtin_mul_overflow(number, int64_t{10}, &number) ||
                 __builtin_sub_overflow(number, int64_t{c - '0'}, &number);
    }
    if (overflow) return ValueStatus::kOutOfRange;
  }
  if (!negative) {
    if (number == std::numeric_limits<int64_t>::min()) return ValueStatus::kOutOfRange;
    number = -number;
  }
  if (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max()) return ValueStatus::kOutOfRange;
  value = static_cast<T>(number);
  return ValueStatus::kOk;
}
template ValueStatus parse_whole_number<int8_t>(std::string_view, int8_t&);
template ValueStatus parse_whole_number<int16_t>(std::string_view, int16_t&);
template ValueStatus parse_whole_number<int32_t>(std::string_view, int32_t&);
template ValueStatus parse_whole_number<int64_t>(std::string_view, int64_t&);

bool reads_true(std::string_view text) {
  text = trim_spaces(text);
  if (text.size() != 4) return false;
  constexpr std::string_view kTrue = "true";
  for (size_t i = 0; i < 4; ++i)
    if ((text[i] | 0x20) != kTrue[i]) return false;
  return true;
}

ValueStatus set_from_text(ColumnFiller& column, int32_t row, std::string_view text, const TextForm& form) {
  switch (column.type().kind) {
    case TypeKind::kTinyInt:
      return set_whole_number<int8_t>(column, row, text);
    case TypeKind::kSmallInt:
      return set_whole_number<int16_t>(column, row, text);
    case TypeKind::kInteger:
      return set_whole_number<int32_t>(column, row, text);
    case TypeKind::kBigInt:
      return set_whole_number<int64_t>(column, row, text);
    case TypeKind::kFloat:
      return set_optional(column, row, parse_float(text));
    case TypeKind::kDouble:
      return set_optional(column, row, parse_double(text));
    case TypeKind::kDecimal:
      if (form.csv && text != trim_spaces(text)) return ValueStatus::kMalformed;
      return set_decimal(column, row, text);
    case TypeKind::kDate:
      return set_optional(column, row, read_date(text, form));
    case TypeKind::kTime:
      return set_optional(column, row, read_time(text, column.type().precision, form));
    case TypeKind::kTimestamp:
      return set_moment(column, row, parse_timestamp(text, form.timestamp));
    case TypeKind::kTimestampLtz:
      return set_moment(column, row, parse_instant(text, form.timestamp));
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return set_binary(column, row, text);
    case TypeKind::kArray:
    case TypeKind::kRow:
      return set_nested(column, row, text, form);
    default:
      CHECK_MSG(false, "text formats hold no {}", column.type().to_string());
  }
}

ValueComplaint complain(ValueStatus status, const Type& type, std::string_view text, const TextForm& form) {
  const std::string name = type.with_nullable(true).to_string();
  switch (status) {
    case ValueStatus::kNotNull:
      return {"it is NULL or missing, but declared NOT NULL", "Declare the column without NOT NULL."};
    case ValueStatus::kOutOfRange:
      return {fmt::format("{} is out of range for {}{}", text, name, range_of(type)), wider_type_hint(type)};
    default:
      break;
  }
  const std::string_view wanted = form_of(type, form);
  ValueComplaint complaint;
  complaint.message = fmt::format("'{}' is not {} {}", text, type.kind == TypeKind::kInteger ? "an" : "a", name);
  if (!wanted.empty()) complaint.message += fmt::format(" of the form {}", wanted);
  if (type.is_timestamp()) complaint.hint = timestamp_hint(type, text, form);
  return complaint;
}

}  // namespace tidemill
