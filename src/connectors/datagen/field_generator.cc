#include "connectors/datagen/field_generator.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/error.h"
#include "base/int128.h"
#include "connectors/datagen/nested_generator.h"
#include "connectors/datagen/random_bits.h"
#include "connectors/datagen/sequence_generator.h"
#include "data/calendar.h"
#include "data/column_builder.h"
#include "data/decimal.h"
#include "data/dispatch.h"

namespace tidemill {
namespace {

constexpr int32_t kTextLengthDefault = 100;  // Flink's

// Maps bits to 0 … count - 1 (count 0 stands for 2^64). Lemire 2019, without the rejection: the bias is below 2^-32
// here.
uint64_t below(uint64_t bits, uint64_t count) {
  if (count == 0) return bits;
  return static_cast<uint64_t>(static_cast<uint128>(bits) * count >> 64);
}

void append_integer_value(ColumnBuilder& builder, int64_t value) {
  switch (builder.type().physical()) {
    case PhysicalType::kInt8:
      return builder.append(static_cast<int8_t>(value));
    case PhysicalType::kInt16:
      return builder.append(static_cast<int16_t>(value));
    case PhysicalType::kInt32:
      return builder.append(static_cast<int32_t>(value));
    default:
      return builder.append(value);
  }
}

// Calls append() for each row that is not NULL.
class RandomGenerator : public FieldGenerator {
 public:
  RandomGenerator(const Type& type, double null_rate) : type_(type), null_rate_(null_rate) {}
  ColumnPtr generate(const GenerationContext& context) const override {
    ColumnBuilder builder(type_);
    builder.reserve(context.num_rows);
    for (int32_t row = 0; row < context.num_rows; ++row) {
      if (is_null_draw(context, row, null_rate_)) {
        builder.append_null();
      } else {
        append(builder, context, row);
      }
    }
    return builder.finish();
  }

 protected:
  virtual void append(ColumnBuilder& builder, const GenerationContext& context, int32_t row) const = 0;
  const Type& type() const { return type_; }

 private:
  Type type_;
  double null_rate_;
};

class RandomBoolean final : public RandomGenerator {
 public:
  using RandomGenerator::RandomGenerator;

 private:
  void append(ColumnBuilder& builder, const GenerationContext& context, int32_t row) const override {
    builder.append(static_cast<uint8_t>(random_bits(context, row, kValueDraw) & 1));
  }
};

class RandomInteger final : public RandomGenerator {
 public:
  RandomInteger(const Type& type, double null_rate, int64_t min, int64_t max)
      : RandomGenerator(type, null_rate),
        min_(min),
        count_(static_cast<uint64_t>(max) - static_cast<uint64_t>(min) + 1) {}

 private:
  void append(ColumnBuilder& builder, const GenerationContext& context, int32_t row) const override {
    const uint64_t offset = below(random_bits(context, row, kValueDraw), count_);
    append_integer_value(builder, static_cast<int64_t>(static_cast<uint64_t>(min_) + offset));
  }
  int64_t min_;
  uint64_t count_;
};

class RandomFloating final : public RandomGenerator {
 public:
  RandomFloating(const Type& type, double null_rate, double min, double max)
      : RandomGenerator(type, null_rate), min_(min), max_(max) {}

 private:
  void append(ColumnBuilder& builder, const GenerationContext& context, int32_t row) const override {
    const double part = random_fraction(random_bits(context, row, kValueDraw));
    const double value = min_ * (1 - part) + max_ * part;  // no overflow where max - min is not finite
    type().kind == TypeKind::kFloat ? builder.append(static_cast<float>(value)) : builder.append(value);
  }
  double min_, max_;
};

class RandomDecimal final : public RandomGenerator {
 public:
  RandomDecimal(const Type& type, double null_rate, int128 min, int128 max)
      : RandomGenerator(type, null_rate), min_(min), max_(max) {}

 private:
  void append(ColumnBuilder& builder, const GenerationContext& context, int32_t row) const override {
    const auto range = static_cast<uint128>(max_ - min_) + 1;
    const auto bits =
        static_cast<uint128>(random_bits(context, row, kValueDraw)) << 64 | random_bits(context, row, kValueDraw + 1);
    const int128 value = min_ + static_cast<int128>(bits % range);
    type().physical() == PhysicalType::kInt64 ? builder.append(static_cast<int64_t>(value)) : builder.append(value);
  }
  int128 min_, max_;
};

// Hexadecimal digits, or bytes for BINARY.
class RandomText final : public RandomGenerator {
 public:
  RandomText(const Type& type, double null_rate, int32_t length, bool varies)
      : RandomGenerator(type, null_rate), length_(length), varies_(varies) {}

 private:
  void append(ColumnBuilder& builder, const GenerationContext& context, int32_t row) const override {
    constexpr std::string_view kDigits = "0123456789abcdef";
    auto length = static_cast<size_t>(length_);
    if (varies_ && length > 0) length = 1 + below(random_bits(context, row, kLengthDraw), length);
    std::string text;
    text.reserve(length);
    uint64_t bits = 0;
    const bool binary = type().is_binary();
    for (size_t i = 0; i < length; ++i) {
      if (i % 8 == 0) bits = random_bits(context, row, kValueDraw + i / 8);
      text += binary ? static_cast<char>(bits & 0xFF) : kDigits[bits & 0xF];
      bits >>= 8;
    }
    builder.append_text(text);
  }
  int32_t length_;
  bool varies_;
};

// DATE, TIME, TIMESTAMP: now, or a random time up to max_past ago.
class RandomTime final : public RandomGenerator {
 public:
  RandomTime(const Type& type, double null_rate, DurationMillis max_past_ms)
      : RandomGenerator(type, null_rate), max_past_ms_(max_past_ms) {}

 private:
  void append(ColumnBuilder& builder, const GenerationContext& context, int32_t row) const override {
    const auto past = below(random_bits(context, row, kValueDraw), static_cast<uint64_t>(max_past_ms_) + 1);
    const EpochMillis time = context.now - static_cast<int64_t>(past);
    if (type().kind == TypeKind::kDate) {
      builder.append(static_cast<int32_t>(floor_div(time, kMillisPerDay)));
    } else if (type().kind == TypeKind::kTime) {
      builder.append(static_cast<int32_t>(floor_mod(time, kMillisPerDay)));
    } else {
      const int128 value = rescale_timestamp(time, 3, type().precision <= 3 ? 3 : type().precision);
      type().physical() == PhysicalType::kInt64 ? builder.append(static_cast<int64_t>(value)) : builder.append(value);
    }
  }
  DurationMillis max_past_ms_;
};

struct Bounds {
  int64_t min, max;
};

Bounds bounds_of(const Type& type) {
  switch (type.kind) {
    case TypeKind::kTinyInt:
      return {std::numeric_limits<int8_t>::min(), std::numeric_limits<int8_t>::max()};
    case TypeKind::kSmallInt:
      return {std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()};
    case TypeKind::kInteger:
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    default:
      return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  }
}

std::string option_name(const Field& field, std::string_view suffix) {
  return fmt::format("fields.{}.{}", field.name, suffix);
}

template <class T>
void require_ordered(const Field& field, const T& min, const T& max) {
  if (min <= max) return;
  throw UserError(fmt::format("Option '{}' is above '{}'", option_name(field, "min"), option_name(field, "max")),
                  "The smallest value comes first.");
}

std::unique_ptr<const FieldGenerator> make_integer(const Field& field, const Options& options, double null_rate) {
  const Bounds limits = bounds_of(field.type);
  Bounds bounds = limits;
  if (options.has(option_name(field, "min"))) bounds.min = options.integer(option_name(field, "min"));
  if (options.has(option_name(field, "max"))) bounds.max = options.integer(option_name(field, "max"));
  require_ordered(field, bounds.min, bounds.max);
  if (bounds.min < limits.min || bounds.max > limits.max)
    throw UserError(fmt::format("Bounds of column '{}' do not fit {}", field.name, field.type.to_string()),
                    fmt::format("It holds {} to {}.", limits.min, limits.max));
  return std::make_unique<RandomInteger>(field.type, null_rate, bounds.min, bounds.max);
}

std::unique_ptr<const FieldGenerator> make_floating(const Field& field, const Options& options, double null_rate) {
  const bool single = field.type.kind == TypeKind::kFloat;
  double min = single ? static_cast<double>(std::numeric_limits<float>::min()) : std::numeric_limits<double>::min();
  double max = single ? static_cast<double>(std::numeric_limits<float>::max()) : std::numeric_limits<double>::max();
  if (options.has(option_name(field, "min"))) min = options.number(option_name(field, "min"));
  if (options.has(option_name(field, "max"))) max = options.number(option_name(field, "max"));
  require_ordered(field, min, max);
  return std::make_unique<RandomFloating>(field.type, null_rate, min, max);
}

std::unique_ptr<const FieldGenerator> make_decimal(const Field& field, const Options& options, double null_rate) {
  const DecimalShape shape = {field.type.precision, field.type.scale};
  int128 min = 0, max = decimal_power(shape.precision) - 1;
  const auto read = [&](std::string_view suffix, int128& bound) {
    const std::string name = option_name(field, suffix);
    if (!options.has(name)) return;
    const auto value = double_to_decimal(options.number(name), shape);
    if (!value) throw UserError(fmt::format("Option '{}' does not fit {}", name, field.type.to_string()));
    bound = *value;
  };
  read("min", min);
  read("max", max);
  require_ordered(field, min, max);
  return std::make_unique<RandomDecimal>(field.type, null_rate, min, max);
}

std::unique_ptr<const FieldGenerator> make_text(const Field& field, const Options& options, double null_rate) {
  const bool fixed = field.type.kind == TypeKind::kChar || field.type.kind == TypeKind::kBinary;
  int64_t length = fixed ? field.type.precision : std::min(field.type.precision, kTextLengthDefault);
  const std::string name = option_name(field, "length");
  if (options.has(name)) length = options.integer(name);
  if (length < 0 || length > field.type.precision)
    throw UserError(fmt::format("Option '{}' = {} does not fit {}", name, length, field.type.to_string()),
                    fmt::format("Choose 0 to {}.", field.type.precision));
  const bool varies = options.has(option_name(field, "var-len")) && options.boolean(option_name(field, "var-len"));
  return std::make_unique<RandomText>(field.type, null_rate, static_cast<int32_t>(length), varies);
}

[[noreturn]] void throw_unsupported(const Field& field) {
  throw UserError(fmt::format("Column '{}': connector 'datagen' cannot make up {}", field.name, field.type.to_string()),
                  "Declare it of another type, or as a computed column.");
}

}  // namespace

std::vector<OptionSpec> field_options(const Field& field, bool sequence) {
  using enum OptionType;
  std::vector<OptionSpec> specs = {
      {option_name(field, "kind"), kEnum, "How values are made up.", "random", false, {"random", "sequence"}}};
  if (sequence) {
    specs.push_back({option_name(field, "start"), kInt, "First value of the sequence.", "", true});
    specs.push_back({option_name(field, "end"), kInt, "Last value; the table ends after it.", "", true});
    return specs;
  }
  for (OptionSpec& spec : random_options(field)) specs.push_back(std::move(spec));
  return specs;
}

std::vector<OptionSpec> random_options(const Field& field) {
  using enum OptionType;
  const Type& type = field.type;
  std::vector<OptionSpec> specs;
  if (type.is_nested()) specs = nested_options(field);
  if (type.is_numeric()) {
    const OptionType bound = type.is_integer() ? kInt : kDouble;
    specs.push_back({option_name(field, "min"), bound, "Smallest value."});
    specs.push_back({option_name(field, "max"), bound, "Largest value."});
  }
  if (type.kind == TypeKind::kVarchar || type.kind == TypeKind::kVarbinary) {
    specs.push_back({option_name(field, "length"), kInt, "How long values are."});
    specs.push_back({option_name(field, "var-len"), kBool, "Whether the length varies from 1 up.", "false"});
  }
  if (type.is_timestamp())
    specs.push_back({option_name(field, "max-past"), kDuration, "How far before now times may lie.", "0 s"});
  specs.push_back({option_name(field, "null-rate"), kDouble, "Share of NULLs, 0 to 1.", "0"});
  return specs;
}

std::unique_ptr<const FieldGenerator> make_field_generator(const Field& field, const Options& options) {
  if (options.text(option_name(field, "kind")) == "sequence")
    return make_sequence_generator(field, options.integer(option_name(field, "start")),
                                   options.integer(option_name(field, "end")));
  return make_random_generator(field, options);
}

std::unique_ptr<const FieldGenerator> make_random_generator(const Field& field, const Options& options) {
  const double null_rate = options.number(option_name(field, "null-rate"));
  if (!(null_rate >= 0 && null_rate <= 1))
    throw UserError(fmt::format("Option '{}' must lie between 0 and 1", option_name(field, "null-rate")));
  if (null_rate > 0 && !field.type.nullable)
    throw UserError(fmt::format("Option '{}' needs a column that may be NULL", option_name(field, "null-rate")),
                    fmt::format("Declare column '{}' without NOT NULL.", field.name));
  const Type& type = field.type;
  if (type.kind == TypeKind::kBoolean) return std::make_unique<RandomBoolean>(type, null_rate);
  if (type.is_integer()) return make_integer(field, options, null_rate);
  if (type.is_approximate()) return make_floating(field, options, null_rate);
  if (type.kind == TypeKind::kDecimal) return make_decimal(field, options, null_rate);
  if (type.is_character() || type.is_binary()) return make_text(field, options, null_rate);
  if (type.is_timestamp())
    return std::make_unique<RandomTime>(type, null_rate, options.duration_ms(option_name(field, "max-past")));
  if (type.kind == TypeKind::kDate || type.kind == TypeKind::kTime)
    return std::make_unique<RandomTime>(type, null_rate, 0);
  if (type.is_nested()) return make_nested_generator(field, options, null_rate);
  throw_unsupported(field);
}

}  // namespace tidemill
