#include "connectors/spi/column_condition.h"

#include <fmt/format.h>

namespace tidemill {

std::string condition_text(const ColumnCondition& condition, const std::string& column) {
  static constexpr std::string_view kTests[] = {"=", "<", "<=", ">", ">=", "IS NULL", "IS NOT NULL"};
  const std::string_view test = kTests[static_cast<size_t>(condition.test)];
  if (condition.test >= ColumnTest::kIsNull) return fmt::format("{} {}", column, test);
  return fmt::format("{} {} {}", column, test, condition.value.to_string());
}

}  // namespace tidemill
