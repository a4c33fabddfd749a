// state/part_rows.h - the rows of one table of a snapshot's part, a bounded number at a time, in the order of the
// table. Rule: reads; how many rows there are does not decide how much memory that takes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "state/key_batch.h"
#include "state/slice_tables.h"
#include "state/snapshot_part.h"

namespace tidemill {

// Some rows of a table. Records lie in the pages of the part and stay until the next rows are asked for.
struct PartRows {
  explicit PartRows(KeyLayoutPtr layout) : keys(std::move(layout)) {}

  KeyBatch keys;                          // one a row
  std::vector<const std::byte*> records;  // one a row; of timers: none
  std::vector<EpochMillis> times;         // of timers, and of sub-keys that are kTimeSequence
  std::vector<int64_t> sequences;         // of sub-keys that are kTimeSequence; of lists, the row's place from 0
  std::vector<std::string> values;        // of sub-keys that are kBytes (ordered_encoding.h), and of lists
  SliceId slice;                          // that all of them are in, of slice tables and their companions

  int32_t size() const { return keys.num_rows(); }
  void clear();
};

// Which table of a part: one that was declared, or a companion of it.
struct PartTable {
  const TableImage* table = nullptr;
  int32_t companion = -1;  // its place in the format; -1: the table itself

  const TableFormat& format() const;
};

class PartRowReader {
 public:
  // Requires: a part with its pages, which outlives this; a table of it that has keys (no split state).
  PartRowReader(const SnapshotPart& part, const PartTable& table);
  ~PartRowReader();

  // Replaces `rows` by the next ones, at most `max_rows`; false: there are none left. Throws UserError where the part
  // lacks a page.
  bool next(int32_t max_rows, PartRows& rows);

 private:
  class Cursor;
  class RecordCursor;
  class OrderedCursor;
  class ListCursor;
  class TimerCursor;

  std::unique_ptr<Cursor> open(size_t instance) const;

  const SnapshotPart& part_;
  PartTable table_;
  size_t opened_ = 0;  // instances so far
  std::unique_ptr<Cursor> cursor_;
};

}  // namespace tidemill
