// TIMESTAMPADD and TIMESTAMPDIFF.
#include "functions/families.h"
#include "functions/moment_reader.h"

namespace tidemill {
namespace {

const std::vector<std::string> kUnits = {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"};

std::string unit_of(const CallSite& call) {
  const std::string* unit = call.literal_text(0);
  if (unit != nullptr) {
    std::string name = unit->starts_with("SQL_TSI_") ? unit->substr(8) : *unit;
    if (std::find(kUnits.begin(), kUnits.end(), name) != kUnits.end()) return name;
  }
  throw UserError(call.location,
                  fmt::format("{} does not know the unit {}", call.name, unit ? *unit : "of this expression"),
                  fmt::format("Use one of {}.", fmt::join(kUnits, ", ")));
}

// Months in a unit, 0 where it is a fixed number of seconds.
int64_t months_in(std::string_view unit) {
  if (unit == "YEAR") return 12;
  if (unit == "QUARTER") return 3;
  return unit == "MONTH" ? 1 : 0;
}

int64_t seconds_in(std::string_view unit) {
  if (unit == "WEEK") return 7 * kSecondsPerDay;
  if (unit == "DAY") return kSecondsPerDay;
  if (unit == "HOUR") return 3600;
  return unit == "MINUTE" ? 60 : 1;
}

SecondsAndNanos plus_months(const SecondsAndNanos& moment, int64_t months) {
  const auto day = static_cast<int32_t>(floor_div<int64_t>(moment.seconds, kSecondsPerDay));
  const int64_t second_of_day = floor_mod<int64_t>(moment.seconds, kSecondsPerDay);
  return {add_months(day, months) * kSecondsPerDay + second_of_day, moment.nanos};
}

ExpressionPtr bind_timestampadd(const CallSite& call) {
  if (call.size() != 3 || !call.type(1).is_integer() || !is_moment(call.type(2)) ||
      call.type(2).kind == TypeKind::kTime)
    return nullptr;
  const std::string unit = unit_of(call);
  Type result = call.type(2).with_nullable(call.any_nullable());
  const bool below_a_day = months_in(unit) == 0 && seconds_in(unit) < kSecondsPerDay;
  if (result.kind == TypeKind::kDate && below_a_day) result = Type::timestamp(0).with_nullable(result.nullable);
  return make_row_call(call, result, [unit](const CallInput& input, int32_t row, ColumnBuilder& out) {
    const auto count = static_cast<int64_t>(Value::at(*input.arguments[1], row).as_integer());
    const TimeZone utc;  // an instant moves by time that passes, not by the clock of the session's zone
    SecondsAndNanos moment = MomentReader(*input.arguments[2], utc)[row];
    if (const int64_t months = months_in(unit); months != 0) {
      moment = plus_months(moment, months * count);
    } else {
      moment.seconds += seconds_in(unit) * count;
    }
    append_moment(out, moment, utc);
  });
}

bool is_before(const SecondsAndNanos& a, const SecondsAndNanos& b) {
  return a.seconds != b.seconds ? a.seconds < b.seconds : a.nanos < b.nanos;
}

// Whole months from a to b, towards zero (Calcite: DateTimeUtils.subtractMonths).
int64_t months_between(const SecondsAndNanos& a, const SecondsAndNanos& b) {
  if (is_before(b, a)) return -months_between(b, a);
  const CivilDate from = civil_from_days(day_and_nanos(a).day);
  const CivilDate to = civil_from_days(day_and_nanos(b).day);
  int64_t months = (static_cast<int64_t>(to.year) - from.year) * 12 + to.month - from.month;
  while (months > 0 && is_before(b, plus_months(a, months))) --months;
  return months;
}

ExpressionPtr bind_timestampdiff(const CallSite& call) {
  if (call.size() != 3 || !is_moment(call.type(1)) || !is_moment(call.type(2))) return nullptr;
  // Between two instants lies the time that passed; an instant and a reading of the clock meet on the session's clock.
  const bool instants = call.type(1).kind == TypeKind::kTimestampLtz && call.type(2).kind == TypeKind::kTimestampLtz;
  return make_row_call(call, Type::integer().with_nullable(call.any_nullable()),
                       [unit = unit_of(call), instants](const CallInput& input, int32_t row, ColumnBuilder& out) {
                         const TimeZone zone = instants ? TimeZone() : input.input.context.time_zone;
                         const SecondsAndNanos from = MomentReader(*input.arguments[1], zone)[row];
                         const SecondsAndNanos to = MomentReader(*input.arguments[2], zone)[row];
                         if (const int64_t months = months_in(unit); months != 0)
                           return out.append(static_cast<int32_t>(months_between(from, to) / months));
                         const int128 nanos =
                             static_cast<int128>(to.seconds - from.seconds) * 1'000'000'000 + (to.nanos - from.nanos);
                         out.append(static_cast<int32_t>(nanos / 1'000'000'000 / seconds_in(unit)));
                       });
}

// Returns where a period that starts at `start` ends: an interval counts from there. nullptr for another type of time.
ExpressionPtr end_of_period(const CallSite& call, const ExpressionPtr& start, const ExpressionPtr& end) {
  if (end->type().is_interval()) return call.registry.resolve("+", {start, end}, call.location);
  return end->type().kind == start->type().kind ? end : nullptr;
}

// Periods overlap where each starts before the other ends, or as it does; their bounds may come in any order.
ExpressionPtr bind_overlaps(const CallSite& call) {
  if (call.size() != 4) return nullptr;
  const auto& registry = call.registry;
  const bool moments = is_moment(call.type(0)) && call.type(2).kind == call.type(0).kind;
  if (!moments) return nullptr;
  std::vector<ExpressionPtr> first, last;
  for (const size_t i : {size_t{0}, size_t{2}}) {
    const ExpressionPtr& start = call.arguments[i];
    const ExpressionPtr end = end_of_period(call, start, call.arguments[i + 1]);
    if (end == nullptr) return nullptr;
    // As Calcite has it: where one bound is NULL the end counts as the first of the two.
    const ExpressionPtr in_order = registry.resolve("<=", {start, end}, call.location);
    first.push_back(registry.resolve("CASE", {in_order, start, end}, call.location));
    last.push_back(registry.resolve("CASE", {in_order, end, start}, call.location));
  }
  return make_and({registry.resolve(">=", {last[0], first[1]}, call.location),
                   registry.resolve(">=", {last[1], first[0]}, call.location)});
}

}  // namespace

void register_datetime_arithmetic(FunctionRegistry& registry) {
  registry.with_rule("TIMESTAMPADD",
                     {"TIMESTAMPADD(unit, count, time)", "Time plus a number of units.",
                      "TIMESTAMPADD(MONTH, 1, DATE '2020-01-31') = 2020-02-29"},
                     bind_timestampadd);
  registry.with_rule("TIMESTAMPDIFF",
                     {"TIMESTAMPDIFF(unit, from, to)", "Whole units between two times.",
                      "TIMESTAMPDIFF(DAY, DATE '2020-01-01', DATE '2020-02-01') = 31"},
                     bind_timestampdiff);
  registry.with_rule("OVERLAPS",
                     {"(start, end) OVERLAPS (start, end)",
                      "Whether two periods have a moment in common; an end may be an interval from the start.",
                      "(DATE '2020-01-01', DATE '2020-01-03') OVERLAPS (DATE '2020-01-02', INTERVAL '5' DAY) = TRUE"},
                     bind_overlaps);
}

}  // namespace tidemill
