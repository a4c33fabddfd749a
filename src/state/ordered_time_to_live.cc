#include "state/ordered_time_to_live.h"

#include <algorithm>
#include <cstring>

namespace tidemill {
namespace {

constexpr int32_t kSweptPages = 16;    // of keys, at once: a thousand or so, each with its rows
constexpr DurationMillis kRounds = 8;  // in a time to live

}  // namespace

void OrderedTimeToLive::declare(TableDescriptor& descriptor) const {
  if (!enabled()) return;
  descriptor.time_to_live_ms = time_to_live_ms_;
  descriptor.fields.push_back(RecordField::int64(std::string(kWrittenAtField)));
}

void OrderedTimeToLive::open(OrderedTable& table) {
  table_ = &table;
  offset_ = table.layout().offset(kWrittenAtField);
  keys_.emplace(table.key_layout());
}

bool OrderedTimeToLive::expired(const std::byte* record, EpochMillis now) const {
  EpochMillis written;
  std::memcpy(&written, record + offset_, sizeof(written));
  return written != 0 && now - written >= time_to_live_ms_;
}

void OrderedTimeToLive::written(std::byte* record, EpochMillis now) const {
  std::memcpy(record + offset_, &now, sizeof(now));
}

void OrderedTimeToLive::sweep(EpochMillis now) {
  keys_->clear();
  const bool round_ends = table_->next_keys(kSweptPages, *keys_);
  for (int32_t key = 0; key < keys_->num_rows(); ++key) sweep_key((*keys_)[key], now);
  next_sweep_ = round_ends ? now + std::max<DurationMillis>(time_to_live_ms_ / kRounds, 1) : now;
}

void OrderedTimeToLive::sweep_key(KeyRef key, EpochMillis now) {
  std::vector<std::string> gone;
  table_->scan_for_update(key, SubKeyRange::all(), ScanDirection::kForward,
                          [&](const SubKey& sub_key, std::byte* record) {
                            EpochMillis time;
                            std::memcpy(&time, record + offset_, sizeof(time));
                            if (time == 0) written(record, now);
                            if (expired(record, now)) gone.emplace_back(sub_key.bytes);
                            return true;
                          });
  for (const std::string& sub_key : gone) table_->erase(key, SubKey::of_bytes(sub_key));
}

}  // namespace tidemill
