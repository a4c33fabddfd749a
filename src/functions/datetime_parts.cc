// EXTRACT and its short forms, FLOOR and CEIL to a unit.
#include <limits>

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

// Returns the field; the units are those of kExtractUnits.
int64_t extract(std::string_view unit, const SecondsAndNanos& moment) {
  const auto [day, nanos] = day_and_nanos(moment);
  const CivilDate date = civil_from_days(day);
  const int64_t second = nanos / 1'000'000'000;
  if (unit == "YEAR") return date.year;
  if (unit == "QUARTER") return (date.month - 1) / 3 + 1;
  if (unit == "MONTH") return date.month;
  if (unit == "WEEK") return iso_week(day);
  if (unit == "DAY") return date.day;
  if (unit == "DOW") return sql_day_of_week(day);
  if (unit == "ISODOW") return iso_day_of_week(day);
  if (unit == "ISOYEAR") return iso_week_year(day);
  if (unit == "DOY") return day_of_year(day);
  if (unit == "HOUR") return second / 3600;
  if (unit == "MINUTE") return second / 60 % 60;
  if (unit == "SECOND") return second % 60;
  if (unit == "MILLISECOND") return nanos / 1'000'000 % 60'000;
  if (unit == "MICROSECOND") return nanos / 1000 % 60'000'000;
  if (unit == "NANOSECOND") return nanos % 60'000'000'000;
  if (unit == "EPOCH") return moment.seconds;
  if (unit == "DECADE") return floor_div<int64_t>(date.year, 10);
  return period_of_year(date.year, unit == "CENTURY" ? 100 : 1000);
}

ExpressionPtr bind_part(const CallSite& call, std::string unit, size_t moment_argument) {
  if (!is_moment(call.type(moment_argument))) return nullptr;
  const Type result = Type::big_int().with_nullable(call.any_nullable());
  return make_row_call(
      call, result, [unit = std::move(unit), moment_argument](const CallInput& input, int32_t row, ColumnBuilder& out) {
        out.append(extract(unit, MomentReader(*input.arguments[moment_argument], input.input.context.time_zone)[row]));
      });
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
