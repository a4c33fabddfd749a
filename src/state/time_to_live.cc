#include "state/time_to_live.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace tidemill {
namespace {

constexpr int32_t kSweptPages = 256;   // at once: some ten thousand records, well below a millisecond
constexpr DurationMillis kRounds = 8;  // in a time to live

}  // namespace

void TimeToLive::declare(TableDescriptor& descriptor) const {
  if (!enabled()) return;
  descriptor.time_to_live_ms = time_to_live_ms_;
  descriptor.fields.push_back(RecordField::int64(std::string(kWrittenAtField)));
}

void TimeToLive::open(RecordTable& table) {
  table_ = &table;
  offset_ = table.layout().offset(kWrittenAtField);
  expired_.emplace(table.key_layout());
  undated_.emplace(table.key_layout());
}

EpochMillis TimeToLive::written_at(const std::byte* record) const {
  EpochMillis time;
  std::memcpy(&time, record + offset_, sizeof(time));
  return time;
}

void TimeToLive::written(std::span<std::byte* const> records, EpochMillis now) const {
  for (std::byte* const record : records) std::memcpy(record + offset_, &now, sizeof(now));
}

TimeToLive::Renewed TimeToLive::renew(KeyRef key, EpochMillis now) {
  bool created = false;
  std::byte* const record = table_->upsert(key, created);
  const bool has_expired = !created && expired(record, now);
  written({&record, 1}, now);
  return {record, has_expired};
}

const KeyBatch& TimeToLive::sweep(EpochMillis now) {
  expired_->clear();
  undated_->clear();
  const bool round_ends = table_->scan_next_pages(kSweptPages, [&](std::span<const std::byte* const> records) {
    for (const std::byte* const record : records) {
      if (written_at(record) == 0)
        table_->read_keys(std::span(&record, 1), *undated_);
      else if (expired(record, now))
        table_->read_keys(std::span(&record, 1), *expired_);
    }
  });
  std::vector<std::byte*> records(static_cast<size_t>(undated_->num_rows()));
  table_->find_for_update(*undated_, records);
  written(records, now);
  next_sweep_ = round_ends ? now + std::max<DurationMillis>(time_to_live_ms_ / kRounds, 1) : now;
  return *expired_;
}

}  // namespace tidemill
