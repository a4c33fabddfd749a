#include "sim/differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace tidemill::sim {
namespace {

constexpr size_t kRowsShown = 5;  // of each kind

std::string shown(std::string_view what, const std::vector<std::string>& rows) {
  std::string text;
  for (size_t i = 0; i < rows.size() && i < kRowsShown; ++i) text += fmt::format("\n    {}: {}", what, rows[i]);
  return text;
}

}  // namespace

std::string differences(const Expectation& expected, const CommittedRows& rows, const JobSummary& summary) {
  const std::vector<std::string> found = rows.folded();
  std::vector<std::string> missing, surplus;
  std::set_difference(expected.rows.begin(), expected.rows.end(), found.begin(), found.end(),
                      std::back_inserter(missing));
  std::set_difference(found.begin(), found.end(), expected.rows.begin(), expected.rows.end(),
                      std::back_inserter(surplus));
  if (!missing.empty() || !surplus.empty())
    return "rows differ" + shown("missing", missing) + shown("surplus", surplus);
  if (expected.rows_late && summary.rows_late != *expected.rows_late)
    return fmt::format("{} rows counted as late, expected {}", summary.rows_late, *expected.rows_late);
  if (expected.rows_in && summary.rows_in != *expected.rows_in)
    return fmt::format("{} rows counted as read, expected {}", summary.rows_in, *expected.rows_in);
  return "";
}

}  // namespace tidemill::sim
