#include "runtime/participant.h"

#include "base/check.h"

namespace tidemill {

namespace {

constexpr size_t kSectionsMax = 64;  // each is a file that a restore opens, and that stays as long

}  // namespace

void StateParticipant::seal(const Barrier& barrier) {
  const int64_t decided = storage_.decided_epoch();
  if (written_.epoch != 0 && written_.epoch == decided) decided_ = written_;
  frozen_ = node_.freeze(barrier.id, decided);
}

bool StateParticipant::worth_changes(const PendingSnapshot& frozen) const {
  if (frozen.base() == 0 || frozen.base() != decided_.epoch) return false;
  const uint64_t whole_bytes = frozen.whole_bytes();
  if (decided_.sections.size() >= kSectionsMax || whole_bytes <= small_state_bytes_) return false;
  uint64_t bytes = frozen.changed_bytes();
  for (size_t i = 1; i < decided_.sections.size(); ++i) bytes += decided_.sections[i].bytes;
  return bytes < whole_bytes;
}

void StateParticipant::save(int64_t epoch, SnapshotFile* file, TaskSnapshot& snapshot) {
  const std::unique_ptr<PendingSnapshot> frozen = std::move(frozen_);
  CHECK(frozen != nullptr && frozen->checkpoint() == epoch);
  if (file == nullptr) return;
  const bool changes = worth_changes(*frozen);
  std::vector<StateSection> sections;
  if (changes) sections = decided_.sections;
  sections.push_back(file->append(*frozen, changes ? SectionContent::kChanges : SectionContent::kWhole));
  written_ = {epoch, sections};
  snapshot.states.push_back({node_.options().id, node_.options().subtask.index, std::move(sections)});
}

void SinkParticipant::prepare(int64_t epoch, TaskSnapshot& snapshot) {
  std::vector<Committable> committables = writer_.prepare(epoch);
  if (!committables.empty()) snapshot.sinks.push_back({operator_id_, subtask_, std::move(committables)});
}

}  // namespace tidemill
