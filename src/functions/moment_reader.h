// functions/moment_reader.h - reads dates, times and timestamps of any precision as one thing. Rule: a TIMESTAMP_LTZ is
// read as the wall clock of the session's zone shows it.
#pragma once
#include <functional>
#include <string>

#include "data/calendar.h"
#include "data/column.h"
#include "expr/function_registry.h"
#include "expr/result_column.h"

namespace tidemill {

class MomentReader {
 public:
  MomentReader(const Column& column, const TimeZone& zone);
  bool is_null(int32_t row) const { return column_.is_null(row); }
  // Requires: row is not NULL. A DATE is its midnight, a TIME one of 1970-01-01.
  SecondsAndNanos operator[](int32_t row) const;

 private:
  const Column& column_;
  const TimeZone& zone_;
};

// Calls body(row, moment) for each selected row of a column that is not NULL by `validity` (as in for_each_valid), each
// moment as MomentReader reads it. The type is looked at once, the zone where its offset changes.
template <class Body>
void for_each_moment(const Column& column, const TimeZone& zone, const Selection& selection, const Buffer* validity,
                     Body&& body) {
  const Type& type = column.type();
  if (type.kind == TypeKind::kDate || type.kind == TypeKind::kTime) {
    const MomentReader moments(column, zone);
    return for_each_valid(selection, validity, [&](int32_t row) { body(row, moments[row]); });
  }
  ZoneOffsets offsets(zone);
  const bool zoned = type.kind == TypeKind::kTimestampLtz && !zone.is_utc();
  const auto each = [&](const auto& values, const auto& precision) {
    for_each_valid(selection, validity, [&](int32_t row) {
      SecondsAndNanos moment = split_timestamp(values[row], precision);
      if (zoned) moment.seconds += offsets.at(moment.seconds);
      body(row, moment);
    });
  };
  // Milliseconds are what most have, and division by a constant is a multiplication.
  constexpr std::integral_constant<int32_t, 3> kMilliseconds;
  if (type.physical() == PhysicalType::kInt128) return each(column.decode<int128>(), type.precision);
  if (type.precision == kMilliseconds) return each(column.decode<int64_t>(), kMilliseconds);
  each(column.decode<int64_t>(), type.precision);
}

// True for DATE, TIME, TIMESTAMP and TIMESTAMP_LTZ.
bool is_moment(const Type& type);

struct DayAndNanos {
  int32_t day = 0;    // since 1970-01-01
  int64_t nanos = 0;  // of the day
};
DayAndNanos day_and_nanos(const SecondsAndNanos& moment);

// Returns the physical value of `type` (DATE, TIMESTAMP or TIMESTAMP_LTZ) for a local moment, as an integer to be
// narrowed to the physical type.
int128 moment_to_physical(const SecondsAndNanos& local, const Type& type, const TimeZone& zone);
// Stores it into `out`, a builder of that type.
void append_moment(ColumnBuilder& out, const SecondsAndNanos& local, const TimeZone& zone);

// Makes a call whose value is computed row by row into a builder: body(call input, row, out) must append exactly one
// value. Rows outside the selection, and rows where an argument is NULL, become NULL.
using RowBody = std::function<void(const CallInput&, int32_t row, ColumnBuilder& out)>;
ExpressionPtr make_row_call(const CallSite& site, const Type& result, RowBody body, FunctionProperties properties = {});

}  // namespace tidemill
