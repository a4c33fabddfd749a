// expr/cast_parsing.cc - casts from CHAR and VARCHAR to what is not text. Rule: the whole text must be a value of the
// target; otherwise the row fails naming the text, or is NULL for TRY_CAST.
#include "data/decimal.h"
#include "data/number_text.h"
#include "data/time_text.h"
#include "expr/cast_kernel.h"
#include "expr/typed_function.h"

namespace tidemill {
namespace {

constexpr size_t kShownBytesMax = 100;  // of a text in an error message

void note_failure(RowContext& row, std::string_view text, std::string_view reason) {
  std::string shown(text.substr(0, kShownBytesMax));
  if (shown.size() < text.size()) shown += "…";
  row.fail(fmt::format("Cannot cast '{}' to {}{}", shown, row.result_type().with_nullable(true).to_string(), reason));
}

// Makes the kernel of a parser std::string_view -> optional<Out>.
template <class Out, class Parse>
CastKernel parsing(bool is_try, Parse parse) {
  return {make_kernel([is_try, parse](RowContext& row, std::string_view text) -> std::optional<Out> {
            std::optional<Out> value = parse(text);
            if (!value && !is_try) note_failure(row, text, "");
            return value;
          }),
          true};
}

template <class Out>
CastKernel to_decimal(DecimalShape to, bool is_try) {
  return {make_kernel([to, is_try](RowContext& row, std::string_view text) -> std::optional<Out> {
            int128 unscaled = 0;
            const DecimalParse outcome = parse_decimal(text, to, unscaled);
            if (outcome == DecimalParse::kOk) return static_cast<Out>(unscaled);
            if (!is_try) note_failure(row, text, outcome == DecimalParse::kOverflow ? ": it has too many digits" : "");
            return std::nullopt;
          }),
          true};
}

template <class Out>
CastKernel to_timestamp(int32_t precision, bool is_try) {
  return parsing<Out>(is_try, [precision](std::string_view text) -> std::optional<Out> {
    const auto moment = parse_timestamp_cast(text);
    if (!moment) return std::nullopt;
    return static_cast<Out>(join_timestamp(*moment, precision));
  });
}

template <class Out>
CastKernel to_timestamp_ltz(int32_t precision, bool is_try) {
  CastKernel kernel;
  kernel.function = make_kernel([precision, is_try](RowContext& row, std::string_view text) -> std::optional<Out> {
    auto moment = parse_timestamp_cast(text);
    if (!moment) {
      if (!is_try) note_failure(row, text, "");
      return std::nullopt;
    }
    moment->seconds = row.context().time_zone.to_instant(moment->seconds * kMillisPerSecond) / kMillisPerSecond;
    return static_cast<Out>(join_timestamp(*moment, precision));
  });
  kernel.can_fail = true;
  kernel.reads_zone = true;
  return kernel;
}

}  // namespace

CastKernel make_parsing_cast(const Type& from, const Type& to, bool is_try) {
  if (!from.is_character()) return {};
  const bool wide = to.physical() == PhysicalType::kInt128;
  switch (to.kind) {
    case TypeKind::kBoolean:
      return parsing<bool>(is_try, parse_boolean);
    case TypeKind::kTinyInt:
      return parsing<int8_t>(is_try, parse_integer<int8_t>);
    case TypeKind::kSmallInt:
      return parsing<int16_t>(is_try, parse_integer<int16_t>);
    case TypeKind::kInteger:
      return parsing<int32_t>(is_try, parse_integer<int32_t>);
    case TypeKind::kBigInt:
      return parsing<int64_t>(is_try, parse_integer<int64_t>);
    case TypeKind::kFloat:
      return parsing<float>(is_try, parse_float);
    case TypeKind::kDouble:
      return parsing<double>(is_try, parse_double);
    case TypeKind::kDecimal: {
      const DecimalShape shape{to.precision, to.scale};
      return wide ? to_decimal<int128>(shape, is_try) : to_decimal<int64_t>(shape, is_try);
    }
    case TypeKind::kDate:
      return parsing<int32_t>(is_try, parse_date_cast);
    case TypeKind::kTime: {
      const auto step = static_cast<int32_t>(power_of_ten(3 - std::min(to.precision, 3)));
      return parsing<int32_t>(is_try, [step](std::string_view text) -> std::optional<int32_t> {
        const auto time = parse_time_cast(text);
        if (!time) return std::nullopt;
        return *time / step * step;
      });
    }
    case TypeKind::kTimestamp:
      return wide ? to_timestamp<int128>(to.precision, is_try) : to_timestamp<int64_t>(to.precision, is_try);
    case TypeKind::kTimestampLtz:
      return wide ? to_timestamp_ltz<int128>(to.precision, is_try) : to_timestamp_ltz<int64_t>(to.precision, is_try);
    default:
      return {};
  }
}

}  // namespace tidemill
