// connectors/spi/decoding/column_inference.h - the type that the values of a sample seem to have. Rule: a type is given
// only where every value has it, and reading it loses nothing; otherwise the column is STRING.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "data/time_text.h"
#include "data/type.h"

namespace tidemill {

class ColumnInference {
 public:
  // Each takes one value that is not NULL.
  void add_number(std::string_view text);
  void add_boolean();
  void add_text(std::string_view text);  // a string, of which dates and timestamps are told apart
  void add_other();                      // anything that only STRING holds
  // Takes a text that may be of any type, as CSV fields are.
  void add_untyped(std::string_view text);

  // True where all values are timestamps of this form.
  bool is_timestamp(TimestampForm form) const;
  // Returns BIGINT, DOUBLE, BOOLEAN, DATE, TIMESTAMP, TIMESTAMP_LTZ or STRING. `form` is that which the file is read
  // with: timestamps of another one are STRING.
  Type type(TimestampForm form) const;

 private:
  struct Candidates {
    bool whole = false, number = false, boolean = false, date = false;
    bool sql = false, iso = false, sql_instant = false, iso_instant = false;
  };
  void keep(const Candidates& seen);

  bool any_ = false;
  Candidates kept_;
  int32_t fraction_digits_ = 0;  // the most that a timestamp had
};

// Returns the form that more of the columns have; SQL where neither is ahead.
TimestampForm common_timestamp_form(const std::vector<ColumnInference>& columns);

}  // namespace tidemill
