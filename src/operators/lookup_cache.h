// operators/lookup_cache.h - answers that a lookup join remembers. Rule: an answer that has expired is as if it had
// never been there; it is no state: after a restore it is empty.
#pragma once
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connectors/spi/lookup.h"
#include "data/batch.h"

namespace tidemill {

// Rows of one key: places in a batch that several answers may share.
struct LookupAnswer {
  std::shared_ptr<const Batch> rows;  // null where there are no places
  std::vector<int32_t> places;
};

class LookupAnswers {
 public:
  explicit LookupAnswers(const LookupCache& settings) : settings_(settings) {}

  // Returns the answer for the key's canonical bytes, null where it is not known at `now` (wall ms). Valid until put().
  const LookupAnswer* find(std::string_view key, EpochMillis now);
  // Remembers an answer, whose rows are copied, and forgets others where there are too many.
  void put(std::string_view key, const LookupAnswer& answer, EpochMillis now);
  size_t memory_bytes() const { return memory_bytes_; }

 private:
  struct Entry {
    std::string key;
    LookupAnswer answer;
    EpochMillis written = 0;
    EpochMillis used = 0;
    int64_t rows = 1;  // that it counts as
    size_t bytes = 0;
  };
  using Entries = std::list<Entry>;  // last used first

  bool expired(const Entry& entry, EpochMillis now) const;
  void erase(Entries::iterator entry);

  LookupCache settings_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> by_key_;  // views of Entry::key
  int64_t num_rows_ = 0;
  size_t memory_bytes_ = 0;
};

}  // namespace tidemill
