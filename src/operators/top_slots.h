// operators/top_slots.h - the first rows of one partition, all in one record: a slot a row, and the slots in the order
// of the rows. Rule: rows do not move when others come and go, only their slots' numbers do.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "operators/row_places.h"
#include "operators/spec.h"
#include "state/record_table.h"
#include "state/value_fields.h"

namespace tidemill {

// Where a row stands: by the bytes of its values (row_places.h), then by its place in the log, then by arrival.
struct TopPlace {
  std::string_view values;
  std::string_view split;
  int64_t offset = 0;
};

// Returns the place of a row of the batch that `places` reads. Valid until the next call.
TopPlace top_place(RowPlaces& places, const Batch& batch, int32_t row);

// Returns the types of the rows that a Top-N keeps: those of its output, but for the number.
std::vector<Type> kept_types(const RankSpec& spec);

// Rows of one table; task thread only. Fields: how many rows there are, the order of their slots, and for slot i place,
// split, offset and the values, which are named as columns of their own.
class TopSlots {
 public:
  static constexpr int32_t kSlotsMax = 64;

  // `latest_first`: of rows with equal values the later one stands first.
  TopSlots(std::vector<Type> types, int32_t num_slots, bool latest_first);

  // Returns the bytes that the fields take in a record, about.
  static size_t record_bytes(const std::vector<Type>& types, int64_t num_slots);

  const std::vector<Type>& types() const { return slots_.front().values.types(); }
  void declare(TableDescriptor& descriptor);
  // Call once, with the table that was declared; it is borrowed.
  void open(RecordTable& table);

  int32_t size(const std::byte* record) const { return static_cast<int32_t>(load(record, count_offset_)); }
  bool full(const std::byte* record) const { return size(record) == static_cast<int32_t>(slots_.size()); }
  // Returns how many rows stand before a row at this place that comes now.
  int32_t rank(const std::byte* record, const TopPlace& place) const;
  // Returns the values of the row at a rank, to be read from the record.
  const ValueFields& values(const std::byte* record, int32_t rank) const { return slots_[slot(record, rank)].values; }
  // Puts row `row` of the columns at a rank, where it was ranked; the last row goes where all slots are taken.
  void insert(std::byte* record, int32_t rank, const TopPlace& place, std::span<const ColumnPtr> columns, int32_t row);
  // Removes all rows.
  void clear(std::byte* record) const;

 private:
  struct Slot {
    ValueFields values;
    uint32_t place = 0;
    uint32_t split = 0;
    uint32_t offset = 0;
  };

  static int64_t load(const std::byte* record, uint32_t offset) {
    return *reinterpret_cast<const int64_t*>(record + offset);
  }
  // The number of the slot of the row at a rank; of those behind the last row, of a free one.
  size_t slot(const std::byte* record, int32_t rank) const {
    return static_cast<size_t>(record[order_offset_ + static_cast<uint32_t>(rank)]);
  }
  bool stands_before(const std::byte* record, const TopPlace& place, const Slot& slot) const;

  std::vector<Slot> slots_;
  bool latest_first_;
  RecordTable* table_ = nullptr;
  uint32_t count_offset_ = 0;
  uint32_t order_offset_ = 0;
};

}  // namespace tidemill
