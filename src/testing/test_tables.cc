#include "testing/test_tables.h"

namespace tidemill {

void TestOutput::roll_back(int64_t decided) {
  std::erase_if(changes_, [&](const Entry& entry) { return entry.epoch > decided; });
}

std::vector<ResultChange> TestOutput::changes() const {
  std::vector<ResultChange> changes;
  changes.reserve(changes_.size());
  for (const Entry& entry : changes_) changes.push_back(entry.change);
  return changes;
}

}  // namespace tidemill
