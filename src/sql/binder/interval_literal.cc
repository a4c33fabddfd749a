// sql/binder/interval_literal.cc - INTERVAL literals to values. Rule: a field larger than its digits is refused, as in
// Flink.
#include <charconv>
#include <vector>

#include "base/error.h"
#include "sql/binder/literal.h"
#include "sql/to_sql.h"

namespace tidemill {
namespace {

constexpr int32_t kLeadingDigitsDefault = 2;
constexpr int32_t kFractionDigitsMax = 3;  // milliseconds are what an interval holds

// The fields of day-time intervals, from large to small, with what separates each from the next.
struct TimeField {
  ast::TimeUnit unit;
  int64_t milliseconds;
  char separator;
  int64_t limit;  // of a field that is not the leading one
};
constexpr std::array kTimeFields = {
    TimeField{ast::TimeUnit::kDay, 86'400'000, ' ', 0},
    TimeField{ast::TimeUnit::kHour, 3'600'000, ':', 24},
    TimeField{ast::TimeUnit::kMinute, 60'000, ':', 60},
    TimeField{ast::TimeUnit::kSecond, 1'000, '.', 60},
};

class IntervalText {
 public:
  explicit IntervalText(const ast::Literal& literal) : literal_(literal), rest_(literal.text) {
    if (!rest_.empty() && (rest_.front() == '-' || rest_.front() == '+')) {
      negative_ = rest_.front() == '-';
      rest_.remove_prefix(1);
    }
  }

  int64_t sign() const { return negative_ != literal_.negative ? -1 : 1; }
  bool at_end() const { return rest_.empty(); }

  int64_t number() {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc() || rest_.front() == '-') refuse();
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }
  void expect(char separator) {
    if (rest_.empty() || rest_.front() != separator) refuse();
    rest_.remove_prefix(1);
  }
  // Returns the milliseconds of ".123"; 0 where no point follows.
  int64_t fraction_ms() {
    if (rest_.empty() || rest_.front() != '.') return 0;
    rest_.remove_prefix(1);
    std::string digits(rest_.substr(0, kFractionDigitsMax));
    for (const char c : rest_) {
      if (c < '0' || c > '9') refuse();
    }
    if (digits.empty()) refuse();
    rest_ = {};
    digits.resize(kFractionDigitsMax, '0');
    return std::stoll(digits);
  }
  [[noreturn]] void refuse() const {
    throw UserError(literal_.location,
                    fmt::format("Not an interval of {}: '{}'", to_sql(*literal_.interval), literal_.text),
                    "Forms are INTERVAL '90' MINUTE, INTERVAL '1 10:20:30.123' DAY TO SECOND, "
                    "INTERVAL '1-2' YEAR TO MONTH.");
  }
  void check_leading(int64_t value) const {
    const int32_t digits = literal_.interval->leading_precision.value_or(kLeadingDigitsDefault);
    int64_t limit = 1;
    for (int32_t i = 0; i < digits && limit < 1'000'000'000'000; ++i) limit *= 10;
    if (value < limit) return;
    const std::string_view unit = to_sql(literal_.interval->start);
    throw UserError(literal_.location, fmt::format("{} has more digits than {}({}) allows", value, unit, digits),
                    fmt::format("Say how many digits the unit has: INTERVAL '{}' {}({}).", literal_.text, unit,
                                std::to_string(value).size()));
  }

 private:
  const ast::Literal& literal_;
  std::string_view rest_;
  bool negative_ = false;
};

Value year_month_interval(const ast::Literal& literal) {
  IntervalText text(literal);
  const ast::IntervalQualifier& qualifier = *literal.interval;
  const int64_t leading = text.number();
  text.check_leading(leading);
  int64_t months = leading;
  if (qualifier.start == ast::TimeUnit::kYear) months = leading * 12;
  if (qualifier.start == ast::TimeUnit::kQuarter) months = leading * 3;
  if (qualifier.end) {
    text.expect('-');
    const int64_t rest = text.number();
    if (rest >= 12) text.refuse();
    months += rest;
  }
  if (!text.at_end()) text.refuse();
  months *= text.sign();
  const auto value = static_cast<int32_t>(months);
  if (value != months) text.refuse();
  return Value::of(Type::interval_year_month().not_null(), value);
}

Value day_time_interval(const ast::Literal& literal) {
  IntervalText text(literal);
  const ast::IntervalQualifier& qualifier = *literal.interval;
  const ast::TimeUnit start = qualifier.start == ast::TimeUnit::kWeek ? ast::TimeUnit::kDay : qualifier.start;
  const ast::TimeUnit end = qualifier.end.value_or(start);
  int64_t total = 0;
  bool leading = true;
  for (const TimeField& field : kTimeFields) {
    if (leading && field.unit != start) continue;
    const int64_t value = text.number();
    if (leading) {
      text.check_leading(value);
    } else if (value >= field.limit) {
      text.refuse();
    }
    int64_t part = 0;
    const int64_t scale = qualifier.start == ast::TimeUnit::kWeek ? 7 : 1;
    if (__builtin_mul_overflow(value, field.milliseconds * scale, &part)) text.refuse();
    if (__builtin_add_overflow(total, part, &total)) text.refuse();
    leading = false;
    if (field.unit == ast::TimeUnit::kSecond) total += text.fraction_ms();
    if (field.unit == end) break;
    text.expect(field.separator);
  }
  if (leading || !text.at_end()) text.refuse();
  return Value::of(Type::interval_day_time().not_null(), total * text.sign());
}

}  // namespace

Value bind_interval(const ast::Literal& literal) {
  CHECK(literal.interval.has_value());
  return literal.interval->is_year_month() ? year_month_interval(literal) : day_time_interval(literal);
}

}  // namespace tidemill
