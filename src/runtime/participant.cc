#include "runtime/participant.h"

#include "base/check.h"

namespace tidemill {

namespace {

constexpr size_t kSectionsMax = 64;  // each is a file that a restore opens, and that stays as long

}  // namespace

void StateParticipant::seal(const Barrier& barrier) {
  standalone_ = barrier.kind == BarrierKind::kSavepoint;
  if (standalone_) {
    frozen_ = node_.freeze(barrier.id);
    return;
  }
  const int64_t decided = storage_.decided_epoch();
  if (written_.epoch != 0 && written_.epoch == decided) decided_ = written_;
  frozen_ = node_.freeze_changes(barrier.id, decided);
}

bool StateParticipant::worth_changes() const {
  if (standalone_ || frozen_->base() == 0 || frozen_->base() != decided_.epoch) return false;
  if (decided_.sections.size() >= kSectionsMax || frozen_->whole_bytes() <= small_state_bytes_) return false;
  uint64_t bytes = frozen_->changed_bytes();
  for (size_t i = 1; i < decided_.sections.size(); ++i) bytes += decided_.sections[i].bytes;
  return bytes < frozen_->whole_bytes();
}

void StateParticipant::prepare(int64_t epoch, SnapshotFile* file, TaskSnapshot& snapshot) {
  CHECK(frozen_ != nullptr && frozen_->checkpoint() == epoch);
  if (file != nullptr) {
    const bool changes = worth_changes();
    std::vector<StateSection> sections;
    if (changes) sections = decided_.sections;
    sections.push_back(file->append(*frozen_, changes ? SectionContent::kChanges : SectionContent::kWhole));
    if (!standalone_) written_ = {epoch, sections};
    snapshot.states.push_back({node_.options().id, node_.options().subtask.index, std::move(sections)});
  }
  frozen_ = nullptr;
}

void SinkParticipant::prepare(int64_t epoch, SnapshotFile*, TaskSnapshot& snapshot) {
  std::vector<Committable> committables = writer_.prepare(epoch);
  if (!committables.empty()) snapshot.sinks.push_back({operator_id_, subtask_, std::move(committables)});
}

}  // namespace tidemill
