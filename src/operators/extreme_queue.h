// operators/extreme_queue.h - the values of one partition's frame that are its MIN or MAX, or will be once those in
// front of them have left. Rule: each is better than the one behind it, so the first is the extreme; a value that comes
// drops those that it beats from the end, and so each is put once and dropped once: O(1) a row, amortised, however long
// the frame is.
//
// Source: the monotonic queue, as in Shein, Chrysanthis, Labrinidis, "SlickDeque: High Throughput and Low Latency
// Incremental Sliding-Window Aggregation", EDBT 2018.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "data/value_order.h"
#include "state/key_encoding.h"
#include "state/ordered_sequence.h"

namespace tidemill {

// Works on the ends of a sequence in state, for the rows of one batch: reads what it has to look at, some at once, and
// writes in save() what is left. T: the values' physical type.
template <class T>
class ExtremeQueue {
 public:
  // `stored`: (partition, position) ▸ value; borrowed, as `key` is. `least`: MIN.
  ExtremeQueue(OrderedSequence& stored, KeyRef key, bool least)
      : stored_(&stored), key_(key), type_(stored.value_types().front()), least_(least), rest_(stored.size(key) > 0) {
    if (!rest_) return;
    load_back();
    if (rest_) load_front();
    first_stored_ = rest_ ? front_.front().position : back_.front().position;
  }

  // Values at positions before this one leave.
  void expire(int64_t position) {
    live_from_ = std::max(live_from_, position);
    while (rest_ && front_[next_front_].position < live_from_) leave_front();
    while (first_ < back_.size() && back_[first_].position < live_from_) ++first_;
  }

  // The value of row `row` of a column comes, at a position that is not before any other. The column outlives this.
  void push(int64_t position, const T& value, int32_t row) {
    for (;;) {
      while (first_ < back_.size() && !is_better(back_.back().value, value)) pop_back();
      if (first_ < back_.size() || !rest_) break;
      load_back();
    }
    // One that is better and leaves no sooner makes this one count for nothing.
    if (first_ < back_.size() && back_.back().position >= position) return;
    back_.push_back({position, value, row});
  }

  // nullptr: there is no value.
  const T* extreme() const {
    if (rest_) return &front_[next_front_].value;
    return first_ < back_.size() ? &back_[first_].value : nullptr;
  }

  // Writes what has changed. `column`: of the rows that came.
  void save(const ColumnPtr& column) {
    if (first_stored_ < live_from_) stored_->erase(key_, {std::nullopt, place(live_from_)});
    if (cut_from_) stored_->erase(key_, {place(*cut_from_), std::nullopt});
    for (size_t i = std::max(stored_end_, first_); i < back_.size(); ++i)
      stored_->put(key_, SubKey::of_time(back_[i].position, 0), {&column, 1}, back_[i].row);
  }

 private:
  struct Entry {
    int64_t position;
    T value;
    int32_t row;  // of the batch at hand; of no meaning where it is stored
  };
  static constexpr int64_t kFirstLoad = 16;  // entries: all of them, where values come in random order
  static constexpr int64_t kLoadMax = 1024;

  static SubKey place(int64_t position) { return SubKey::of_time(position, std::numeric_limits<int64_t>::min()); }
  bool is_better(const T& a, const T& b) const { return least_ ? is_before(a, b) : is_before(b, a); }
  bool is_before(const T& a, const T& b) const {
    if constexpr (std::is_same_v<T, Text>) {
      return canonical_text(type_, a.view()) < canonical_text(type_, b.view());
    } else {
      return is_less(a, b);
    }
  }

  // Loads the last ones of the rest into back_. Requires: rest_, nothing in back_ that has not left.
  void load_back() {
    back_.clear();
    first_ = 0;
    rest_ = load(ScanDirection::kBackward, back_load_, back_);
    std::ranges::reverse(back_);
    stored_end_ = back_.size();
    if (!back_.empty()) rest_until_ = back_.front().position;
  }
  // Loads the first ones of the rest into front_. Requires: rest_.
  void load_front() {
    front_.clear();
    next_front_ = 0;
    load(ScanDirection::kForward, front_load_, front_);
    rest_ = !front_.empty();
  }
  void leave_front() {
    if (++next_front_ == front_.size()) return load_front();
    rest_ = front_[next_front_].position < rest_until_;
  }
  // Returns whether there may be more.
  bool load(ScanDirection direction, int64_t& size, std::vector<Entry>& entries) {
    ColumnBuilder values(type_);
    sequences_.clear();
    SubKeyRange range{place(live_from_), std::nullopt};
    if (rest_until_) range.until = place(*rest_until_);
    const bool more = stored_->append_some(key_, range, direction, size, {&values, 1}, sequences_) == size;
    size = std::min(size * 2, kLoadMax);
    loaded_.push_back(values.finish());
    const Decoded<T> decoded = loaded_.back()->template decode<T>();
    for (size_t i = 0; i < sequences_.size(); ++i)
      entries.push_back({sequences_[i].time, decoded[static_cast<int32_t>(i)], -1});
    return more;
  }
  void pop_back() {
    if (back_.size() <= stored_end_) {
      cut_from_ = back_.back().position;
      --stored_end_;
    }
    back_.pop_back();
  }

  OrderedSequence* stored_;
  KeyRef key_;
  Type type_;
  bool least_;

  // The queue is: the rest, of which front_ are the first ones; then back_ from first_ on, those before stored_end_ as
  // they are in state.
  bool rest_;  // there may be one; front_[next_front_] is its first, or back_'s where there is none
  std::vector<Entry> front_, back_;
  size_t next_front_ = 0, first_ = 0, stored_end_ = 0;
  std::optional<int64_t> rest_until_;  // position; none: the end

  int64_t live_from_ = std::numeric_limits<int64_t>::min();
  int64_t first_stored_ = std::numeric_limits<int64_t>::max();
  std::optional<int64_t> cut_from_;  // what is stored from here on was dropped
  int64_t front_load_ = kFirstLoad, back_load_ = kFirstLoad;
  std::vector<SubKey> sequences_;  // scratch
  std::vector<ColumnPtr> loaded_;  // what texts are in
};

}  // namespace tidemill
