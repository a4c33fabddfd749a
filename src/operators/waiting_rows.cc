#include "operators/waiting_rows.h"

#include "base/check.h"
#include "state/ordered_encoding.h"

namespace tidemill {
namespace {

// The places of rows begin with their time.
std::string place_of_time(EpochMillis time) {
  ColumnBuilder column(Type::big_int());
  column.append(time);
  std::string place;
  append_ordered(*column.finish(), 0, {}, place);
  return place;
}

}  // namespace

WaitingRows::WaitingRows(std::vector<Type> types, std::vector<SortKey> order, std::string_view arrivals)
    : values_(std::move(types)), places_(std::move(order), true, false), arrivals_(arrivals) {}

void WaitingRows::open(StateStore& state, const std::vector<Type>& key_types) {
  state_ = &state;
  TableDescriptor rows;
  rows.name = "waiting";
  rows.key_types = key_types;
  values_.declare(rows);
  rows_ = &state.ordered_table(rows, SubKeyKind::kBytes);
  values_.open(rows_->layout());
  due_ = &state.timers({"due", key_types});
}

void WaitingRows::begin(const Batch& batch) {
  batch_ = &batch;
  places_.begin(batch);
  next_arrival_ = state_->scalars().get(arrivals_).value_or(0);
}

void WaitingRows::add(KeyRef key, int32_t row, EpochMillis time) {
  bool created = false;
  std::byte* const record = rows_->upsert(key, SubKey::of_bytes(places_.place(row, next_arrival_++)), created);
  CHECK(created);
  values_.put(record, rows_->texts(), batch_->columns(), row);
  due_->add(key, time);
}

void WaitingRows::finish() { state_->scalars().set(arrivals_, ScalarMerge::kMaximum, next_arrival_); }

std::optional<WaitingRows::Due> WaitingRows::take_due(EpochMillis watermark) {
  Due due{DueTimers(due_->key_layout()), {}, KeyBatch(due_->key_layout()), {}};
  const DueTimers& timers = due.timers;
  if (!due_->pop_due(watermark, kBatchRowsTarget, due.timers)) return std::nullopt;
  std::vector<ColumnBuilder> builders;
  for (const Type& type : values_.types()) builders.emplace_back(type);
  for (int32_t i = 0; i < timers.size(); ++i) {
    const EpochMillis time = timers.times[static_cast<size_t>(i)];
    const std::string from = place_of_time(time);
    const std::string until = time == kMaxWatermark ? "" : place_of_time(time + 1);
    SubKeyRange range{SubKey::of_bytes(from), std::nullopt};
    if (time != kMaxWatermark) range.until = SubKey::of_bytes(until);
    rows_->scan(timers.keys[i], range, ScanDirection::kForward, [&](const SubKey&, const std::byte* record) {
      values_.append(record, rows_->texts(), builders);
      due.keys.append(timers.keys[i]);
      due.times.push_back(time);
      return true;
    });
    rows_->erase(timers.keys[i], range);
  }
  for (ColumnBuilder& builder : builders) due.columns.push_back(builder.finish());
  return due;
}

}  // namespace tidemill
