#include "state/damaged.h"

#include "base/error.h"

namespace tidemill {

void throw_damaged(const std::string& part, uint64_t offset, std::string_view what) {
  throw UserError(fmt::format("State is damaged: {}, in part {} at byte {}", what, part, offset),
                  "Restore from an older checkpoint, or from an intact copy of this file.");
}

}  // namespace tidemill
