// data/time_pattern.h - the letters of DATE_FORMAT and TO_TIMESTAMP (java.time.format.DateTimeFormatter, the part
// that is about numbers and English names). Rule: a pattern is compiled once; a letter it does not know is an error,
// not text.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/calendar.h"

namespace tidemill {

class TimePattern {
 public:
  // Letters: y u year, M L month, d day, D day of year, E day of week, H k K h hour, m minute, s second, S fraction, a
  // AM or PM; 'text' in quotes, '' a quote. Throws UserError for any other letter and an unterminated quote.
  explicit TimePattern(std::string_view text);

  void append(std::string& out, const SecondsAndNanos& moment) const;
  // Reads a text that is wholly of this form; fields it lacks are those of 1970-01-01 00:00:00. nullopt where it is
  // not, or where no such day or time exists.
  std::optional<SecondsAndNanos> parse(std::string_view text) const;
  const std::string& text() const { return text_; }
  // Returns for how many seconds, counted from 1970, append() gives the same text: 1, 60, 3600 or those of a day; 0
  // where the text has fractions of a second.
  int64_t step_seconds() const { return step_seconds_; }

 private:
  struct Item {
    char letter = 0;  // 0: literal
    int32_t count = 0;
    std::string literal;
  };

  std::string text_;
  std::vector<Item> items_;
  int64_t step_seconds_ = kSecondsPerDay;
};

}  // namespace tidemill
