// operators/unmatched_rows.h - the rows of a side of a join that fit nothing, when its input has ended. Rule: a batch
// at a time; between two the addresses that the state gave out may be released.
#pragma once
#include <optional>
#include <string>

#include "operators/join_side.h"
#include "operators/side_rows.h"

namespace tidemill {

class UnmatchedRows {
 public:
  // `side` is borrowed, and must not change. Requires: it counts matches.
  explicit UnmatchedRows(JoinSide& side);

  // Returns the next rows, of the side's schema; nothing after the last.
  std::optional<Batch> next();

 private:
  // Takes the keys of the next rows of the table; returns false where there are none.
  bool read_keys();
  // Adds rows of the key at hand; returns whether it has no more.
  bool read_rows();

  JoinSide* side_;
  RecordTable::Scan scan_;
  KeyBatch keys_;
  int32_t key_ = 0;   // of keys_
  std::string from_;  // row of it to go on with
  int64_t copies_done_ = 0;

  SideRows rows_;
};

}  // namespace tidemill
