#include "functions/moment_reader.h"

#include "data/dispatch.h"

namespace tidemill {

MomentReader::MomentReader(const Column& column, const TimeZone& zone) : column_(column), zone_(zone) {}

SecondsAndNanos MomentReader::operator[](int32_t row) const {
  constexpr int32_t kNanosPerMilli = 1'000'000;
  const Type& type = column_.type();
  if (type.kind == TypeKind::kDate) return {column_.decode<int32_t>()[row] * kSecondsPerDay, 0};
  if (type.kind == TypeKind::kTime) {
    const int32_t milliseconds = column_.decode<int32_t>()[row];
    return {milliseconds / kMillisPerSecond, static_cast<int32_t>(milliseconds % kMillisPerSecond) * kNanosPerMilli};
  }
  SecondsAndNanos moment = type.physical() == PhysicalType::kInt128
                               ? split_timestamp(column_.decode<int128>()[row], type.precision)
                               : split_timestamp(column_.decode<int64_t>()[row], type.precision);
  if (type.kind == TypeKind::kTimestampLtz) moment.seconds += zone_.offset_seconds(moment.seconds);
  return moment;
}

bool is_moment(const Type& type) {
  return type.is_timestamp() || type.kind == TypeKind::kDate || type.kind == TypeKind::kTime;
}

DayAndNanos day_and_nanos(const SecondsAndNanos& moment) {
  const int64_t day = floor_div<int64_t>(moment.seconds, kSecondsPerDay);
  return {static_cast<int32_t>(day), (moment.seconds - day * kSecondsPerDay) * 1'000'000'000 + moment.nanos};
}

int128 moment_to_physical(const SecondsAndNanos& local, const Type& type, const TimeZone& zone) {
  if (type.kind == TypeKind::kDate) return floor_div<int64_t>(local.seconds, kSecondsPerDay);
  if (type.kind == TypeKind::kTimestamp) return join_timestamp(local, type.precision);
  const EpochMillis instant = zone.to_instant(local.seconds * kMillisPerSecond);
  return join_timestamp({floor_div<int64_t>(instant, kMillisPerSecond), local.nanos}, type.precision);
}

void append_moment(ColumnBuilder& out, const SecondsAndNanos& local, const TimeZone& zone) {
  const int128 value = moment_to_physical(local, out.type(), zone);
  switch (out.type().physical()) {
    case PhysicalType::kInt32:
      return out.append(static_cast<int32_t>(value));
    case PhysicalType::kInt64:
      return out.append(static_cast<int64_t>(value));
    default:
      return out.append(value);
  }
}

namespace {

class RowKernel final : public ScalarFunction {
 public:
  explicit RowKernel(RowBody body) : body_(std::move(body)) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    ColumnBuilder out(call.result_type);
    out.reserve(call.num_rows());
    call.selection.for_each([&](int32_t row) {
      while (out.num_rows() < row) out.append_null();
      if (any_null(call, row)) {
        out.append_null();
      } else {
        body_(call, row, out);
      }
    });
    while (out.num_rows() < call.num_rows()) out.append_null();
    return out.finish();
  }

 private:
  static bool any_null(const CallInput& call, int32_t row) {
    for (const ColumnPtr& argument : call.arguments) {
      if (argument->is_null(row)) return true;
    }
    return false;
  }

  RowBody body_;
};

}  // namespace

ExpressionPtr make_row_call(const CallSite& site, const Type& result, RowBody body, FunctionProperties properties) {
  return std::make_shared<Call>(std::string(site.name), std::make_shared<RowKernel>(std::move(body)),
                                std::vector<ExpressionPtr>(site.arguments.begin(), site.arguments.end()), result,
                                properties, site.location);
}

}  // namespace tidemill
