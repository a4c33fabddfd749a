#include "runtime/participant.h"

#include "base/check.h"

namespace tidemill {

void StateParticipant::prepare(int64_t epoch, SnapshotFile* file, TaskSnapshot& snapshot) {
  CHECK(frozen_ != nullptr && frozen_->checkpoint() == epoch);
  if (file != nullptr)
    snapshot.states.push_back(file->append(node_.options().id, node_.options().subtask.index, *frozen_));
  frozen_ = nullptr;
}

void SinkParticipant::prepare(int64_t epoch, SnapshotFile*, TaskSnapshot& snapshot) {
  std::vector<Committable> committables = writer_.prepare(epoch);
  if (!committables.empty()) snapshot.sinks.push_back({operator_id_, subtask_, std::move(committables)});
}

}  // namespace tidemill
