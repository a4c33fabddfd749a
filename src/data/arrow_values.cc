#include "data/arrow_values.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "data/buffer.h"
#include "data/decimal.h"
#include "data/encoded_map.h"
#include "data/nested.h"
#include "data/utf8.h"

namespace tidemill {
namespace {

constexpr int64_t kSecondsADay = 86'400;

template <class T>
T value_at(const ArrowArray& array, int64_t row, int64_t buffer = 1) {
  T value;
  std::memcpy(&value, static_cast<const char*>(array.buffers[buffer]) + (array.offset + row) * int64_t{sizeof(T)},
              sizeof(T));
  return value;
}

float half_to_float(uint16_t half) {
  const int exponent = half >> 10 & 0x1F, fraction = half & 0x3FF;
  float value = exponent == 0    ? std::ldexp(static_cast<float>(fraction), -24)
                : exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                                 : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return (half & 0x8000) != 0 ? -value : value;
}

int64_t integer_of(ArrowLayout layout, const ArrowArray& array, int64_t row) {
  switch (layout) {
    case ArrowLayout::kInt8:
      return value_at<int8_t>(array, row);
    case ArrowLayout::kUint8:
      return value_at<uint8_t>(array, row);
    case ArrowLayout::kInt16:
      return value_at<int16_t>(array, row);
    case ArrowLayout::kUint16:
      return value_at<uint16_t>(array, row);
    case ArrowLayout::kInt32:
      return value_at<int32_t>(array, row);
    case ArrowLayout::kUint32:
      return value_at<uint32_t>(array, row);
    case ArrowLayout::kInt64:
    case ArrowLayout::kUint64:
      return value_at<int64_t>(array, row);
    default:
      CHECK_MSG(false, "no integers in layout {}", static_cast<int>(layout));
  }
}

int128 floor_divided(int128 value, int64_t divisor) {
  const int128 quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

std::string_view bytes_between(const ArrowArray& array, int64_t begin, int64_t end) {
  return {static_cast<const char*>(array.buffers[2]) + begin, static_cast<size_t>(end - begin)};
}

std::string_view view_at(const ArrowArray& array, int64_t row) {
  const char* const view = static_cast<const char*>(array.buffers[1]) + (array.offset + row) * 16;
  int32_t size = 0, buffer = 0, offset = 0;
  std::memcpy(&size, view, 4);
  if (size <= 12) return {view + 4, static_cast<size_t>(size)};
  std::memcpy(&buffer, view + 8, 4);
  std::memcpy(&offset, view + 12, 4);
  return {static_cast<const char*>(array.buffers[2 + buffer]) + offset, static_cast<size_t>(size)};
}

// Returns where the entries of a list or map lie in its child.
std::pair<int64_t, int64_t> entries_at(const ArrowFormat& format, const ArrowArray& array, int64_t row) {
  if (format.layout == ArrowLayout::kFixedList)
    return {(array.offset + row) * format.size, (array.offset + row + 1) * format.size};
  if (format.layout == ArrowLayout::kLargeList)
    return {value_at<int64_t>(array, row), value_at<int64_t>(array, row + 1)};
  return {value_at<int32_t>(array, row), value_at<int32_t>(array, row + 1)};
}

bool parse_time(std::string_view text, ArrowFormat& format) {
  static constexpr std::string_view kUnits = "smun";
  static constexpr int64_t kScales[] = {1, 1'000, 1'000'000, 1'000'000'000};
  if (text == "tdD" || text == "tdm") {
    format.layout = text == "tdD" ? ArrowLayout::kInt32 : ArrowLayout::kInt64;
    format.units_a_second = text == "tdD" ? 0 : 1'000;
    format.type = Type::date();
    return true;
  }
  if (text.size() < 3 || (text[1] != 't' && text[1] != 's')) return false;
  const size_t unit = kUnits.find(text[2]);
  if (unit == std::string_view::npos) return false;
  format.units_a_second = kScales[unit];
  const auto precision = static_cast<int32_t>(unit) * 3;
  if (text[1] == 't') {
    format.layout = unit < 2 ? ArrowLayout::kInt32 : ArrowLayout::kInt64;
    format.type = Type::time(std::min(precision, 3));
  } else {
    format.layout = ArrowLayout::kInt64;
    format.type = text.size() > 4 ? Type::timestamp_ltz(precision) : Type::timestamp(precision);
  }
  return true;
}

bool parse_decimal(std::string_view text, ArrowFormat& format) {
  int32_t numbers[3] = {0, 0, 128};
  const char* at = text.data() + 2;
  const char* const end = text.data() + text.size();
  for (int32_t& number : numbers) {
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return false;
    if (next == end) break;
    at = next + 1;
  }
  const auto [precision, scale, bits] = numbers;
  if (precision < 1 || precision > kDecimalPrecisionMax || scale < 0 || scale > precision) return false;
  if (bits != 32 && bits != 64 && bits != 128) return false;
  format.layout = bits == 32   ? ArrowLayout::kDecimal32
                  : bits == 64 ? ArrowLayout::kDecimal64
                               : ArrowLayout::kDecimal128;
  format.type = Type::decimal(precision, scale);
  return true;
}

bool parse_nested(std::string_view text, ArrowFormat& format) {
  if (text == "+l")
    format.layout = ArrowLayout::kList;
  else if (text == "+L")
    format.layout = ArrowLayout::kLargeList;
  else if (text == "+m")
    format.layout = ArrowLayout::kMap;
  else if (text == "+s")
    format.layout = ArrowLayout::kStruct;
  else if (text.starts_with("+w:"))
    format.layout = ArrowLayout::kFixedList;
  else
    return false;
  if (format.layout == ArrowLayout::kFixedList)
    std::from_chars(text.data() + 3, text.data() + text.size(), format.size);
  return true;
}

struct PlainFormat {
  std::string_view text;
  ArrowLayout layout;
  Type type;
};

const PlainFormat* find_plain(std::string_view text) {
  using enum ArrowLayout;
  static const PlainFormat kPlain[] = {
      {"n", kNull, Type::null()},           {"b", kBool, Type::boolean()},    {"c", kInt8, Type::tiny_int()},
      {"C", kUint8, Type::small_int()},     {"s", kInt16, Type::small_int()}, {"S", kUint16, Type::integer()},
      {"i", kInt32, Type::integer()},       {"I", kUint32, Type::big_int()},  {"l", kInt64, Type::big_int()},
      {"L", kUint64, Type::decimal(20, 0)}, {"e", kHalf, Type::float32()},    {"f", kFloat, Type::float32()},
      {"g", kDouble, Type::float64()},      {"u", kBytes, Type::string()},    {"U", kLargeBytes, Type::string()},
      {"vu", kBytesView, Type::string()},   {"z", kBytes, Type::bytes()},     {"Z", kLargeBytes, Type::bytes()},
      {"vz", kBytesView, Type::bytes()},
  };
  for (const PlainFormat& plain : kPlain)
    if (plain.text == text) return &plain;
  return nullptr;
}

}  // namespace

bool parse_arrow_format(const ArrowSchema& schema, ArrowFormat& format) {
  const std::string_view text = schema.format;
  if (const PlainFormat* plain = find_plain(text)) {
    format.layout = plain->layout;
    format.type = plain->type;
    return true;
  }
  if (text.starts_with("d:")) return parse_decimal(text, format);
  if (text.starts_with("w:")) {
    format.layout = ArrowLayout::kFixedBytes;
    format.type = Type::bytes();
    std::from_chars(text.data() + 2, text.data() + text.size(), format.size);
    return true;
  }
  if (text.starts_with("t")) return parse_time(text, format);
  return text.starts_with("+") && parse_nested(text, format);
}

bool ArrowValues::is_null(const ArrowArray& array, int64_t row) {
  if (array.n_buffers == 0) return true;
  if (array.buffers[0] == nullptr || array.null_count == 0) return false;
  const int64_t at = array.offset + row;
  return (static_cast<const uint8_t*>(array.buffers[0])[at >> 3] >> (at & 7) & 1) == 0;
}

void ArrowValues::resolve(const ArrowArray*& array, int64_t& row) const {
  if (!dictionary) return;
  row = integer_of(indices, *array, row);
  array = array->dictionary;
}

int64_t ArrowValues::integer(const ArrowArray& array, int64_t row) const {
  if (format.layout != ArrowLayout::kBool) return integer_of(format.layout, array, row);
  const int64_t at = array.offset + row;
  return static_cast<const uint8_t*>(array.buffers[1])[at >> 3] >> (at & 7) & 1;
}

double ArrowValues::floating(const ArrowArray& array, int64_t row) const {
  if (format.layout == ArrowLayout::kHalf) return half_to_float(value_at<uint16_t>(array, row));
  return format.layout == ArrowLayout::kFloat ? value_at<float>(array, row) : value_at<double>(array, row);
}

int128 ArrowValues::decimal(const ArrowArray& array, int64_t row) const {
  int128 value = 0;
  switch (format.layout) {
    case ArrowLayout::kDecimal32:
      value = value_at<int32_t>(array, row);
      break;
    case ArrowLayout::kDecimal64:
      value = value_at<int64_t>(array, row);
      break;
    case ArrowLayout::kUint64:
      value = value_at<uint64_t>(array, row);
      break;
    default:
      value = value_at<int128>(array, row);
  }
  for (int32_t scale = format.type.scale; scale < type.scale; ++scale) value *= 10;
  return value;
}

int128 ArrowValues::timestamp(const ArrowArray& array, int64_t row) const {
  const int64_t units = type.precision <= 3 ? 1'000 : type.precision <= 6 ? 1'000'000 : 1'000'000'000;
  int128 value = value_at<int64_t>(array, row);
  if (format.units_a_second < units) {
    value *= units / format.units_a_second;
  } else {
    value = floor_divided(value, format.units_a_second / units);
  }
  int64_t coarser = units;  // units of the last digit that the precision has
  for (int32_t digit = 0; digit < type.precision; ++digit) coarser /= 10;
  if (coarser > 1) value = floor_divided(value, coarser) * coarser;
  if (units < 1'000'000'000 && (value < INT64_MIN || value > INT64_MAX))
    throw UserError(fmt::format("a timestamp of {} seconds since 1970 is beyond {}",
                                static_cast<int64_t>(value_at<int64_t>(array, row) / format.units_a_second),
                                type.to_string()));
  return value;
}

int32_t ArrowValues::time_or_date(const ArrowArray& array, int64_t row) const {
  const int64_t value = integer_of(format.layout, array, row);
  if (type.kind == TypeKind::kDate)
    return static_cast<int32_t>(format.units_a_second == 0
                                    ? value
                                    : static_cast<int64_t>(floor_divided(value, format.units_a_second * kSecondsADay)));
  if (format.units_a_second <= 1'000) return static_cast<int32_t>(value * (1'000 / format.units_a_second));
  return static_cast<int32_t>(value / (format.units_a_second / 1'000));
}

std::string_view ArrowValues::text(const ArrowArray& array, int64_t row) const {
  std::string_view bytes;
  switch (format.layout) {
    case ArrowLayout::kBytes:
      bytes = bytes_between(array, value_at<int32_t>(array, row), value_at<int32_t>(array, row + 1));
      break;
    case ArrowLayout::kLargeBytes:
      bytes = bytes_between(array, value_at<int64_t>(array, row), value_at<int64_t>(array, row + 1));
      break;
    case ArrowLayout::kBytesView:
      bytes = view_at(array, row);
      break;
    default:
      bytes = {static_cast<const char*>(array.buffers[1]) + (array.offset + row) * format.size,
               static_cast<size_t>(format.size)};
  }
  if (type.is_character() && !is_valid_utf8(bytes)) throw UserError("a text is not UTF-8", "Declare the column BYTES.");
  return bytes;
}

void ArrowValues::append_encoded(const ArrowArray& given, int64_t row, std::string& out) const {
  const ArrowArray* array = &given;
  if (is_null(*array, row)) return append_encoded_null(out);
  resolve(array, row);
  if (is_null(*array, row)) return append_encoded_null(out);
  if (type.is_nested()) {
    std::string body;
    append_nested(*array, row, body);
    return append_encoded_text(out, body);
  }
  if (type.physical() == PhysicalType::kText) return append_encoded_text(out, text(*array, row));
  out += '\1';
  switch (type.kind) {
    case TypeKind::kBoolean:
      return put_packed(out, static_cast<uint8_t>(integer(*array, row)));
    case TypeKind::kTinyInt:
      return put_packed(out, static_cast<int8_t>(integer(*array, row)));
    case TypeKind::kSmallInt:
      return put_packed(out, static_cast<int16_t>(integer(*array, row)));
    case TypeKind::kInteger:
      return put_packed(out, static_cast<int32_t>(integer(*array, row)));
    case TypeKind::kBigInt:
      return put_packed(out, integer(*array, row));
    case TypeKind::kFloat:
      return put_packed(out, static_cast<float>(floating(*array, row)));
    case TypeKind::kDouble:
      return put_packed(out, floating(*array, row));
    case TypeKind::kDate:
    case TypeKind::kTime:
      return put_packed(out, time_or_date(*array, row));
    default:
      break;
  }
  const int128 wide = type.kind == TypeKind::kDecimal ? decimal(*array, row) : timestamp(*array, row);
  type.physical() == PhysicalType::kInt128 ? put_packed(out, wide) : put_packed(out, static_cast<int64_t>(wide));
}

void ArrowValues::append_nested(const ArrowArray& array, int64_t row, std::string& out) const {
  if (type.kind == TypeKind::kRow) {
    for (size_t i = 0; i < child_of_field.size(); ++i) {
      if (child_of_field[i] < 0)
        append_encoded_null(out);
      else
        children[i]->append_encoded(*array.children[child_of_field[i]], array.offset + row, out);
    }
    return;
  }
  const auto [begin, end] = entries_at(format, array, row);
  const ArrowArray& inside = *array.children[0];
  if (type.kind == TypeKind::kArray) {
    put_packed(out, static_cast<uint32_t>(end - begin));
    for (int64_t i = begin; i < end; ++i) children[0]->append_encoded(inside, i, out);
    return;
  }
  EncodedMap map;
  for (int64_t i = begin; i < end; ++i) {
    std::string key, value;
    children[0]->append_encoded(*inside.children[0], inside.offset + i, key);
    children[1]->append_encoded(*inside.children[1], inside.offset + i, value);
    map.add(std::move(key), std::move(value));
  }
  if (type.kind == TypeKind::kMultiset) map.sort();
  map.append_to(out);
}

}  // namespace tidemill
