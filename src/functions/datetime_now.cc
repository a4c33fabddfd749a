// Times that come from the surroundings: the clock and the watermark.
#include "functions/families.h"
#include "functions/moment_reader.h"

namespace tidemill {
namespace {

constexpr FunctionProperties kClock = {.deterministic = false};

// Registers a function without arguments: body(context) gives its value, local where `type` is zone-less.
template <class Body>
void clock_function(FunctionRegistry& registry, const char* name, FunctionDoc doc, Type type, Body body) {
  registry.with_rule(name, doc, [type, body](const CallSite& call) -> ExpressionPtr {
    if (call.size() != 0) return nullptr;
    return make_row_call(
        call, type.not_null(),
        [body](const CallInput& input, int32_t, ColumnBuilder& out) { out.append(body(input.input.context)); }, kClock);
  });
}

int64_t local_now(const EvaluationContext& context) { return context.time_zone.to_local(context.now); }
int32_t local_day(const EvaluationContext& context) {
  return static_cast<int32_t>(floor_div(local_now(context), kMillisPerDay));
}
int32_t local_time(const EvaluationContext& context) {
  return static_cast<int32_t>(floor_mod(local_now(context), kMillisPerDay) / kMillisPerSecond * kMillisPerSecond);
}

ExpressionPtr bind_current_watermark(const CallSite& call) {
  if (call.size() != 1 || !call.type(0).is_timestamp()) return nullptr;
  Type result = call.type(0).with_nullable(true);
  result.precision = 3;
  return make_row_call(call, result,
                       [](const CallInput& input, int32_t row, ColumnBuilder& out) {
                         const RowProgress& progress = input.input.batch.progress();
                         const EpochMillis watermark =
                             progress.from_split ? progress.at(row) : input.input.context.watermark;
                         watermark == kNoWatermark ? out.append_null() : out.append(watermark);
                       },
                       {.deterministic = false, .per_row = true});
}

}  // namespace

void register_datetime_now(FunctionRegistry& registry) {
  const auto instant = [](const EvaluationContext& context) { return context.now; };
  clock_function(registry, "CURRENT_TIMESTAMP",
                 {"CURRENT_TIMESTAMP", "The present instant.", "CURRENT_TIMESTAMP = 2024-01-01 00:00:30.123"},
                 Type::timestamp_ltz(3), instant);
  clock_function(registry, "NOW", {"NOW()", "The present instant.", "NOW() = 2024-01-01 00:00:30.123"},
                 Type::timestamp_ltz(3), instant);
  clock_function(registry, "CURRENT_ROW_TIMESTAMP",
                 {"CURRENT_ROW_TIMESTAMP()", "The instant at which the row is processed.",
                  "CURRENT_ROW_TIMESTAMP() = 2024-01-01 00:00:30.123"},
                 Type::timestamp_ltz(3), instant);
  clock_function(registry, "PROCTIME",
                 {"PROCTIME()", "Processing time, as a time attribute.", "PROCTIME() = 2024-01-01 00:00:30.123"},
                 Type::timestamp_ltz(3), instant);
  clock_function(
      registry, "LOCALTIMESTAMP",
      {"LOCALTIMESTAMP", "The present reading of the session's clock.", "LOCALTIMESTAMP = 2024-01-01 00:00:30.123"},
      Type::timestamp(3), local_now);
  clock_function(registry, "CURRENT_DATE",
                 {"CURRENT_DATE", "The present day in the session's time zone.", "CURRENT_DATE = 2024-01-01"},
                 Type::date(), local_day);
  clock_function(registry, "LOCALTIME",
                 {"LOCALTIME", "The present time of day in the session's time zone.", "LOCALTIME = 00:00:30"},
                 Type::time(0), local_time);
  clock_function(registry, "CURRENT_TIME",
                 {"CURRENT_TIME", "The present time of day in the session's time zone.", "CURRENT_TIME = 00:00:30"},
                 Type::time(0), local_time);
  registry.with_rule(
      "CURRENT_WATERMARK",
      {"CURRENT_WATERMARK(rowtime)", "The watermark that the row was read at; NULL where there was none yet.",
       "CURRENT_WATERMARK(ts) = 2024-01-01 00:00:25.000"},
      bind_current_watermark);
}

}  // namespace tidemill
