// sql/parser/type_name.cc - data types, intervals and time units. Rule: a word that is no type of ours is kept as a
// name, for the binder to refuse.

#include <algorithm>

#include "sql/parser/grammar.h"

namespace tidemill {
namespace {

using ast::TimeUnit;
using ast::TypeName;
using ast::TypeNameKind;

struct UnitName {
  std::string_view text;
  TimeUnit unit;
};

// Units of EXTRACT, FLOOR and TIMESTAMPADD.
constexpr UnitName kUnitNames[] = {
    {"YEAR", TimeUnit::kYear},
    {"QUARTER", TimeUnit::kQuarter},
    {"MONTH", TimeUnit::kMonth},
    {"WEEK", TimeUnit::kWeek},
    {"DAY", TimeUnit::kDay},
    {"HOUR", TimeUnit::kHour},
    {"MINUTE", TimeUnit::kMinute},
    {"SECOND", TimeUnit::kSecond},
    {"MILLISECOND", TimeUnit::kMillisecond},
    {"MICROSECOND", TimeUnit::kMicrosecond},
    {"NANOSECOND", TimeUnit::kNanosecond},
    {"EPOCH", TimeUnit::kEpoch},
    {"DOW", TimeUnit::kDayOfWeek},
    {"DOY", TimeUnit::kDayOfYear},
    {"ISODOW", TimeUnit::kIsoDayOfWeek},
    {"ISOYEAR", TimeUnit::kIsoYear},
    {"DECADE", TimeUnit::kDecade},
    {"CENTURY", TimeUnit::kCentury},
    {"MILLENNIUM", TimeUnit::kMillennium},
};
constexpr std::string_view kTimeUnit = "a time unit";

// Reads YEAR, MONTHS, … of an interval.
std::optional<TimeUnit> accept_interval_unit(TokenCursor& cursor) {
  struct IntervalUnit {
    Keyword singular, plural;
    TimeUnit unit;
  };
  static constexpr IntervalUnit kUnits[] = {
      {Keyword::kYear, Keyword::kYears, TimeUnit::kYear},
      {Keyword::kQuarter, Keyword::kQuarters, TimeUnit::kQuarter},
      {Keyword::kMonth, Keyword::kMonths, TimeUnit::kMonth},
      {Keyword::kWeek, Keyword::kWeeks, TimeUnit::kWeek},
      {Keyword::kDay, Keyword::kDays, TimeUnit::kDay},
      {Keyword::kHour, Keyword::kHours, TimeUnit::kHour},
      {Keyword::kMinute, Keyword::kMinutes, TimeUnit::kMinute},
      {Keyword::kSecond, Keyword::kSeconds, TimeUnit::kSecond},
  };
  for (const IntervalUnit& entry : kUnits) {
    if (cursor.at(entry.plural))
      cursor.take();
    else if (!cursor.accept(entry.singular))
      continue;
    return entry.unit;
  }
  return std::nullopt;
}

// Tells whether an interval may run from `start` to `end`: YEAR TO MONTH, and DAY, HOUR, MINUTE to a smaller unit.
bool is_interval_range(TimeUnit start, TimeUnit end) {
  if (start == TimeUnit::kYear) return end == TimeUnit::kMonth;
  return start >= TimeUnit::kDay && start < end && end <= TimeUnit::kSecond;
}

std::optional<int32_t> parse_precision(TokenCursor& cursor, std::string_view what) {
  if (!cursor.at(TokenKind::kLeftParen)) return std::nullopt;
  cursor.take();
  const int32_t precision = parse_small_number(cursor, what);
  cursor.expect(TokenKind::kRightParen);
  return precision;
}

void parse_decimal_precision(TokenCursor& cursor, TypeName& type) {
  if (!cursor.at(TokenKind::kLeftParen)) return;
  cursor.take();
  type.precision = parse_small_number(cursor, "a precision");
  if (cursor.accept(TokenKind::kComma)) type.scale = parse_small_number(cursor, "a scale");
  cursor.expect(TokenKind::kRightParen);
}

// Reads [WITHOUT TIME ZONE | WITH LOCAL TIME ZONE] behind TIME and TIMESTAMP.
void parse_time_zone(TokenCursor& cursor, TypeName& type) {
  if (cursor.at(Keyword::kWithout)) {
    cursor.take();
    cursor.expect(Keyword::kTime);
    cursor.expect(Keyword::kZone);
    return;
  }
  if (!cursor.at(Keyword::kWith)) return;
  const bool zoned = cursor.at(Keyword::kTime, 1);
  if (!zoned && !cursor.at(Keyword::kLocal, 1)) return;  // WITH (…) of CREATE TABLE
  if (zoned || type.kind == TypeNameKind::kTime) {
    fail_not_supported(cursor, "A type WITH TIME ZONE",
                       "Use TIMESTAMP_LTZ(p), a point in time shown in the session's zone");
  }
  cursor.take();
  cursor.expect(Keyword::kLocal);
  cursor.expect(Keyword::kTime);
  cursor.expect(Keyword::kZone);
  type.kind = TypeNameKind::kTimestampLtz;
}

// Reads '<' element {',' element} '>'.
void parse_element_types(TokenCursor& cursor, TypeName& type, int count) {
  cursor.expect(TokenKind::kLess);
  for (int i = 0; i < count; ++i) {
    if (i > 0) cursor.expect(TokenKind::kComma);
    type.elements.push_back(parse_type_name_with_nullability(cursor));
  }
  cursor.expect(TokenKind::kGreater);
}

// Reads the fields of ROW<a INT, b STRING 'comment'> or ROW(a INT, …).
void parse_row_fields(TokenCursor& cursor, TypeName& type) {
  if (cursor.accept(TokenKind::kNotEqual)) return;  // ROW<>
  const bool angled = cursor.accept(TokenKind::kLess);
  if (!angled) cursor.expect(TokenKind::kLeftParen);
  do {
    ast::RowFieldName field;
    field.name = parse_identifier(cursor, "a field name");
    field.type = parse_type_name_with_nullability(cursor);
    if (at_string(cursor)) field.comment = parse_string(cursor);
    type.fields.push_back(std::move(field));
  } while (cursor.accept(TokenKind::kComma));
  cursor.expect(angled ? TokenKind::kGreater : TokenKind::kRightParen);
}

enum class TypeSuffix : uint8_t { kNone, kPrecision, kVaryingLength, kDecimal, kDoublePrecision, kTimeZone };

struct SimpleType {
  Keyword keyword;
  TypeNameKind kind;
  TypeSuffix suffix = TypeSuffix::kNone;
};

constexpr SimpleType kSimpleTypes[] = {
    {Keyword::kBoolean, TypeNameKind::kBoolean},
    {Keyword::kTinyint, TypeNameKind::kTinyint},
    {Keyword::kSmallint, TypeNameKind::kSmallint},
    {Keyword::kInt, TypeNameKind::kInteger},
    {Keyword::kInteger, TypeNameKind::kInteger},
    {Keyword::kBigint, TypeNameKind::kBigint},
    {Keyword::kFloat, TypeNameKind::kFloat},
    {Keyword::kDouble, TypeNameKind::kDouble, TypeSuffix::kDoublePrecision},
    {Keyword::kDecimal, TypeNameKind::kDecimal, TypeSuffix::kDecimal},
    {Keyword::kDec, TypeNameKind::kDecimal, TypeSuffix::kDecimal},
    {Keyword::kNumeric, TypeNameKind::kDecimal, TypeSuffix::kDecimal},
    {Keyword::kChar, TypeNameKind::kChar, TypeSuffix::kVaryingLength},
    {Keyword::kCharacter, TypeNameKind::kChar, TypeSuffix::kVaryingLength},
    {Keyword::kVarchar, TypeNameKind::kVarchar, TypeSuffix::kPrecision},
    {Keyword::kString, TypeNameKind::kString},
    {Keyword::kBinary, TypeNameKind::kBinary, TypeSuffix::kVaryingLength},
    {Keyword::kVarbinary, TypeNameKind::kVarbinary, TypeSuffix::kPrecision},
    {Keyword::kBytes, TypeNameKind::kBytes},
    {Keyword::kDate, TypeNameKind::kDate},
    {Keyword::kTime, TypeNameKind::kTime, TypeSuffix::kTimeZone},
    {Keyword::kTimestamp, TypeNameKind::kTimestamp, TypeSuffix::kTimeZone},
    {Keyword::kTimestampLtz, TypeNameKind::kTimestampLtz, TypeSuffix::kPrecision},
    {Keyword::kVariant, TypeNameKind::kVariant},
};

const SimpleType* find_simple_type(Keyword keyword) {
  const auto found = std::find_if(std::begin(kSimpleTypes), std::end(kSimpleTypes),
                                  [&](const SimpleType& entry) { return entry.keyword == keyword; });
  return found == std::end(kSimpleTypes) ? nullptr : found;
}

void parse_simple_type(TokenCursor& cursor, const SimpleType& simple, TypeName& type) {
  cursor.take();
  type.kind = simple.kind;
  switch (simple.suffix) {
    case TypeSuffix::kNone:
      break;
    case TypeSuffix::kPrecision:
      type.precision = parse_precision(cursor, "a length or precision");
      break;
    case TypeSuffix::kDecimal:
      parse_decimal_precision(cursor, type);
      break;
    case TypeSuffix::kDoublePrecision:
      if (cursor.at(Keyword::kPrecision)) cursor.take();
      break;
    case TypeSuffix::kVaryingLength:  // CHARACTER VARYING(n), BINARY VARYING(n)
      if (cursor.at(Keyword::kVarying)) {
        cursor.take();
        type.kind = type.kind == TypeNameKind::kBinary ? TypeNameKind::kVarbinary : TypeNameKind::kVarchar;
      }
      type.precision = parse_precision(cursor, "a length");
      break;
    case TypeSuffix::kTimeZone:
      type.precision = parse_precision(cursor, "a precision");
      parse_time_zone(cursor, type);
      break;
  }
}

// BITMAP is a reserved word and nevertheless the name of a type, as far as this grammar goes.
bool at_bitmap(TokenCursor& cursor) {
  const Token& token = cursor.peek();
  return token.kind == TokenKind::kWord && equal_words(cursor.text_of(token), "BITMAP");
}

void parse_named_type(TokenCursor& cursor, TypeName& type) {
  type.kind = TypeNameKind::kNamed;
  if (at_bitmap(cursor)) {
    const Token token = cursor.take();
    type.name.parts.push_back({std::string(cursor.text_of(token)), token.location});
    return;
  }
  if (!at_identifier(cursor)) cursor.fail_expected("a data type");
  type.name = parse_qualified_name(cursor, "a type name");
}

void parse_type_head(TokenCursor& cursor, TypeName& type) {
  const Token& token = cursor.peek();
  const Keyword keyword = token.kind == TokenKind::kWord ? token.word.keyword : Keyword::kNone;
  switch (keyword) {
    case Keyword::kArray:
    case Keyword::kMultiset:
      cursor.take();
      type.kind = keyword == Keyword::kArray ? TypeNameKind::kArray : TypeNameKind::kMultiset;
      return parse_element_types(cursor, type, 1);
    case Keyword::kMap:
      cursor.take();
      type.kind = TypeNameKind::kMap;
      return parse_element_types(cursor, type, 2);
    case Keyword::kRow:
      cursor.take();
      type.kind = TypeNameKind::kRow;
      return parse_row_fields(cursor, type);
    case Keyword::kInterval:
      cursor.take();
      type.kind = TypeNameKind::kInterval;
      type.interval = parse_interval_qualifier(cursor);
      return;
    default:
      break;
  }
  if (const SimpleType* simple = find_simple_type(keyword)) return parse_simple_type(cursor, *simple, type);
  parse_named_type(cursor, type);
}

}  // namespace

ast::TypeName parse_type_name(TokenCursor& cursor) {
  const TokenCursor::Nesting nesting(cursor);
  TokenCursor::Chain chain(cursor);
  TypeName type;
  type.location = cursor.location();
  parse_type_head(cursor, type);
  while (cursor.at(Keyword::kArray) || cursor.at(Keyword::kMultiset)) {  // INT ARRAY is ARRAY<INT>
    chain.grow();
    TypeName collection;
    collection.location = type.location;
    collection.kind = cursor.take().word.keyword == Keyword::kArray ? TypeNameKind::kArray : TypeNameKind::kMultiset;
    collection.elements.push_back(std::move(type));
    type = std::move(collection);
  }
  return type;
}

ast::TypeName parse_type_name_with_nullability(TokenCursor& cursor) {
  TypeName type = parse_type_name(cursor);
  if (cursor.accept(Keyword::kNot, Keyword::kNull)) {
    type.not_null = true;
  } else if (cursor.at(Keyword::kNull)) {
    cursor.take();
  }
  return type;
}

ast::IntervalQualifier parse_interval_qualifier(TokenCursor& cursor) {
  ast::IntervalQualifier qualifier;
  const std::optional<TimeUnit> start = accept_interval_unit(cursor);
  if (!start) cursor.fail_expected();
  qualifier.start = *start;
  if (cursor.at(TokenKind::kLeftParen)) {
    cursor.take();
    qualifier.leading_precision = parse_small_number(cursor, "a precision");
    if (*start == TimeUnit::kSecond && cursor.accept(TokenKind::kComma)) {
      qualifier.fractional_precision = parse_small_number(cursor, "a precision");
    }
    cursor.expect(TokenKind::kRightParen);
  }
  if (!cursor.at(Keyword::kTo)) return qualifier;
  const SourceLocation location = cursor.take().location;
  qualifier.end = accept_interval_unit(cursor);
  if (!qualifier.end) cursor.fail_expected();
  if (!is_interval_range(*start, *qualifier.end)) {
    throw UserError(location, "An interval cannot run between these two units",
                    "Use YEAR TO MONTH, or DAY, HOUR or MINUTE to a smaller unit down to SECOND");
  }
  if (*qualifier.end == TimeUnit::kSecond) qualifier.fractional_precision = parse_precision(cursor, "a precision");
  return qualifier;
}

std::unique_ptr<ast::Symbol> parse_time_unit(TokenCursor& cursor) {
  const Token& token = cursor.peek();
  std::string text = token.kind == TokenKind::kWord ? upper_case(cursor.text_of(token)) : "";
  constexpr std::string_view kOdbcPrefix = "SQL_TSI_";
  if (text.starts_with(kOdbcPrefix)) text.erase(0, kOdbcPrefix.size());
  const auto found = std::find_if(std::begin(kUnitNames), std::end(kUnitNames),
                                  [&](const UnitName& entry) { return entry.text == text; });
  if (found == std::end(kUnitNames)) {
    for (const UnitName& entry : kUnitNames) cursor.expecting(entry.text);
    cursor.fail_expected(kTimeUnit);
  }
  auto symbol = cursor.make<ast::Symbol>(cursor.take().location);
  symbol->text = text;
  symbol->unit = found->unit;
  return symbol;
}

}  // namespace tidemill
