#include "operators/waiting_rows.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "state/ordered_integer.h"

namespace tidemill {
namespace {

// The places of rows begin with their time: a marker, then the number (state/ordered_encoding.h).
constexpr char kValueMarker = 1;

std::string place_of_time(EpochMillis time) {
  std::string place(1, kValueMarker);
  append_ordered_integer(time, place);
  return place;
}

EpochMillis time_of_place(std::string_view place) { return ordered_integer(place.substr(1)); }

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
  KeyIndex keys;
  keys.build(timers.keys);
  std::vector<int32_t> timer_of;  // by row
  for (int32_t i = 0; i < timers.size(); ++i)
    if (keys.find(timers.keys[i]) == i) take_key(timers, i, keys, builders, timer_of);
  std::vector<int32_t> order(timer_of.size());
  std::iota(order.begin(), order.end(), 0);
  const auto by_timer = [&](int32_t row) { return timer_of[static_cast<size_t>(row)]; };
  const bool ordered = std::ranges::is_sorted(timer_of);
  if (!ordered) std::ranges::stable_sort(order, {}, by_timer);
  for (ColumnBuilder& builder : builders) {
    const ColumnPtr column = builder.finish();
    due.columns.push_back(ordered ? column : column->take(order));
  }
  for (const int32_t row : order) {
    due.keys.append(timers.keys[by_timer(row)]);
    due.times.push_back(timers.times[static_cast<size_t>(by_timer(row))]);
  }
  return due;
}

void WaitingRows::take_key(const DueTimers& timers, int32_t first, const KeyIndex& keys,
                           std::span<ColumnBuilder> columns, std::vector<int32_t>& timer_of) {
  const KeyRef key = timers.keys[first];
  int32_t last = first;
  for (int32_t next = first; next >= 0; next = keys.next(next)) last = next;
  const EpochMillis last_time = timers.times[static_cast<size_t>(last)];
  const std::string from = place_of_time(timers.times[static_cast<size_t>(first)]);
  const std::string until = last_time == kMaxWatermark ? "" : place_of_time(last_time + 1);
  SubKeyRange range{SubKey::of_bytes(from), std::nullopt};
  if (last_time != kMaxWatermark) range.until = SubKey::of_bytes(until);
  int32_t timer = first;
  rows_->scan(key, range, ScanDirection::kForward, [&](const SubKey& place, const std::byte* record) {
    const EpochMillis time = time_of_place(place.bytes);
    while (timer >= 0 && timers.times[static_cast<size_t>(timer)] < time) timer = keys.next(timer);
    CHECK_MSG(timer >= 0 && timers.times[static_cast<size_t>(timer)] == time, "a row of time {} waits without a timer",
              time);
    values_.append(record, rows_->texts(), columns);
    timer_of.push_back(timer);
    return true;
  });
  rows_->erase(key, range);
}

}  // namespace tidemill
