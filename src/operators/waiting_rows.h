// operators/waiting_rows.h - rows that wait, by partition, until the watermark has reached their time. Rule: they come
// out by time, then as the other columns of the order have it, then by their place in the log, then as they came.
#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "operators/key_index.h"
#include "operators/operator.h"
#include "operators/row_places.h"
#include "state/timer_queue.h"
#include "state/value_fields.h"

namespace tidemill {

class WaitingRows {
 public:
  // Rows that are due, of several partitions and times; parallel.
  struct Due {
    DueTimers timers;  // whose keys' texts `keys` refer to
    std::vector<ColumnPtr> columns;
    KeyBatch keys;
    std::vector<EpochMillis> times;
  };

  // `types`: of the columns; `order`: its first column is the time, ascending. `arrivals`: name of the scalar that
  // counts the rows taken.
  WaitingRows(std::vector<Type> types, std::vector<SortKey> order, std::string_view arrivals);
  // Registers the tables. Called once.
  void open(StateStore& state, const std::vector<Type>& key_types);

  // Begins with the rows of a batch, which must outlive this use; finish() ends it.
  void begin(const Batch& batch);
  void add(KeyRef key, int32_t row, EpochMillis time);
  void finish();

  // Takes rows whose time is at or before `watermark`, some timers' worth; nullopt where there are none.
  std::optional<Due> take_due(EpochMillis watermark);
  // Returns the time of the earliest rows. Addresses of state must be released afterwards, as after take_due().
  std::optional<EpochMillis> next_time() const { return due_->next_time(); }
  bool has_rows(KeyRef key) const { return rows_->size(key) > 0; }

 private:
  // Takes the rows of a key, whose timers are `first` and those of the same key behind it, in their order.
  void take_key(const DueTimers& timers, int32_t first, const KeyIndex& keys, std::span<ColumnBuilder> columns,
                std::vector<int32_t>& timer_of);

  ValueFields values_;
  RowPlaces places_;
  std::string_view arrivals_;
  StateStore* state_ = nullptr;
  OrderedTable* rows_ = nullptr;  // (partition, time and place) ▸ row; owned by the state store
  TimerQueue* due_ = nullptr;     // (time, partition) with rows; likewise
  const Batch* batch_ = nullptr;
  int64_t next_arrival_ = 0;
};

}  // namespace tidemill
