#include "benchmarks/support/tumbling_count.h"

#include "benchmarks/support/comparison.h"

namespace tidemill::bench {
namespace {

size_t slot_of(int64_t key, size_t slots) {
  return static_cast<size_t>((static_cast<uint64_t>(key) * 0x9E3779B97F4A7C15) >> 32) & (slots - 1);
}

}  // namespace

void TumblingCount::Window::add(int64_t key) {
  size_t at = slot_of(key, slots.size());
  while (slots[at].count != 0 && slots[at].key != key) at = (at + 1) & (slots.size() - 1);
  if (slots[at].count++ != 0) return;
  slots[at].key = key;
  if (++used * 2 > slots.size()) grow();
}

void TumblingCount::Window::grow() {
  const std::vector<Slot> old = std::exchange(slots, std::vector<Slot>(slots.size() * 2));
  for (const Slot& slot : old) {
    if (slot.count == 0) continue;
    size_t at = slot_of(slot.key, slots.size());
    while (slots[at].count != 0) at = (at + 1) & (slots.size() - 1);
    slots[at] = slot;
  }
}

void TumblingCount::select(int64_t start) {
  current_ = 0;
  while (current_ < windows_.size() && windows_[current_].start != start) ++current_;
  if (current_ == windows_.size()) windows_.emplace_back(start);
}

void TumblingCount::close_until(int64_t watermark) {
  for (size_t i = 0; i < windows_.size();) {
    if (windows_[i].start + kWindowMs - 1 > watermark) {
      ++i;
      continue;
    }
    close(windows_[i]);
    windows_.erase(windows_.begin() + static_cast<ptrdiff_t>(i));
  }
}

void TumblingCount::close(const Window& window) {
  for (const Slot& slot : window.slots) {
    if (slot.count != 0)
      checksum_ += row_hash(static_cast<uint64_t>(slot.key), static_cast<uint64_t>(window.start),
                            static_cast<uint64_t>(slot.count));
  }
}

uint64_t TumblingCount::finish() {
  for (const Window& window : windows_) close(window);
  windows_.clear();
  return checksum_;
}

int64_t read_time_by_hand(std::string_view text) {
  if (text.size() != 23) return -1;
  const auto number = [&](size_t from, size_t digits) {
    int64_t value = 0;
    for (size_t i = from; i < from + digits; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  int64_t year = number(0, 4);
  const int64_t month = number(5, 2);
  // Days since 1970-01-01 of the proleptic Gregorian calendar, years beginning in March.
  year -= month <= 2 ? 1 : 0;
  const int64_t era = year / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + number(8, 2) - 1;
  const int64_t days = era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
  return ((days * 24 + number(11, 2)) * 60 + number(14, 2)) * 60'000 + number(17, 2) * 1000 + number(20, 3);
}

}  // namespace tidemill::bench
