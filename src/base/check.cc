#include "base/check.h"

namespace tidemill::check_detail {

void fail(const char* file, int line, const char* condition, const std::string& detail) {
  throw EngineError(
      fmt::format("Invariant broken at {}:{}: {}{}{}", file, line, condition, detail.empty() ? "" : ": ", detail));
}

}  // namespace tidemill::check_detail
