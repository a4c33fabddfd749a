#include "state/timer_queue.h"

#include "base/check.h"
#include "state/ordered_integer.h"

namespace tidemill {
namespace {

constexpr StateAddress kPresent = 1;  // a timer has no record

}  // namespace

TimerQueue::TimerQueue(PageTable& pages, std::shared_ptr<const TimerDescriptor> descriptor)
    : descriptor_(std::move(descriptor)),
      key_layout_(make_key_layout(descriptor_->key_types)),
      heap_(pages),
      tree_(SubKeyKind::kBytes, heap_) {}

SubKey TimerQueue::encode(KeyRef key, EpochMillis time) {
  encoded_.clear();
  append_ordered_integer(time, encoded_);
  append_canonical(*key_layout_, key, encoded_);
  return SubKey::of_bytes(encoded_);
}

void TimerQueue::add(KeyRef key, EpochMillis time) {
  tree_.insert(root_, encode(key, time), [] { return kPresent; });
}

void TimerQueue::add(const KeyBatch& keys, std::span<const int32_t> rows, std::span<const EpochMillis> times) {
  CHECK_EQ(times.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) add(keys[rows[i]], times[i]);
}

bool TimerQueue::remove(KeyRef key, EpochMillis time) { return tree_.erase(root_, encode(key, time)) != 0; }

std::optional<EpochMillis> TimerQueue::next_time() const {
  std::optional<EpochMillis> time;
  scan([&](EpochMillis first, KeyView) {
    time = first;
    return false;
  });
  return time;
}

bool TimerQueue::pop_due(EpochMillis now, int32_t max, DueTimers& due) {
  due.times.clear();
  due.keys.clear();
  SubKeyRange range;
  std::string until;
  if (now != kMaxWatermark) {
    append_ordered_integer(now + 1, until);
    range.until = SubKey::of_bytes(until);
  }
  tree_.erase(root_, range, max, [&](const SubKey& sub_key, StateAddress) {
    due.times.push_back(ordered_integer(sub_key.bytes));
    due.keys.append(sub_key.bytes.substr(sizeof(EpochMillis)));
    return true;
  });
  return due.size() > 0;
}

void TimerQueue::scan(const TimerVisitor& visit) const { scan_timers(heap_.cells().pages(), root_, visit); }

void scan_timers(const PageSource& pages, const TreeRoot& root, const TimerVisitor& visit, std::string_view from) {
  SubKeyRange range;
  if (!from.empty()) range.from = SubKey::of_bytes(from);
  scan_tree(pages, SubKeyKind::kBytes, root, range, ScanDirection::kForward, [&](const SubKey& sub_key, StateAddress) {
    return visit(ordered_integer(sub_key.bytes), sub_key.bytes.substr(sizeof(EpochMillis)));
  });
}

std::string timer_behind(EpochMillis time, KeyView key) {
  std::string position;
  append_ordered_integer(time, position);
  return position.append(key).append(1, '\0');
}

void TimerQueue::clear() {
  heap_.cells().clear();
  root_ = TreeRoot();
}

}  // namespace tidemill
