#include "operators/match_lookahead.h"

namespace tidemill {
namespace {

constexpr std::string_view kTurnField = "turn";

}  // namespace

void MatchLookahead::open(StateStore& state, const std::vector<Type>& key_types) {
  if (!enabled()) return;
  TableDescriptor turns;
  turns.name = "turns";
  turns.key_types = key_types;
  turns.fields.push_back(RecordField::int64(std::string(kTurnField)));
  turns_ = &state.record_table(turns);
  turn_offset_ = turns_->layout().offset(kTurnField);
  waiting_ = &state.timers({"ahead", key_types});
}

void MatchLookahead::load(MatchPartition& partition) const {
  partition.next = partition.first_new;
  if (!enabled()) return;
  const std::byte* const record = turns_->find(partition.key);
  partition.next = record == nullptr ? 0 : *reinterpret_cast<const int64_t*>(record + turn_offset_);
  partition.stored_next = partition.next;
}

std::optional<int64_t> MatchLookahead::add(MatchPartition& partition, int32_t batch_row) const {
  partition.new_rows.push_back(batch_row);
  const int64_t turn = partition.arrived() - 1 - rows_;
  return turn < 0 ? std::nullopt : std::optional(turn);
}

std::optional<EpochMillis> MatchLookahead::waiting_since(const MatchPartition& partition, const MatchRows& rows) const {
  if (partition.next == partition.arrived()) return std::nullopt;
  return rows.time(partition, partition.next);
}

bool MatchLookahead::waits_before(const MatchPartition& partition, const MatchRows& rows, EpochMillis time) const {
  if (!enabled()) return false;
  const std::optional<EpochMillis> since = waiting_since(partition, rows);
  return since && *since < time;
}

void MatchLookahead::save(const MatchPartition& partition, const MatchRows& rows, bool kept) {
  if (!enabled()) return;
  const std::optional<EpochMillis> since = waiting_since(partition, rows);
  if (partition.stored_next < partition.first_new && partition.next != partition.stored_next)
    waiting_->remove(partition.key, rows.time(partition, partition.stored_next));
  if (since) waiting_->add(partition.key, *since);
  // Rows are numbered anew where none is kept.
  if (!kept || partition.next == 0) {
    turns_->erase(partition.key);
    return;
  }
  bool created = false;
  *reinterpret_cast<int64_t*>(turns_->upsert(partition.key, created) + turn_offset_) = partition.next;
}

bool MatchLookahead::take(int32_t max, DueTimers& partitions) {
  return enabled() && waiting_->pop_due(kMaxWatermark, max, partitions);
}

std::optional<EpochMillis> MatchLookahead::earliest() const { return enabled() ? waiting_->next_time() : std::nullopt; }

}  // namespace tidemill
