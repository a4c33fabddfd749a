// sql/to_sql/type_name.cc - names, strings, data types and intervals as SQL, and the functions of to_sql.h. Rule: one
// spelling for each type.
#include <fmt/format.h>

#include "sql/to_sql.h"
#include "sql/to_sql/sql_writer.h"

namespace tidemill {
namespace {

using ast::TypeNameKind;

std::string_view type_text(TypeNameKind kind) {
  switch (kind) {
    case TypeNameKind::kBoolean:
      return "BOOLEAN";
    case TypeNameKind::kTinyint:
      return "TINYINT";
    case TypeNameKind::kSmallint:
      return "SMALLINT";
    case TypeNameKind::kInteger:
      return "INT";
    case TypeNameKind::kBigint:
      return "BIGINT";
    case TypeNameKind::kFloat:
      return "FLOAT";
    case TypeNameKind::kDouble:
      return "DOUBLE";
    case TypeNameKind::kDecimal:
      return "DECIMAL";
    case TypeNameKind::kChar:
      return "CHAR";
    case TypeNameKind::kVarchar:
      return "VARCHAR";
    case TypeNameKind::kString:
      return "STRING";
    case TypeNameKind::kBinary:
      return "BINARY";
    case TypeNameKind::kVarbinary:
      return "VARBINARY";
    case TypeNameKind::kBytes:
      return "BYTES";
    case TypeNameKind::kDate:
      return "DATE";
    case TypeNameKind::kTime:
      return "TIME";
    case TypeNameKind::kTimestamp:
      return "TIMESTAMP";
    case TypeNameKind::kTimestampLtz:
      return "TIMESTAMP_LTZ";
    case TypeNameKind::kInterval:
      return "INTERVAL ";
    case TypeNameKind::kArray:
      return "ARRAY<";
    case TypeNameKind::kMultiset:
      return "MULTISET<";
    case TypeNameKind::kMap:
      return "MAP<";
    case TypeNameKind::kRow:
      return "ROW<";
    case TypeNameKind::kVariant:
      return "VARIANT";
    case TypeNameKind::kNamed:
      return "";
  }
  return "";
}

std::string quote(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    quoted += c;
    if (c == quote) quoted += c;
  }
  quoted += quote;
  return quoted;
}

template <class Node>
std::string text_of(const Node& node) {
  SqlWriter writer;
  writer.write(node);
  return writer.take();
}

}  // namespace

void SqlWriter::string(std::string_view text) { text_ += quote_string(text); }

void SqlWriter::write(const ast::Identifier& name) { text_ += quote_identifier(name.name); }

void SqlWriter::write(const ast::QualifiedName& name) {
  bool first = true;
  for (const ast::Identifier& part : name.parts) {
    if (!first) text_ += '.';
    first = false;
    write(part);
  }
}

void SqlWriter::write_names(const std::vector<ast::Identifier>& names) {
  text_ += '(';
  list(names, [this](const ast::Identifier& name) { write(name); });
  text_ += ')';
}

void SqlWriter::write(const ast::TypeName& type) {
  text_ += type_text(type.kind);
  if (type.precision) text_ += fmt::format("({}", *type.precision);
  if (type.scale) text_ += fmt::format(", {}", *type.scale);
  if (type.precision) text_ += ')';
  if (type.interval) write(*type.interval);
  if (type.kind == TypeNameKind::kNamed) write(type.name);
  list(type.elements, [this](const ast::TypeName& element) { write(element); });
  list(type.fields, [this](const ast::RowFieldName& field) {
    write(field.name);
    text_ += ' ';
    write(field.type);
    if (field.comment) {
      text_ += ' ';
      string(*field.comment);
    }
  });
  const bool angled = type.kind == TypeNameKind::kArray || type.kind == TypeNameKind::kMultiset ||
                      type.kind == TypeNameKind::kMap || type.kind == TypeNameKind::kRow;
  if (angled) text_ += '>';
  if (type.not_null) text_ += " NOT NULL";
}

void SqlWriter::write(const ast::IntervalQualifier& qualifier) {
  text_ += to_sql(qualifier.start);
  const bool second_start = !qualifier.end && qualifier.fractional_precision;
  if (qualifier.leading_precision) {
    text_ += fmt::format("({}", *qualifier.leading_precision);
    if (second_start) text_ += fmt::format(", {}", *qualifier.fractional_precision);
    text_ += ')';
  }
  if (!qualifier.end) return;
  text_ += fmt::format(" TO {}", to_sql(*qualifier.end));
  if (qualifier.fractional_precision) text_ += fmt::format("({})", *qualifier.fractional_precision);
}

std::string to_sql(const ast::Expression& expression) { return text_of(expression); }
std::string to_sql(const ast::Query& query) { return text_of(query); }
std::string to_sql(const ast::Statement& statement) { return text_of(statement); }
std::string to_sql(const ast::TypeName& type) { return text_of(type); }
std::string to_sql(const ast::QualifiedName& name) { return text_of(name); }
std::string to_sql(const ast::IntervalQualifier& qualifier) { return text_of(qualifier); }

std::string_view to_sql(ast::TimeUnit unit) {
  switch (unit) {
    case ast::TimeUnit::kYear:
      return "YEAR";
    case ast::TimeUnit::kQuarter:
      return "QUARTER";
    case ast::TimeUnit::kMonth:
      return "MONTH";
    case ast::TimeUnit::kWeek:
      return "WEEK";
    case ast::TimeUnit::kDay:
      return "DAY";
    case ast::TimeUnit::kHour:
      return "HOUR";
    case ast::TimeUnit::kMinute:
      return "MINUTE";
    case ast::TimeUnit::kSecond:
      return "SECOND";
    case ast::TimeUnit::kMillisecond:
      return "MILLISECOND";
    case ast::TimeUnit::kMicrosecond:
      return "MICROSECOND";
    case ast::TimeUnit::kNanosecond:
      return "NANOSECOND";
    case ast::TimeUnit::kEpoch:
      return "EPOCH";
    case ast::TimeUnit::kDayOfWeek:
      return "DOW";
    case ast::TimeUnit::kDayOfYear:
      return "DOY";
    case ast::TimeUnit::kIsoDayOfWeek:
      return "ISODOW";
    case ast::TimeUnit::kIsoYear:
      return "ISOYEAR";
    case ast::TimeUnit::kDecade:
      return "DECADE";
    case ast::TimeUnit::kCentury:
      return "CENTURY";
    case ast::TimeUnit::kMillennium:
      return "MILLENNIUM";
  }
  return "";
}

std::string quote_identifier(std::string_view name) { return quote(name, '`'); }
std::string quote_string(std::string_view text) { return quote(text, '\''); }

}  // namespace tidemill
