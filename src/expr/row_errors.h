// expr/row_errors.h - what went wrong in which row. Rule: evaluation never throws for a bad row; it notes the row here,
// gives NULL for it, and the caller decides: fail, skip, dead-letter.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/batch.h"

namespace tidemill {

struct RowError {
  int32_t row = 0;
  std::string message;
  std::optional<SourceLocation> location;  // of the failing expression in the SQL text, where known
};

class RowErrors {
 public:
  // Notes that `row` failed. Only the first note of a row is kept.
  void add(int32_t row, std::string message);
  bool empty() const { return errors_.empty(); }
  // Returns the failed rows in the order noted.
  const std::vector<RowError>& errors() const { return errors_; }
  bool contains(int32_t row) const;
  // Gives `location` to the errors from the `first`-th on that have none.
  void locate(size_t first, const SourceLocation& location);
  void clear();

  // Throws UserError for the failed row that comes first in `batch`, naming its split and offset.
  [[noreturn]] void raise(const Batch& batch) const;
  void raise_if_any(const Batch& batch) const {
    if (!empty()) raise(batch);
  }

  // Counts results that did not fit their type: integers that wrapped, decimals that became NULL.
  void count_overflows(int64_t rows) { overflows_ += rows; }
  int64_t overflows() const { return overflows_; }

 private:
  std::vector<RowError> errors_;
  std::vector<bool> failed_;  // by row, so that a second note is dropped
  int64_t overflows_ = 0;
};

}  // namespace tidemill
