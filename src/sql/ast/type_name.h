// sql/ast/type_name.h - a data type as written in SQL. Rule: a value type that records what was written; defaults such
// as the precision 6 of TIMESTAMP are the binder's.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "sql/ast/identifier.h"

namespace tidemill::ast {

// Units of EXTRACT, FLOOR(x TO unit), TIMESTAMPADD, TIMESTAMPDIFF; the first seven but QUARTER and WEEK also of
// intervals.
enum class TimeUnit : uint8_t {
  kYear,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
  kNanosecond,
  kEpoch,
  kDayOfWeek,     // DOW
  kDayOfYear,     // DOY
  kIsoDayOfWeek,  // ISODOW
  kIsoYear,       // ISOYEAR
  kDecade,
  kCentury,
  kMillennium,
};

// DAY, DAY(3), SECOND(3, 6), YEAR TO MONTH, DAY(2) TO SECOND(3): the unit part of an interval literal or type.
struct IntervalQualifier {
  TimeUnit start = TimeUnit::kDay;
  std::optional<TimeUnit> end;                  // set for `start TO end`
  std::optional<int32_t> leading_precision;     // digits of the start field
  std::optional<int32_t> fractional_precision;  // digits after the point of SECOND

  bool is_year_month() const {
    return start == TimeUnit::kYear || start == TimeUnit::kQuarter || start == TimeUnit::kMonth;
  }
};

enum class TypeNameKind : uint8_t {
  kBoolean,
  kTinyint,
  kSmallint,
  kInteger,  // INT, INTEGER
  kBigint,
  kFloat,
  kDouble,   // DOUBLE, DOUBLE PRECISION
  kDecimal,  // DECIMAL, DEC, NUMERIC: precision, scale
  kChar,     // precision = length
  kVarchar,  // precision = length
  kString,
  kBinary,     // precision = length
  kVarbinary,  // precision = length
  kBytes,
  kDate,
  kTime,          // precision
  kTimestamp,     // precision; WITHOUT TIME ZONE
  kTimestampLtz,  // precision; TIMESTAMP_LTZ, TIMESTAMP WITH LOCAL TIME ZONE
  kInterval,      // interval
  kArray,         // elements[0]
  kMultiset,      // elements[0]
  kMap,           // elements[0] key, elements[1] value
  kRow,           // fields
  kVariant,
  kNamed,  // any other word: a user-defined type, RAW, BITMAP: name
};

struct RowFieldName;

struct TypeName {
  TypeNameKind kind = TypeNameKind::kNamed;
  SourceLocation location;
  bool not_null = false;             // NOT NULL was written
  std::optional<int32_t> precision;  // or length, see TypeNameKind
  std::optional<int32_t> scale;      // DECIMAL only
  std::optional<IntervalQualifier> interval;
  std::vector<TypeName> elements;
  std::vector<RowFieldName> fields;
  QualifiedName name;  // kNamed only
};

// One field of ROW<name TYPE 'comment', …>.
struct RowFieldName {
  Identifier name;
  TypeName type;
  std::optional<std::string> comment;
};

}  // namespace tidemill::ast
