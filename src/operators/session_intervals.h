// operators/session_intervals.h - the sessions of each key as intervals of window time. Rule: to a row, sessions that
// its watermark has closed do not exist, whether they have fired or not; the open ones that its interval meets or
// touches become one.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "operators/operator.h"
#include "operators/window_time.h"
#include "state/state_store.h"

namespace tidemill {

struct SessionInterval {
  int64_t session = 0;  // id, unique within the key
  EpochMillis start = 0;
  EpochMillis end = 0;
};

class SessionIntervals {
 public:
  // What became of a row.
  struct Placement {
    bool late = false;              // no open session takes it, and its own interval is closed: nothing was changed
    int64_t session = 0;            // that it belongs to
    std::vector<int64_t> absorbed;  // other sessions that became part of it, by time
  };
  // A session that has ended, taken out.
  struct Due {
    int32_t key = 0;  // row of SessionIntervals::due_keys()
    SessionInterval interval;
  };

  SessionIntervals(DurationMillis gap, const WindowTime& time, const std::vector<Type>& key_types, StateStore& state);
  // Call after a restore, before the first row.
  void restored();

  const KeyLayoutPtr& key_layout() const { return intervals_.key_layout(); }

  // Places a row of this window time that came with this watermark. The result is valid until the next call.
  const Placement& place(KeyRef key, EpochMillis row_time, EpochMillis watermark);

  // Takes out sessions that are complete at `progress`; those of a key by their ends. False: there are none left. Their
  // keys are due_keys(), valid until the next call.
  bool take_due(EpochMillis progress, std::vector<Due>& due);
  const KeyBatch& due_keys() const { return due_timers_.keys; }
  // Returns when the next session may be complete, kMaxWatermark: there is none. May be early, never late.
  EpochMillis next_end() const { return ends_.next_time().value_or(kMaxWatermark); }
  // Returns the same for people.
  std::optional<NextFiring> next_firing() const;

 private:
  void find_open(KeyRef key, EpochMillis start, EpochMillis end, EpochMillis watermark);
  void start_session(KeyRef key, EpochMillis start, EpochMillis end);
  void put(KeyRef key, const SessionInterval& interval);
  void take_due_of_key(int32_t key, EpochMillis progress, std::vector<Due>& due);

  DurationMillis gap_;
  WindowTime time_;
  StateStore& state_;
  OrderedTable& intervals_;  // key; (start, session) ▸ end
  // Each session has a timer at its end when it began. It may have grown since; the timer is then set again.
  TimerQueue& ends_;
  int64_t next_session_ = 1;

  Placement placement_;
  std::vector<SessionInterval> open_;  // that the row meets, latest first
  DueTimers due_timers_;
};

}  // namespace tidemill
