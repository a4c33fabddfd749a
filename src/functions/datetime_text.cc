// Times from and to text: DATE_FORMAT, TO_DATE, TO_TIMESTAMP, TO_TIMESTAMP_LTZ, FROM_UNIXTIME, UNIX_TIMESTAMP,
// CONVERT_TZ.
#include <cmath>
#include <limits>

#include "data/decimal.h"
#include "data/time_pattern.h"
#include "data/time_text.h"
#include "functions/bind.h"
#include "functions/families.h"
#include "functions/moment_reader.h"

namespace tidemill {
namespace {

constexpr std::string_view kDefaultPattern = "yyyy-MM-dd HH:mm:ss";

// A pattern that is a literal is compiled once, at planning; another one at each row, where it may be malformed.
class PatternArgument {
 public:
  PatternArgument(const CallSite& call, size_t argument) : argument_(argument) {
    if (argument >= call.size()) {
      compiled_ = std::make_shared<const TimePattern>(kDefaultPattern);
    } else if (const std::string* text = call.literal_text(argument)) {
      try {
        compiled_ = std::make_shared<const TimePattern>(*text);
      } catch (const UserError& error) {
        throw error.at(call.location);
      }
    }
  }
  // Returns nullptr, and notes the row as failed, where the pattern is malformed.
  std::shared_ptr<const TimePattern> at(const CallInput& input, int32_t row) const {
    if (compiled_) return compiled_;
    try {
      return std::make_shared<const TimePattern>(input.arguments[argument_]->text(row));
    } catch (const UserError& error) {
      input.errors.add(row, error.what());
      return nullptr;
    }
  }
  // Returns the pattern where it is a literal, nullptr otherwise.
  const std::shared_ptr<const TimePattern>& compiled() const { return compiled_; }
  FunctionProperties properties() const { return {.can_fail = compiled_ == nullptr}; }

 private:
  size_t argument_;
  std::shared_ptr<const TimePattern> compiled_;
};

bool all_text(const CallSite& call, size_t first) {
  for (size_t i = first; i < call.size(); ++i) {
    if (!call.type(i).is_character()) return false;
  }
  return true;
}

std::optional<SecondsAndNanos> read_text(const CallInput& input, int32_t row, const PatternArgument& pattern,
                                         bool default_form) {
  const std::string_view text = input.arguments[0]->text(row);
  if (default_form) return parse_timestamp_cast(text);
  const auto compiled = pattern.at(input, row);
  return compiled ? compiled->parse(text) : std::nullopt;
}

// Reads 'yyyy-MM-dd HH:mm:ss' for DATE_FORMAT and CONVERT_TZ: the time must be there, and a fraction is left off, as in
// Flink.
std::optional<SecondsAndNanos> read_default_form(std::string_view text) {
  auto moment = text.find(':') == std::string_view::npos ? std::nullopt : parse_timestamp_cast(text);
  if (moment) moment->nanos = 0;
  return moment;
}

// TO_TIMESTAMP, TO_DATE: NULL where the text is not of the form.
ExpressionPtr bind_reading(const CallSite& call, const Type& result) {
  if (call.size() < 1 || call.size() > 2 || !all_text(call, 0)) return nullptr;
  const bool default_form = call.size() == 1;
  const PatternArgument pattern(call, 1);
  return make_row_call(
      call, result,
      [pattern, default_form](const CallInput& input, int32_t row, ColumnBuilder& out) {
        const auto moment = read_text(input, row, pattern, default_form);
        if (!moment) return out.append_null();
        append_moment(out, *moment, TimeZone());
      },
      pattern.properties());
}

ExpressionPtr bind_to_date(const CallSite& call) {
  if (call.size() == 2) return bind_reading(call, Type::date());
  if (call.size() != 1 || !all_text(call, 0)) return nullptr;
  return make_row_call(call, Type::date(), [](const CallInput& input, int32_t row, ColumnBuilder& out) {
    const auto days = parse_date_cast(input.arguments[0]->text(row));
    days ? out.append(*days) : out.append_null();
  });
}

// Times as text of a pattern known at planning. A text is made where it differs from that of the row before.
class DateFormatKernel final : public ScalarFunction {
 public:
  explicit DateFormatKernel(std::shared_ptr<const TimePattern> pattern) : pattern_(std::move(pattern)) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    bool all_null = false;
    const BufferPtr validity = combine_validity(call.arguments, call.num_rows(), all_null);
    if (all_null) return Column::all_null(call.result_type, call.num_rows());
    ResultColumn<Text> out(call.result_type, call.num_rows());
    out.set_validity(validity);
    uint64_t begin = 0, seconds = 0;  // from `begin` on the text is the same for so long
    Text text;
    for_each_moment(*call.arguments[0], call.input.context.time_zone, call.selection, validity.get(),
                    [&](int32_t row, const SecondsAndNanos& moment) {
                      if (static_cast<uint64_t>(moment.seconds) - begin >= seconds) {
                        text = text_of(moment, out);
                        seconds = static_cast<uint64_t>(pattern_->step_seconds());
                        if (seconds != 0) begin = static_cast<uint64_t>(begin_of_step(moment));
                      }
                      out[row] = text;
                    });
    return out.finish();
  }

 private:
  Text text_of(const SecondsAndNanos& moment, ResultColumn<Text>& out) const {
    std::string text;
    pattern_->append(text, moment);
    return out.copy(text);
  }
  int64_t begin_of_step(const SecondsAndNanos& moment) const {
    const int64_t step = pattern_->step_seconds();
    return floor_div(moment.seconds, step) * step;
  }

  std::shared_ptr<const TimePattern> pattern_;
};

ExpressionPtr bind_date_format(const CallSite& call) {
  if (call.size() != 2 || !call.type(1).is_character() || !(is_moment(call.type(0)) || call.type(0).is_character()))
    return nullptr;
  const bool from_text = call.type(0).is_character();
  const PatternArgument pattern(call, 1);
  const Type result = Type::string().with_nullable(call.any_nullable() || from_text);
  if (!from_text && pattern.compiled() != nullptr)
    return make_call(call, std::make_shared<DateFormatKernel>(pattern.compiled()),
                     {call.arguments.begin(), call.arguments.end()}, result, pattern.properties());
  return make_row_call(
      call, result,
      [pattern, from_text](const CallInput& input, int32_t row, ColumnBuilder& out) {
        const Column& time = *input.arguments[0];
        const auto moment = from_text ? read_default_form(time.text(row))
                                      : std::optional(MomentReader(time, input.input.context.time_zone)[row]);
        const auto compiled = pattern.at(input, row);
        if (!moment || !compiled) return out.append_null();
        std::string text;
        compiled->append(text, *moment);
        out.append_text(text);
      },
      pattern.properties());
}

int64_t integer_at(const Column& column, int32_t row) {
  return static_cast<int64_t>(Value::at(column, row).as_integer());
}

// Beyond what milliseconds can count, as Flink: it multiplies into a Java long, which wraps around.
int64_t wrapped_to_millis_range(int64_t seconds) {
  const auto millis = static_cast<int64_t>(static_cast<uint64_t>(seconds) * uint64_t{kMillisPerSecond});
  return floor_div<int64_t>(millis, kMillisPerSecond);
}

ExpressionPtr bind_from_unixtime(const CallSite& call) {
  if (call.size() < 1 || call.size() > 2 || !call.type(0).is_integer() || !all_text(call, 1)) return nullptr;
  const PatternArgument pattern(call, 1);
  return make_row_call(
      call, Type::string().with_nullable(call.any_nullable()),
      [pattern](const CallInput& input, int32_t row, ColumnBuilder& out) {
        const int64_t seconds = wrapped_to_millis_range(integer_at(*input.arguments[0], row));
        const auto compiled = pattern.at(input, row);
        if (!compiled) return out.append_null();
        std::string text;
        compiled->append(text, {seconds + input.input.context.time_zone.offset_seconds(seconds), 0});
        out.append_text(text);
      },
      pattern.properties());
}

// Of a reading that the clock shows twice, the second time (java.util.GregorianCalendar, which Flink uses here; CAST
// takes the first, by java.time).
EpochMillis latest_instant(EpochMillis local, const TimeZone& zone) {
  const EpochMillis second = zone.to_instant(local, LocalResolution::kWindowTimer);
  return zone.to_local(second) == local ? second : zone.to_instant(local);
}

ExpressionPtr bind_unix_timestamp(const CallSite& call) {
  const Type result = Type::big_int().with_nullable(call.any_nullable());
  if (call.size() == 0) {
    return make_row_call(call, result,
                         [](const CallInput& input, int32_t, ColumnBuilder& out) {
                           out.append(floor_div<int64_t>(input.input.context.now, kMillisPerSecond));
                         },
                         {.deterministic = false});
  }
  if (call.size() > 2 || !all_text(call, 0)) return nullptr;
  const bool default_form = call.size() == 1;
  const PatternArgument pattern(call, 1);
  return make_row_call(
      call, result,
      [pattern, default_form](const CallInput& input, int32_t row, ColumnBuilder& out) {
        const auto moment = read_text(input, row, pattern, default_form);
        if (!moment) return out.append(std::numeric_limits<int64_t>::min());  // Flink's answer to a bad text
        const EpochMillis instant = latest_instant(moment->seconds * kMillisPerSecond, input.input.context.time_zone);
        out.append(floor_div<int64_t>(instant, kMillisPerSecond));
      },
      pattern.properties());
}

constexpr EpochMillis kFirstInstant = -62167219200000, kLastInstant = 253402300799999;  // of the years 0 and 9999

// Returns the instant that is `number` units of `scale` milliseconds after 1970; nullopt outside the years 0 to 9999.
std::optional<EpochMillis> instant_of_whole(int64_t number, int64_t scale) {
  if (number < kFirstInstant / scale || number > kLastInstant / scale) return std::nullopt;
  return number * scale;
}

// The same for a number of any type. As Flink: DECIMALs lose their fraction, and what 64 bits do not hold; NaN is 0.
std::optional<EpochMillis> instant_of(const Value& number, int64_t scale) {
  if (number.type().is_approximate()) {
    const double value =
        number.type().kind == TypeKind::kFloat ? static_cast<double>(number.as<float>()) : number.as<double>();
    if (std::isnan(value)) return 0;
    if (value < static_cast<double>(kFirstInstant / scale) || value > static_cast<double>(kLastInstant / scale))
      return std::nullopt;
    return static_cast<EpochMillis>(value * static_cast<double>(scale));
  }
  const bool decimal = number.type().kind == TypeKind::kDecimal;
  const int128 whole = number.as_integer() / (decimal ? decimal_power(number.type().scale) : 1);
  const int128 millis = static_cast<int128>(static_cast<int64_t>(whole)) * scale;
  const int128 kept = decimal ? static_cast<int64_t>(millis) : millis;
  if (kept < kFirstInstant || kept > kLastInstant) return std::nullopt;
  return static_cast<EpochMillis>(kept);
}

// Returns a kernel for BIGINTs in seconds (0) or milliseconds (3), where the precision is a literal or left out: what
// topics and files have most. Nullptr for all else.
ScalarFunctionPtr bigint_to_instant(const CallSite& call) {
  if (call.type(0).kind != TypeKind::kBigInt) return nullptr;
  if (call.size() == 1) return make_kernel([](int64_t millis) { return instant_of_whole(millis, 1); });
  const auto* precision = call.arguments[1]->try_as<Literal>();
  if (precision == nullptr || precision->value().is_null() || precision->type().kind != TypeKind::kInteger)
    return nullptr;
  if (precision->value().as_integer() == 0)
    return make_kernel([](int64_t seconds, int32_t) { return instant_of_whole(seconds, kMillisPerSecond); });
  if (precision->value().as_integer() == 3)
    return make_kernel([](int64_t millis, int32_t) { return instant_of_whole(millis, 1); });
  return nullptr;
}

ExpressionPtr bind_to_timestamp_ltz(const CallSite& call) {
  if (call.size() >= 1 && call.type(0).is_character()) {
    if (call.size() > 3 || !all_text(call, 0)) return nullptr;
    const bool default_form = call.size() == 1;
    const PatternArgument pattern(call, 1);
    return make_row_call(
        call, Type::timestamp_ltz(3),
        [pattern, default_form](const CallInput& input, int32_t row, ColumnBuilder& out) {
          const auto moment = read_text(input, row, pattern, default_form);
          // Without a zone text is read as UTC, as Flink does.
          const bool in_zone = input.arguments.size() == 3;
          const auto zone = in_zone ? TimeZone::find(input.arguments[2]->text(row)) : std::optional(TimeZone());
          moment&& zone ? append_moment(out, *moment, *zone) : out.append_null();
        },
        pattern.properties());
  }
  if (call.size() < 1 || call.size() > 2 || !call.type(0).is_numeric()) return nullptr;
  if (call.size() == 2 && !call.type(1).is_integer()) return nullptr;
  if (ScalarFunctionPtr kernel = bigint_to_instant(call))
    return make_call(call, std::move(kernel), {call.arguments.begin(), call.arguments.end()}, Type::timestamp_ltz(3));
  return make_row_call(
      call, Type::timestamp_ltz(3),
      [](const CallInput& input, int32_t row, ColumnBuilder& out) {
        const Value number = Value::at(*input.arguments[0], row);
        const int64_t precision = input.arguments.size() == 2 ? integer_at(*input.arguments[1], row) : 3;
        if (precision != 0 && precision != 3) {
          input.errors.add(
              row, fmt::format("TO_TIMESTAMP_LTZ takes precision 0 (seconds) or 3 (milliseconds), not {}", precision));
          return out.append_null();
        }
        const auto instant = instant_of(number, precision == 0 ? kMillisPerSecond : 1);
        instant ? out.append(*instant) : out.append_null();
      },
      {.can_fail = call.size() == 2});
}

ExpressionPtr bind_convert_tz(const CallSite& call) {
  if (call.size() != 3 || !all_text(call, 0)) return nullptr;
  return make_row_call(call, Type::string(), [](const CallInput& input, int32_t row, ColumnBuilder& out) {
    const auto moment = read_default_form(input.arguments[0]->text(row));
    const auto from = TimeZone::find(input.arguments[1]->text(row));
    const auto to = TimeZone::find(input.arguments[2]->text(row));
    if (!moment || !from || !to) return out.append_null();
    const EpochMillis local = to->to_local(from->to_instant(moment->seconds * kMillisPerSecond));
    std::string text;
    TimePattern(kDefaultPattern).append(text, {floor_div<int64_t>(local, kMillisPerSecond), 0});
    out.append_text(text);
  });
}

}  // namespace

void register_datetime_text(FunctionRegistry& registry) {
  registry.with_rule("DATE_FORMAT",
                     {"DATE_FORMAT(time, pattern)", "Time as text; letters as in Java's DateTimeFormatter.",
                      "DATE_FORMAT(TIMESTAMP '2020-01-05 10:20:30', 'yyyy/MM') = '2020/01'"},
                     bind_date_format);
  registry.with_rule(
      "TO_DATE",
      {"TO_DATE(text [, pattern])", "Text as DATE; NULL where it is none.", "TO_DATE('2020-01-05') = 2020-01-05"},
      bind_to_date);
  registry.with_rule("TO_TIMESTAMP",
                     {"TO_TIMESTAMP(text [, pattern])", "Text as TIMESTAMP(3); NULL where it is none.",
                      "TO_TIMESTAMP('2020-01-05 10:20:30') = 2020-01-05 10:20:30.000"},
                     [](const CallSite& call) { return bind_reading(call, Type::timestamp(3)); });
  registry.with_rule("TO_TIMESTAMP_LTZ",
                     {"TO_TIMESTAMP_LTZ(number [, 0 | 3]) | TO_TIMESTAMP_LTZ(text [, pattern [, zone]])",
                      "Seconds (0) or milliseconds (3) since 1970, or text in a time zone (UTC), as an instant.",
                      "TO_TIMESTAMP_LTZ(1, 0) = 1970-01-01 00:00:01.000"},
                     bind_to_timestamp_ltz);
  registry.with_rule("FROM_UNIXTIME",
                     {"FROM_UNIXTIME(seconds [, pattern])", "Seconds since 1970 as text, in the session's time zone.",
                      "FROM_UNIXTIME(0) = '1970-01-01 00:00:00'"},
                     bind_from_unixtime);
  registry.with_rule(
      "UNIX_TIMESTAMP",
      {"UNIX_TIMESTAMP([text [, pattern]])", "Seconds since 1970, of now or of a text in the session's time zone.",
       "UNIX_TIMESTAMP('1970-01-01 00:00:01') = 1"},
      bind_unix_timestamp);
  registry.with_rule("CONVERT_TZ",
                     {"CONVERT_TZ(text, from, to)", "A wall clock reading in another time zone.",
                      "CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles') = '1969-12-31 16:00:00'"},
                     bind_convert_tz);
}

}  // namespace tidemill
