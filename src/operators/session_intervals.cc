#include "operators/session_intervals.h"

#include <algorithm>
#include <limits>

#include "operators/state_names.h"

namespace tidemill {
namespace {

// Ids only have to differ within a key: after rescaling every subtask goes on from the greatest.
constexpr std::string_view kNextSessionScalar = "session.next";
constexpr int32_t kTimersAtOnce = 1024;

OrderedTable& declare_intervals(const std::vector<Type>& key_types, StateStore& state) {
  TableDescriptor descriptor;
  descriptor.name = kIntervalsTable;
  descriptor.key_types = key_types;
  descriptor.fields = {RecordField::int64(std::string(kIntervalEndField))};
  return state.ordered_table(descriptor, SubKeyKind::kTimeSequence);
}

// The only field.
EpochMillis& end_of(std::byte* record) { return *reinterpret_cast<EpochMillis*>(record); }
EpochMillis end_of(const std::byte* record) { return *reinterpret_cast<const EpochMillis*>(record); }

}  // namespace

SessionIntervals::SessionIntervals(DurationMillis gap, const WindowTime& time, const std::vector<Type>& key_types,
                                   StateStore& state)
    : gap_(gap),
      time_(time),
      state_(state),
      intervals_(declare_intervals(key_types, state)),
      ends_(state.timers({"ends", key_types})),
      due_timers_(intervals_.key_layout()) {
  CHECK(gap_ > 0);
  CHECK_EQ(intervals_.layout().offset(0), 0U);
}

void SessionIntervals::restored() { next_session_ = state_.scalars().get(kNextSessionScalar).value_or(1); }

void SessionIntervals::find_open(KeyRef key, EpochMillis start, EpochMillis end, EpochMillis watermark) {
  open_.clear();
  SubKeyRange range;
  range.until = SubKey::of_time(end + 1, std::numeric_limits<int64_t>::min());  // a session may start where this ends
  intervals_.scan(key, range, ScanDirection::kBackward, [&](const SubKey& sub_key, const std::byte* record) {
    const EpochMillis session_end = end_of(record);
    if (time_.fires_at(session_end) <= watermark) return true;  // closed; an open one may still lie before it
    if (session_end < start) return false;                      // open ones are apart: the earlier ones end earlier
    open_.push_back({sub_key.sequence, sub_key.time, session_end});
    return true;
  });
}

const SessionIntervals::Placement& SessionIntervals::place(KeyRef key, EpochMillis row_time, EpochMillis watermark) {
  const EpochMillis end = row_time + gap_;
  find_open(key, row_time, end, watermark);
  placement_.absorbed.clear();
  placement_.late = false;
  if (open_.empty()) {
    placement_.late = time_.fires_at(end) <= watermark;
    if (!placement_.late) start_session(key, row_time, end);
    return placement_;
  }
  const SessionInterval& first = open_.back();
  const SessionInterval merged{first.session, std::min(row_time, first.start), std::max(end, open_.front().end)};
  placement_.session = first.session;
  for (size_t i = open_.size() - 1; i-- > 0;) {
    placement_.absorbed.push_back(open_[i].session);
    intervals_.erase(key, SubKey::of_time(open_[i].start, open_[i].session));
  }
  if (merged.start != first.start) intervals_.erase(key, SubKey::of_time(first.start, first.session));
  if (merged.start != first.start || merged.end != first.end) put(key, merged);
  return placement_;
}

void SessionIntervals::start_session(KeyRef key, EpochMillis start, EpochMillis end) {
  placement_.session = next_session_++;
  state_.scalars().set(kNextSessionScalar, ScalarMerge::kMaximum, next_session_);
  put(key, {placement_.session, start, end});
  ends_.add(key, time_.fires_at(end));
}

void SessionIntervals::put(KeyRef key, const SessionInterval& interval) {
  bool created = false;
  end_of(intervals_.upsert(key, SubKey::of_time(interval.start, interval.session), created)) = interval.end;
}

bool SessionIntervals::take_due(EpochMillis progress, std::vector<Due>& due) {
  due.clear();
  while (ends_.pop_due(progress, kTimersAtOnce, due_timers_)) {
    for (int32_t key = 0; key < due_timers_.size(); ++key) take_due_of_key(key, progress, due);
    if (!due.empty()) return true;
  }
  return false;
}

std::optional<NextFiring> SessionIntervals::next_firing() const {
  const std::optional<EpochMillis> next = ends_.next_time();
  if (!next) return std::nullopt;
  return NextFiring{time_.of(*next) + 1, *next, true, false};
}

void SessionIntervals::take_due_of_key(int32_t key, EpochMillis progress, std::vector<Due>& due) {
  const KeyRef key_ref = due_timers_.keys[key];
  const size_t first_due = due.size();
  SubKeyRange begun;  // later ones cannot be complete, and have their timers still
  const EpochMillis now = time_.of(progress);
  if (now != kMaxWatermark) begun.until = SubKey::of_time(now + 1, std::numeric_limits<int64_t>::min());
  std::vector<EpochMillis> not_due;
  intervals_.scan(key_ref, begun, ScanDirection::kForward, [&](const SubKey& sub_key, const std::byte* record) {
    const EpochMillis end = end_of(record);
    if (time_.fires_at(end) <= progress) {
      due.push_back({key, {sub_key.sequence, sub_key.time, end}});
    } else {
      not_due.push_back(time_.fires_at(end));
    }
    return true;
  });
  for (const EpochMillis end : not_due) ends_.add(key_ref, end);
  const auto mine = due.begin() + static_cast<ptrdiff_t>(first_due);
  std::stable_sort(mine, due.end(), [](const Due& a, const Due& b) { return a.interval.end < b.interval.end; });
  for (auto it = mine; it != due.end(); ++it)
    intervals_.erase(key_ref, SubKey::of_time(it->interval.start, it->interval.session));
}

}  // namespace tidemill
