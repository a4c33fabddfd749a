// state/slice_tables.h - one RecordTable a window slice. Rule: a slice is dropped whole, companions and all, never row
// by row; its pages are free at once.
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/time.h"
#include "state/record_table.h"

namespace tidemill {

// A slice, or the part of it that late rows made: those count only in windows that end at or after first_window_end.
// Rows in time have first_window_end = kNoWatermark.
struct SliceId {
  EpochMillis slice_end = 0;
  EpochMillis first_window_end = kNoWatermark;
  auto operator<=>(const SliceId&) const = default;
};

class SliceTables {
 public:
  SliceTables(PageTable& pages, std::shared_ptr<const TableDescriptor> descriptor);

  const TableDescriptor& descriptor() const { return *descriptor_; }
  const RecordLayout& layout() const { return layout_; }
  const KeyLayoutPtr& key_layout() const { return layout_.key(); }

  // Returns the slice's table, opened on first use. Lives until drop() of this slice.
  RecordTable& slice(const SliceId& id);
  // Returns nullptr where the slice is not open.
  RecordTable* find(const SliceId& id);
  const RecordTable* find(const SliceId& id) const;
  // Drops a slice; nothing happens where it is not open.
  void drop(const SliceId& id);
  // Ids of open slices, ascending. Valid until a slice is opened or dropped.
  std::span<const SliceId> ids() const { return ids_; }

  // Makes an empty table of the same layout and companions that no snapshot sees: where a window merges its slices. Its
  // pages are free when it is destroyed, which must happen before the next snapshot.
  std::unique_ptr<RecordTable> make_scratch() const;

  void clear();
  size_t index_bytes() const;
  void maintain();

 private:
  PageTable* pages_;
  std::shared_ptr<const TableDescriptor> descriptor_;
  RecordLayout layout_;
  std::vector<SliceId> ids_;  // ascending
  std::vector<std::unique_ptr<RecordTable>> tables_;
  std::vector<SliceId> touched_;  // given out since the last maintain()
};

}  // namespace tidemill
