#include "connectors/spi/decoding/column_inference.h"

#include <algorithm>

#include "connectors/spi/decoding/text_value.h"
#include "data/number_text.h"

namespace tidemill {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A number as programs write them: 007 and +1 are codes, not numbers.
bool is_plain_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || !is_digit(text[0])) return false;
  if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) return false;
  return text.find_first_not_of("0123456789.eE+-") == std::string_view::npos && is_digit(text.back()) &&
         parse_double(text).has_value();
}

bool is_boolean(std::string_view text) {
  constexpr size_t kLongest = 5;
  if (text.size() > kLongest) return false;
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c | 0x20);
  return lower == "true" || lower == "false";
}

int32_t fraction_digits(std::string_view text) {
  const size_t point = text.rfind('.');
  if (point == std::string_view::npos) return 0;
  const size_t end = text.find_first_not_of("0123456789", point + 1);
  return static_cast<int32_t>(std::min(end, text.size()) - point - 1);
}

}  // namespace

void ColumnInference::keep(const Candidates& seen) {
  if (!any_) {
    kept_ = seen;
    any_ = true;
    return;
  }
  kept_.whole = kept_.whole && seen.whole;
  kept_.number = kept_.number && seen.number;
  kept_.boolean = kept_.boolean && seen.boolean;
  kept_.date = kept_.date && seen.date;
  kept_.sql = kept_.sql && seen.sql;
  kept_.iso = kept_.iso && seen.iso;
  kept_.sql_instant = kept_.sql_instant && seen.sql_instant;
  kept_.iso_instant = kept_.iso_instant && seen.iso_instant;
}

void ColumnInference::add_number(std::string_view text) {
  Candidates seen;
  int64_t value = 0;
  const ValueStatus status = parse_whole_number(text, value);
  seen.whole = status == ValueStatus::kOk;
  // A whole number beyond BIGINT would lose digits as a DOUBLE.
  seen.number = status != ValueStatus::kOutOfRange;
  keep(seen);
}

void ColumnInference::add_boolean() {
  Candidates seen;
  seen.boolean = true;
  keep(seen);
}

void ColumnInference::add_text(std::string_view text) {
  Candidates seen;
  seen.date = parse_date(text).has_value();
  seen.sql = parse_timestamp(text, TimestampForm::kSql).has_value();
  seen.iso = parse_timestamp(text, TimestampForm::kIso8601).has_value();
  seen.sql_instant = parse_instant(text, TimestampForm::kSql).has_value();
  seen.iso_instant = parse_instant(text, TimestampForm::kIso8601).has_value();
  if (seen.sql || seen.iso || seen.sql_instant || seen.iso_instant)
    fraction_digits_ = std::max(fraction_digits_, fraction_digits(text));
  keep(seen);
}

void ColumnInference::add_other() { keep({}); }

void ColumnInference::add_untyped(std::string_view text) {
  if (is_plain_number(text)) return add_number(text);
  if (is_boolean(text)) return add_boolean();
  add_text(text);
}

bool ColumnInference::is_timestamp(TimestampForm form) const {
  return form == TimestampForm::kSql ? kept_.sql || kept_.sql_instant : kept_.iso || kept_.iso_instant;
}

Type ColumnInference::type(TimestampForm form) const {
  if (kept_.whole) return Type::big_int();
  if (kept_.number) return Type::float64();
  if (kept_.boolean) return Type::boolean();
  if (kept_.date) return Type::date();
  const int32_t precision = fraction_digits_ <= 3 ? 3 : fraction_digits_ <= 6 ? 6 : 9;
  const bool sql = form == TimestampForm::kSql;
  if (sql ? kept_.sql : kept_.iso) return Type::timestamp(precision);
  if (sql ? kept_.sql_instant : kept_.iso_instant) return Type::timestamp_ltz(precision);
  return Type::string();
}

TimestampForm common_timestamp_form(const std::vector<ColumnInference>& columns) {
  const auto count = [&](TimestampForm form) {
    return std::count_if(columns.begin(), columns.end(),
                         [&](const ColumnInference& column) { return column.is_timestamp(form); });
  };
  return count(TimestampForm::kIso8601) > count(TimestampForm::kSql) ? TimestampForm::kIso8601 : TimestampForm::kSql;
}

}  // namespace tidemill
