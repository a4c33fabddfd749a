// EXTRACT and its short forms, FLOOR and CEIL to a unit.
#include <limits>

#include "functions/bind.h"
#include "functions/families.h"
#include "functions/moment_reader.h"

namespace tidemill {
namespace {

const std::vector<std::string> kExtractUnits = {"MILLENNIUM",  "CENTURY",     "DECADE",     "YEAR",   "QUARTER",
                                                "MONTH",       "WEEK",        "DAY",        "DOW",    "ISODOW",
                                                "ISOYEAR",     "DOY",         "HOUR",       "MINUTE", "SECOND",
                                                "MILLISECOND", "MICROSECOND", "NANOSECOND", "EPOCH"};

// Centuries and millennia start in year 1.
int64_t period_of_year(int64_t year, int64_t length) {
  return year > 0 ? (year - 1) / length + 1 : (year - length + 1) / length;
}

using FieldOfDay = int64_t (*)(int32_t day);

// Returns how a unit that depends on the day alone is computed, nullptr for the others.
FieldOfDay field_of_day(std::string_view unit) {
  if (unit == "YEAR") return [](int32_t day) -> int64_t { return civil_from_days(day).year; };
  if (unit == "QUARTER") return [](int32_t day) -> int64_t { return (civil_from_days(day).month - 1) / 3 + 1; };
  if (unit == "MONTH") return [](int32_t day) -> int64_t { return civil_from_days(day).month; };
  if (unit == "WEEK") return [](int32_t day) -> int64_t { return iso_week(day); };
  if (unit == "DAY") return [](int32_t day) -> int64_t { return civil_from_days(day).day; };
  if (unit == "DOW") return [](int32_t day) -> int64_t { return sql_day_of_week(day); };
  if (unit == "ISODOW") return [](int32_t day) -> int64_t { return iso_day_of_week(day); };
  if (unit == "ISOYEAR") return [](int32_t day) -> int64_t { return iso_week_year(day); };
  if (unit == "DOY") return [](int32_t day) -> int64_t { return day_of_year(day); };
  if (unit == "DECADE") return [](int32_t day) { return floor_div<int64_t>(civil_from_days(day).year, 10); };
  if (unit == "CENTURY") return [](int32_t day) { return period_of_year(civil_from_days(day).year, 100); };
  if (unit == "MILLENNIUM") return [](int32_t day) { return period_of_year(civil_from_days(day).year, 1000); };
  return nullptr;
}

using FieldOfTime = int64_t (*)(const SecondsAndNanos& moment);

// Nanoseconds of the minute; minutes are the same on every day.
int64_t nanos_of_minute(const SecondsAndNanos& moment) {
  return floor_mod<int64_t>(moment.seconds, 60) * 1'000'000'000 + moment.nanos;
}

// Returns how a unit below the day, or EPOCH, is computed.
FieldOfTime field_of_time(std::string_view unit) {
  if (unit == "HOUR") return [](const SecondsAndNanos& m) { return floor_mod(m.seconds, kSecondsPerDay) / 3600; };
  if (unit == "MINUTE") return [](const SecondsAndNanos& m) { return floor_mod<int64_t>(m.seconds, 3600) / 60; };
  if (unit == "SECOND") return [](const SecondsAndNanos& m) { return floor_mod<int64_t>(m.seconds, 60); };
  if (unit == "MILLISECOND") return [](const SecondsAndNanos& m) { return nanos_of_minute(m) / 1'000'000; };
  if (unit == "MICROSECOND") return [](const SecondsAndNanos& m) { return nanos_of_minute(m) / 1000; };
  if (unit == "NANOSECOND") return nanos_of_minute;
  CHECK_MSG(unit == "EPOCH", "unit {}", unit);
  return [](const SecondsAndNanos& m) { return m.seconds; };
}

// Returns how long fields of the unit stay the same, from a multiple of it on; 0: not for whole seconds.
int64_t seconds_of_same(std::string_view unit) {
  if (field_of_day(unit) != nullptr) return kSecondsPerDay;
  return unit == "HOUR" ? 3600 : unit == "MINUTE" ? 60 : 0;
}

// One field of a column of times, computed where it may be another than that of the row before.
class ExtractKernel final : public ScalarFunction {
 public:
  ExtractKernel(std::string_view unit, size_t moment_argument)
      : of_day_(field_of_day(unit)),
        of_time_(of_day_ == nullptr ? field_of_time(unit) : nullptr),
        seconds_of_same_(seconds_of_same(unit)),
        moment_argument_(moment_argument) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    bool all_null = false;
    const BufferPtr validity = combine_validity(call.arguments, call.num_rows(), all_null);
    if (all_null) return Column::all_null(call.result_type, call.num_rows());
    ResultColumn<int64_t> out(call.result_type, call.num_rows());
    out.set_validity(validity);
    const Column& moments = *call.arguments[moment_argument_];
    const TimeZone& zone = call.input.context.time_zone;
    if (seconds_of_same_ == 0) {
      for_each_moment(moments, zone, call.selection, validity.get(),
                      [&](int32_t row, const SecondsAndNanos& moment) { out[row] = of_time_(moment); });
      return out.finish();
    }
    uint64_t begin = 0, seconds = 0;  // the field is known from `begin` on for so long
    int64_t field = 0;
    for_each_moment(moments, zone, call.selection, validity.get(), [&](int32_t row, const SecondsAndNanos& moment) {
      if (static_cast<uint64_t>(moment.seconds) - begin >= seconds) {
        field = field_of(moment);
        begin = static_cast<uint64_t>(floor_div(moment.seconds, seconds_of_same_) * seconds_of_same_);
        seconds = static_cast<uint64_t>(seconds_of_same_);
      }
      out[row] = field;
    });
    return out.finish();
  }

 private:
  int64_t field_of(const SecondsAndNanos& moment) const {
    if (of_time_ != nullptr) return of_time_(moment);
    return of_day_(static_cast<int32_t>(floor_div<int64_t>(moment.seconds, kSecondsPerDay)));
  }

  FieldOfDay of_day_;
  FieldOfTime of_time_;  // the other one
  int64_t seconds_of_same_;
  size_t moment_argument_;
};

ExpressionPtr bind_part(const CallSite& call, const std::string& unit, size_t moment_argument) {
  if (!is_moment(call.type(moment_argument))) return nullptr;
  const Type result = Type::big_int().with_nullable(call.any_nullable());
  return make_call(call, std::make_shared<ExtractKernel>(unit, moment_argument),
                   {call.arguments.begin(), call.arguments.end()}, result);
}

// Returns the unit that a literal argument names, or throws.
std::string unit_of(const CallSite& call, size_t argument, const std::vector<std::string>& units) {
  const std::string* unit = call.literal_text(argument);
  if (unit != nullptr && std::find(units.begin(), units.end(), *unit) != units.end()) return *unit;
  throw UserError(call.location,
                  fmt::format("{} does not know the unit {}", call.name, unit ? *unit : "of this expression"),
                  fmt::format("Use one of {}.", fmt::join(units, ", ")));
}

void register_extract(FunctionRegistry& registry) {
  registry.with_rule(
      "EXTRACT", {"EXTRACT(unit FROM time)", "One field of a date or time.", "EXTRACT(DAY FROM DATE '2020-01-05') = 5"},
      [](const CallSite& call) -> ExpressionPtr {
        if (call.size() != 2) return nullptr;
        return bind_part(call, unit_of(call, 0, kExtractUnits), 1);
      });
  const std::pair<const char*, const char*> forms[] = {
      {"YEAR", "YEAR"}, {"QUARTER", "QUARTER"}, {"MONTH", "MONTH"},   {"WEEK", "WEEK"},      {"DAYOFYEAR", "DOY"},
      {"HOUR", "HOUR"}, {"MINUTE", "MINUTE"},   {"SECOND", "SECOND"}, {"DAYOFMONTH", "DAY"}, {"DAYOFWEEK", "DOW"}};
  for (const auto& [name, unit] : forms) {
    registry.with_rule(name,
                       {"YEAR(time), QUARTER, MONTH, WEEK, DAYOFYEAR, DAYOFMONTH, DAYOFWEEK, HOUR, MINUTE, SECOND",
                        "One field of a date or time.", "YEAR(DATE '2020-01-05') = 2020"},
                       [unit = std::string(unit)](const CallSite& call) -> ExpressionPtr {
                         return call.size() == 1 ? bind_part(call, unit, 0) : nullptr;
                       });
  }
}

const std::vector<std::string> kFloorUnits = {"MILLENNIUM", "CENTURY", "DECADE", "YEAR",   "QUARTER", "MONTH",
                                              "WEEK",       "DAY",     "HOUR",   "MINUTE", "SECOND",  "MILLISECOND"};

int64_t unit_nanos(std::string_view unit) {
  if (unit == "HOUR") return 3'600'000'000'000;
  if (unit == "MINUTE") return 60'000'000'000;
  return unit == "SECOND" ? 1'000'000'000 : 1'000'000;
}

// Returns the first month (counted from year 0) of the period, and the months in one.
int64_t unit_months(std::string_view unit) {
  if (unit == "MONTH") return 1;
  if (unit == "QUARTER") return 3;
  if (unit == "YEAR") return 12;
  if (unit == "DECADE") return 120;
  return unit == "CENTURY" ? 1200 : 12000;
}

SecondsAndNanos at_day(int64_t day, int64_t nanos) {
  return {day * kSecondsPerDay + nanos / 1'000'000'000, static_cast<int32_t>(nanos % 1'000'000'000)};
}

// Returns the start of the unit `moment` is in, `later` units on.
SecondsAndNanos start_of(std::string_view unit, const SecondsAndNanos& moment, int64_t later) {
  const auto [day, nanos] = day_and_nanos(moment);
  if (unit == "DAY") return at_day(day + later, 0);
  if (unit == "WEEK") return at_day(day - (sql_day_of_week(day) - 1) + 7 * later, 0);  // from Sunday, as Calcite
  if (unit == "HOUR" || unit == "MINUTE" || unit == "SECOND" || unit == "MILLISECOND") {
    const int64_t width = unit_nanos(unit);
    const int64_t start = nanos / width * width + later * width;
    return at_day(day + start / 86'400'000'000'000, start % 86'400'000'000'000);
  }
  const CivilDate date = civil_from_days(day);
  const int64_t length = unit_months(unit);
  const int64_t shift = length >= 1200 ? 12 : 0;  // centuries and millennia start in year 1
  const int64_t month = static_cast<int64_t>(date.year) * 12 + date.month - 1 - shift;
  const int64_t start = (floor_div(month, length) + later) * length + shift;
  return at_day(days_from_civil(static_cast<int32_t>(floor_div<int64_t>(start, 12)),
                                static_cast<int32_t>(floor_mod<int64_t>(start, 12)) + 1, 1),
                0);
}

void register_rounding(FunctionRegistry& registry, const char* name, FunctionDoc doc, bool up) {
  registry.with_rule(name, doc, [up](const CallSite& call) -> ExpressionPtr {
    if (call.size() != 2 || call.literal_text(1) == nullptr || !is_moment(call.type(0)) ||
        call.type(0).kind == TypeKind::kTime)
      return nullptr;
    const Type result = call.type(0);
    return make_row_call(
        call, result,
        [unit = unit_of(call, 1, kFloorUnits), up](const CallInput& input, int32_t row, ColumnBuilder& out) {
          const TimeZone& zone = input.input.context.time_zone;
          const SecondsAndNanos moment = MomentReader(*input.arguments[0], zone)[row];
          const SecondsAndNanos floor = start_of(unit, moment, 0);
          append_moment(out, up && !(floor == moment) ? start_of(unit, moment, 1) : floor, zone);
        });
  });
}

}  // namespace

void register_datetime_parts(FunctionRegistry& registry) {
  register_extract(registry);
  register_rounding(registry, "FLOOR",
                    {"FLOOR(time TO unit)", "Start of the unit that the time is in.",
                     "FLOOR(TIMESTAMP '2020-01-05 10:20:30' TO HOUR) = 2020-01-05 10:00:00"},
                    false);
  register_rounding(
      registry, "CEIL",
      {"CEIL(time TO unit)", "The time itself where a unit starts there, otherwise the start of the next one.",
       "CEIL(TIMESTAMP '2020-01-05 10:20:30' TO HOUR) = 2020-01-05 11:00:00"},
      true);
}

}  // namespace tidemill
