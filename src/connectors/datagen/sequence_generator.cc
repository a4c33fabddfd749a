#include "connectors/datagen/sequence_generator.h"

#include <limits>

#include "base/error.h"
#include "data/column_builder.h"
#include "data/decimal.h"
#include "data/value.h"

namespace tidemill {
namespace {

class SequenceGenerator final : public FieldGenerator {
 public:
  SequenceGenerator(const Type& type, int64_t start, int64_t end) : type_(type), start_(start), end_(end) {}

  ColumnPtr generate(const GenerationContext& context) const override {
    ColumnBuilder builder(type_);
    builder.reserve(context.num_rows);
    for (int32_t row = 0; row < context.num_rows; ++row) append(builder, start_ + context.first_row + row);
    return builder.finish();
  }
  std::optional<int64_t> rows_max() const override { return end_ - start_ + 1; }

 private:
  void append(ColumnBuilder& builder, int64_t value) const {
    switch (type_.kind) {
      case TypeKind::kFloat:
        return builder.append(static_cast<float>(value));
      case TypeKind::kDouble:
        return builder.append(static_cast<double>(value));
      case TypeKind::kChar:
      case TypeKind::kVarchar:
        return builder.append_text(std::to_string(value));
      case TypeKind::kTinyInt:
        return builder.append(static_cast<int8_t>(value));
      case TypeKind::kSmallInt:
        return builder.append(static_cast<int16_t>(value));
      case TypeKind::kInteger:
        return builder.append(static_cast<int32_t>(value));
      case TypeKind::kBigInt:
        return builder.append(value);
      default:
        return append_decimal_value(builder, value);
    }
  }

  void append_decimal_value(ColumnBuilder& builder, int64_t value) const {
    const int128 unscaled = value * decimal_power(type_.scale);
    type_.physical() == PhysicalType::kInt64 ? builder.append(static_cast<int64_t>(unscaled))
                                             : builder.append(unscaled);
  }

  Type type_;
  int64_t start_;
  int64_t end_;
};

bool holds(const Type& type, int64_t value) {
  switch (type.kind) {
    case TypeKind::kTinyInt:
      return value >= std::numeric_limits<int8_t>::min() && value <= std::numeric_limits<int8_t>::max();
    case TypeKind::kSmallInt:
      return value >= std::numeric_limits<int16_t>::min() && value <= std::numeric_limits<int16_t>::max();
    case TypeKind::kInteger:
      return value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
    case TypeKind::kDecimal:
      return fits_decimal(value, type.precision - type.scale);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return std::to_string(value).size() <= static_cast<size_t>(type.precision);
    default:
      return true;
  }
}

}  // namespace

std::unique_ptr<const FieldGenerator> make_sequence_generator(const Field& field, int64_t start, int64_t end) {
  const Type& type = field.type;
  if (!type.is_numeric() && !type.is_character())
    throw UserError(fmt::format("Column '{}': a sequence gives numbers, not {}", field.name, type.to_string()),
                    fmt::format("Take out 'fields.{}.kind', or declare the column BIGINT.", field.name));
  if (start > end)
    throw UserError(fmt::format("Option 'fields.{0}.start' is above 'fields.{0}.end'", field.name),
                    "The first value comes first.");
  const bool countable = start >= 0 || end < std::numeric_limits<int64_t>::max() + start;
  if (!countable || !holds(type, start) || !holds(type, end))
    throw UserError(
        fmt::format("The sequence of column '{}', {} to {}, does not fit {}", field.name, start, end, type.to_string()),
        "Choose other bounds, or a wider type.");
  return std::make_unique<SequenceGenerator>(type, start, end);
}

}  // namespace tidemill
