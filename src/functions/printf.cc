// PRINTF: values in a format of Java's.
#include "data/decimal.h"
#include "data/java_hash.h"
#include "data/number_text.h"
#include "data/time_text.h"
#include "data/value.h"
#include "expr/cast.h"
#include "expr/result_column.h"
#include "functions/families.h"
#include "functions/java_format.h"

namespace tidemill {
namespace {

// hashCode of java.math.BigDecimal: over the words of the magnitude.
uint32_t decimal_hash(int128 unscaled, int32_t scale) {
  const auto magnitude = static_cast<uint128>(unscaled < 0 ? -unscaled : unscaled);
  uint32_t hash = 0;
  for (int32_t shift = 96; shift >= 0; shift -= 32) hash = 31 * hash + static_cast<uint32_t>(magnitude >> shift);
  if (unscaled < 0) hash = 0 - hash;
  return 31 * hash + static_cast<uint32_t>(scale);
}

// A value as Flink hands it to java.util.Formatter: dates are days, times and intervals milliseconds or months.
FormatValue format_value(const Value& value) {
  if (value.is_null()) return std::monostate();
  const Type& type = value.type();
  if (type.kind == TypeKind::kBoolean) return value.as_bool();
  if (type.is_character()) return value.text();
  if (type.kind == TypeKind::kFloat) {
    FormatReal real{static_cast<double>(value.as<float>()), "", true};
    append_float(real.text, value.as<float>());
    return real;
  }
  if (type.kind == TypeKind::kDouble) {
    FormatReal real{value.as<double>(), ""};
    append_double(real.text, value.as<double>());
    return real;
  }
  FormatOther other;
  if (type.is_timestamp()) {
    append_local_date_time(other.text, value.as_integer(), type.precision);
    const SecondsAndNanos moment = split_timestamp(value.as_integer(), type.precision);
    const auto nanos = static_cast<uint32_t>(moment.nanos);
    other.hash = 31 * java_hash_long(moment.seconds * 1000 + nanos / 1'000'000) + nanos % 1'000'000;
  } else if (type.kind == TypeKind::kDecimal) {
    append_decimal(other.text, value.as_integer(), type.scale);
    other.hash = decimal_hash(value.as_integer(), type.scale);
  } else {
    return FormatInteger{static_cast<int64_t>(value.as_integer()), physical_size(type.physical())};
  }
  return other;
}

class Printf final : public ScalarFunction {
 public:
  // `format`: of a literal first argument; nullptr: it differs by row.
  explicit Printf(std::shared_ptr<const JavaFormat> format) : format_(std::move(format)) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    ResultColumn<Text> out(call.result_type, call.num_rows());
    std::string text;
    std::vector<FormatValue> values;
    call.selection.for_each([&](int32_t row) {
      text.clear();
      values.clear();
      for (size_t i = 1; i < call.arguments.size(); ++i)
        values.push_back(format_value(Value::at(*call.arguments[i], row)));
      append(call, row, values, text) ? void(out[row] = out.copy(text)) : out.set_null(row);
    });
    return out.finish();
  }

 private:
  bool append(const CallInput& call, int32_t row, const std::vector<FormatValue>& values, std::string& text) const {
    if (format_) return format_->append(text, values);
    if (call.arguments[0]->is_null(row)) return false;
    const auto format = JavaFormat::parse(call.arguments[0]->text(row));
    return format && format->append(text, values);
  }

  std::shared_ptr<const JavaFormat> format_;
};

// Bytes would show as the address of an object in Flink.
bool can_be_formatted(const Type& type) {
  return type.is_numeric() || type.is_character() || type.is_timestamp() || type.is_interval() ||
         type.kind == TypeKind::kBoolean || type.kind == TypeKind::kDate || type.kind == TypeKind::kTime ||
         type.kind == TypeKind::kNull;
}

ExpressionPtr bind_printf(const CallSite& call) {
  if (call.size() == 0 || !(call.type(0).is_character() || call.type(0).kind == TypeKind::kNull)) return nullptr;
  for (size_t i = 1; i < call.size(); ++i) {
    if (!can_be_formatted(call.type(i))) return nullptr;
  }
  std::shared_ptr<const JavaFormat> format;
  if (const std::string* text = call.literal_text(0)) {
    auto parsed = JavaFormat::parse(*text);
    if (!parsed) return make_literal(Value::null(Type::string()));
    format = std::make_shared<const JavaFormat>(std::move(*parsed));
  }
  std::vector<ExpressionPtr> arguments(call.arguments.begin(), call.arguments.end());
  if (!call.type(0).is_character()) arguments[0] = coerce(arguments[0], Type::string());
  return std::make_shared<Call>(std::string(call.name), std::make_shared<Printf>(std::move(format)),
                                std::move(arguments), Type::string(), FunctionProperties(), call.location);
}

}  // namespace

void register_printf_functions(FunctionRegistry& registry) {
  registry.with_rule("PRINTF",
                     {"PRINTF(format, value ...)",
                      "The values in a format of Java's Formatter; NULL where the format and they do not fit.",
                      "PRINTF('%s has %05.1f', 'a', CAST(2.5 AS DOUBLE)) = 'a has 002.5'"},
                     bind_printf);
}

}  // namespace tidemill
