#include "runtime/participant.h"

#include "base/check.h"

namespace tidemill {

void StateParticipant::save(int64_t epoch, SnapshotFile* file, TaskSnapshot& snapshot) {
  const std::unique_ptr<PendingSnapshot> frozen = std::move(frozen_);
  CHECK(frozen != nullptr && frozen->checkpoint() == epoch);
  if (file == nullptr) return;
  snapshot.states.push_back(file->append(node_.options().id, node_.options().subtask.index, *frozen));
}

void SinkParticipant::prepare(int64_t epoch, TaskSnapshot& snapshot) {
  std::vector<Committable> committables = writer_.prepare(epoch);
  if (!committables.empty()) snapshot.sinks.push_back({operator_id_, subtask_, std::move(committables)});
}

}  // namespace tidemill
