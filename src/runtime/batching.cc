#include "runtime/batching.h"

namespace tidemill {

bool may_share_batch(const Batch& a, const Batch& b) {
  if (a.schema() != b.schema() && *a.schema() != *b.schema()) return false;
  if (a.progress().from_split != b.progress().from_split) return false;
  if (a.progress().from_split && a.progress().other_splits != b.progress().other_splits) return false;
  const auto& split_a = a.origin().split;
  const auto& split_b = b.origin().split;
  if (split_a == split_b) return true;
  return split_a && split_b && *split_a == *split_b;
}

}  // namespace tidemill
