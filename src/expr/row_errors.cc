#include "expr/row_errors.h"

#include <fmt/format.h>

#include "base/check.h"

namespace tidemill {

void RowErrors::add(int32_t row, std::string message) {
  const auto index = static_cast<size_t>(row);
  if (failed_.size() <= index) failed_.resize(index + 1);
  if (failed_[index]) return;
  failed_[index] = true;
  errors_.push_back({row, std::move(message), std::nullopt});
}

bool RowErrors::contains(int32_t row) const {
  const auto index = static_cast<size_t>(row);
  return index < failed_.size() && failed_[index];
}

void RowErrors::locate(size_t first, const SourceLocation& location) {
  for (size_t i = first; i < errors_.size(); ++i) {
    if (!errors_[i].location) errors_[i].location = location;
  }
}

void RowErrors::clear() {
  errors_.clear();
  failed_.clear();
}

void RowErrors::raise(const Batch& batch) const {
  CHECK(!errors_.empty());
  const RowError* first = &errors_.front();
  for (const RowError& error : errors_) {
    if (error.row < first->row) first = &error;
  }
  throw UserError(first->message + row_origin_text(batch, first->row),
                  "CASE and WHERE keep such rows away; TRY_CAST and NULLIF(divisor, 0) give NULL instead.",
                  first->location);
}

}  // namespace tidemill
