#include "operators/lookup_cache.h"

#include <algorithm>
#include <numeric>

namespace tidemill {
namespace {

constexpr size_t kEntryBytes = 200;  // of the list, the table and the answer, besides key and rows

}  // namespace

bool LookupAnswers::expired(const Entry& entry, EpochMillis now) const {
  const auto& after_write = settings_.expire_after_write_ms;
  const auto& after_access = settings_.expire_after_access_ms;
  return (after_write && now - entry.written >= *after_write) || (after_access && now - entry.used >= *after_access);
}

const LookupAnswer* LookupAnswers::find(std::string_view key, EpochMillis now) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (expired(*entry, now)) {
    erase(entry);
    return nullptr;
  }
  entry->used = now;
  entries_.splice(entries_.begin(), entries_, entry);
  return &entry->answer;
}

void LookupAnswers::put(std::string_view key, const LookupAnswer& answer, EpochMillis now) {
  if (const auto known = by_key_.find(key); known != by_key_.end()) erase(known->second);
  if (answer.places.empty() && !settings_.cache_missing_key) return;
  Entry entry{std::string(key), {}, now, now, 1, key.size() + kEntryBytes};
  if (!answer.places.empty()) {
    // A batch of its own: other answers' rows must not stay because of this one.
    entry.answer.rows = std::make_shared<const Batch>(answer.rows->take(answer.places));
    entry.answer.places.resize(answer.places.size());
    std::iota(entry.answer.places.begin(), entry.answer.places.end(), 0);
    entry.rows = static_cast<int64_t>(answer.places.size());
    entry.bytes += entry.answer.rows->memory_bytes();
  }
  num_rows_ += entry.rows;
  memory_bytes_ += entry.bytes;
  entries_.push_front(std::move(entry));
  by_key_.emplace(entries_.front().key, entries_.begin());
  // What has expired and is not asked for again lies at the end, where no other one is used less.
  while (!entries_.empty() &&
         ((settings_.max_rows && num_rows_ > *settings_.max_rows) || expired(entries_.back(), now)))
    erase(std::prev(entries_.end()));
}

void LookupAnswers::erase(Entries::iterator entry) {
  num_rows_ -= entry->rows;
  memory_bytes_ -= entry->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace tidemill
