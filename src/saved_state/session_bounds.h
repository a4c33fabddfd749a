// saved_state/session_bounds.h - when each session of a part starts and ends, by its key: the operator keeps that in
// another table than what the session has gathered. Rule: pages of its own, spilled like any.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "state/part_rows.h"
#include "state/record_table.h"

namespace tidemill {

class SessionBounds {
 public:
  // Reads the intervals of the part, with its pages; `key_types` are those of the table of sessions: key, session.
  // Blocks. Throws UserError for damaged pages.
  SessionBounds(const SnapshotPart& part, const std::vector<Type>& key_types, const PageTableOptions& pages);

  struct Bounds {
    EpochMillis start = 0;
    EpochMillis end = 0;
  };
  // Appends the bounds of each session to `bounds`, nullptr where there is no interval; they stay until the next call.
  void find(const KeyBatch& sessions, std::vector<const Bounds*>& bounds);

 private:
  void add(const PartRows& intervals, uint32_t end_offset);

  PageTable pages_;
  RecordTable table_;  // (key, session) ▸ Bounds
};

}  // namespace tidemill
