// connectors/spi/lookup.h - a table that is asked for the rows of keys: the right side of a lookup join. Rule: an
// answer is what the table holds when it is asked; nothing of it is state of the job.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/spi/source.h"
#include "data/batch.h"
#include "env/environment.h"

namespace tidemill {

// When a table that is held whole in memory is read again.
struct LookupReload {
  std::optional<DurationMillis> interval_ms;  // so long after it was read last
  std::optional<DurationMillis> time_of_day;  // at this time of the day, UTC, in milliseconds; every `days` days
  int64_t days = 1;

  // Returns when a table that was read at `loaded` is to be read again; both wall ms, UTC. kMaxWatermark: never.
  EpochMillis next(EpochMillis loaded) const;
};

// What a lookup join remembers of answers: one such memory a subtask.
struct LookupCache {
  enum class Kind : uint8_t {
    kNone,     // every key is asked for each time
    kPartial,  // answers are kept
    kFull,     // the table is read whole, before the first answer
  } kind = Kind::kNone;
  // kPartial. Where none of the three is set, answers are kept for ever.
  std::optional<int64_t>
      max_rows;  // rows kept, a key without rows counted as one; the answer not used for longest goes
  std::optional<DurationMillis> expire_after_write_ms;
  std::optional<DurationMillis> expire_after_access_ms;
  bool cache_missing_key = true;  // that a key has no rows is kept too
  LookupReload reload;            // kFull
};

// What was found for a batch of keys.
struct FoundRows {
  Batch rows;                 // columns of LookupSource::schema(); kinds do not count
  std::vector<int32_t> keys;  // of each row: the row of its key in the batch of keys, ascending
};

// One a subtask.
class Lookup {
 public:
  virtual ~Lookup() = default;
  // Returns the rows that have these keys, each key being there once and without NULL. May block: called on the I/O
  // pool, several calls side by side. Throws UserError, or TransientError where it may work later.
  virtual FoundRows find(const Batch& keys) = 0;
};

// Made by a connector from a table's options, the columns asked for and the key columns. Immutable; outlives what it
// makes.
class LookupSource {
 public:
  virtual ~LookupSource() = default;
  // Columns of the rows found: as of Source.
  virtual SchemaPtr schema() const = 0;
  virtual LookupCache cache() const = 0;
  // Returns the table as a source that is read to its present end, on the I/O pool, by one reader of one subtask, to
  // find keys in it: for connectors that cannot ask for keys, and for kFull. Null: it cannot be read whole.
  virtual std::shared_ptr<const Source> whole() const { return nullptr; }
  // Returns what asks for keys; null where the table is read whole each time. Requires: one of the two is there.
  virtual std::unique_ptr<Lookup> make_lookup(Environment& environment, const Subtask& subtask) const = 0;
  // How many keys one call of find() takes at most.
  virtual int32_t keys_at_once() const { return 1; }
};

// Returns the lookups of a table that is only ever read whole.
std::shared_ptr<const LookupSource> make_whole_lookup_source(std::shared_ptr<const Source> source, LookupCache cache);

}  // namespace tidemill
