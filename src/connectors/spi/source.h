// connectors/spi/source.h - a source is splits (what), an enumerator (who reads what) and readers (how). Rule: splits
// never depend on parallelism, and a position says exactly where reading goes on.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/epoch_transaction.h"
#include "data/batch.h"
#include "env/environment.h"

namespace tidemill {

// One ordered log: a file, a partition. `position` is bytes owned by the connector (empty: the start).
struct Split {
  std::string id;
  std::string position;
  bool operator==(const Split&) const = default;
};

// One a job, on the coordinator.
class SplitEnumerator {
 public:
  virtual ~SplitEnumerator() = default;
  // Tells, before each discover(), which of the splits that were returned have not been read to their ends.
  virtual void set_open(std::set<std::string> open) { (void)open; }
  // Returns splits not returned before, in a fixed order. May block: called on the I/O pool, or before the job starts.
  virtual std::vector<Split> discover() = 0;
  // Returns how long until discover() may find more, in milliseconds; nullopt: never (a bounded source).
  virtual std::optional<DurationMillis> rediscovery_interval_ms() const = 0;
  // Returns what a new enumerator needs in order not to return these splits again.
  virtual std::string snapshot() const = 0;
};

// A record that could not be read as its table declares, and was left out.
struct RejectedRecord {
  std::string split;
  int64_t offset = 0;   // its line, from 1; of messages their offset
  std::string format;   // "JSON"
  std::string column;   // whose value is wrong; empty: the record as a whole
  std::string message;  // what is wrong
  std::optional<std::string> raw_key;
  std::optional<std::string> raw;  // its bytes; of messages those of the value
};

// Where a source's rejected records go, besides being counted.
enum class RejectedRecords : uint8_t {
  kCounted,   // nowhere: the first ends the job, or they are skipped
  kGiven,     // into ReadResult::rejected
  kOnlyGiven  // there, and nowhere else: somebody must take them
};

struct ReadResult {
  enum class Next : uint8_t {
    kMore,  // poll again at once
    kWait,  // nothing until later: all open splits are read to their present end, or the reader wakes its task
    kEnd,   // every split has ended, and none will be added by this reader itself
  };
  std::optional<Batch> batch;  // rows of one split for one table; its origin is set
  std::string_view split;      // id of the split that `batch` is of, or that ended
  int32_t table = 0;           // which of the source's tables the rows are for
  bool split_ended = false;    // no more rows of `split` will come
  std::string end_position;    // with split_ended: where it ended, for Source::progress(); empty: nobody asks for it
  bool caught_up = false;      // `split` is at its present end (an idle candidate)
  // SOURCE_WATERMARK(): what the split itself promises after `batch` (no later row at or below it, except late ones).
  std::optional<EpochMillis> watermark;
  // Records that were left out, each once: exactly those that positions() is behind now and was not before.
  std::vector<RejectedRecord> rejected;
  Next next = Next::kMore;
  std::optional<EpochMillis>
      wake_at;  // with kWait: when to poll again (wall, ms; kMaxWatermark: only when woken); null: after a pause
};

// One a subtask, called on the task thread only.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual void add_splits(std::vector<Split> splits) = 0;
  // Reads up to max_rows rows of one split. Never blocks. `preferred` names the split whose watermark is lowest; a
  // reader that can choose reads that one first, so that replays keep splits aligned in event time.
  virtual ReadResult poll(int32_t max_rows, std::string_view preferred) = 0;
  // From now on reads nothing of these open splits, and of all others again: they are too far ahead in event time. A
  // reader that goes from one split to the next may pass it by, since it is told its preferred one.
  virtual void hold(std::set<std::string, std::less<>> splits) { (void)splits; }
  // Returns every split that has not ended with the position just after its last polled row.
  virtual std::vector<Split> positions() const = 0;
  // Returns how many records could not be read as their table declares, since this reader was made
  // (numRecordsInErrors).
  virtual int64_t records_in_errors() const { return 0; }
  // Gives the reader what makes its task poll again, for results of work on the I/O pool; called on any thread, also
  // when the reader is gone. Before the first poll; a reader that is not told polls nothing but what it can read at
  // once.
  virtual void set_wake(std::function<void()> wake) { (void)wake; }
  // Returns how many records lie between what was polled and the present end of the open splits, as far as the reader
  // knows without asking (pendingRecords); nullopt: not known. Asked now and then.
  virtual std::optional<int64_t> pending_records() const { return std::nullopt; }
  // Returns why nothing comes, where the reader knows of a reason outside (a broker that is not there); empty: none.
  virtual std::string problem() const { return {}; }
  // Returns how many bytes the reader holds besides the batches that it has given: blocks of files, rows read ahead,
  // scratch of decoders. Asked after every poll, for the job's memory account.
  virtual size_t memory_bytes() const { return 0; }
};

// Tells the world outside how far a job has read, for those who watch it; nothing is ever read from there. One a job
// and source; called on the I/O pool, may block.
class ProgressPublisher {
 public:
  virtual ~ProgressPublisher() = default;
  // An epoch was decided. What it throws is told to the user, and changes nothing.
  virtual void publish(const GroupProgress& progress) = 0;
};

struct Subtask {
  int32_t index = 0;  // 0 … parallelism - 1
  int32_t parallelism = 1;
  // Of a sink: what all attempts of the job call it, and no other job: a part of the names of what is left outside, so
  // that a restart knows it. Eight hexadecimal digits; empty: the job keeps no checkpoints, nothing restarts it.
  std::string owner = {};
  // Of a sink with a transaction domain: what its rows go into.
  std::shared_ptr<EpochTransaction> transaction = nullptr;
};

// Made by a connector from a table's options and the columns asked for. Immutable; shared by plan and runtime;
// outlives the enumerators and readers it makes.
class Source {
 public:
  virtual ~Source() = default;
  // Columns of every batch its readers give, in order: physical columns asked for, then metadata columns asked for.
  virtual SchemaPtr schema() const = 0;
  virtual bool bounded() const = 0;
  // Returns how many rows its readers give in all, where that is known without reading; for estimates of cost.
  virtual std::optional<int64_t> num_rows() const { return std::nullopt; }
  // True where TableDescription::conditions may make it leave rows out.
  virtual bool takes_conditions() const { return false; }
  // True where TableDescription::row_fields may ask for fields of ROWs.
  virtual bool reads_row_fields() const { return false; }
  // False where rows carry kinds other than +I.
  virtual bool append_only() const { return true; }
  // True where its rows are +U and -D by the table's primary key, whose values alone a -D has.
  virtual bool upserts() const { return false; }
  virtual RejectedRecords rejected_records() const { return RejectedRecords::kCounted; }
  // Returns what the user should be told of the table's options.
  virtual std::vector<std::string> warnings() const { return {}; }
  // Returns how far splits were read, those that have ended to their end_position; nullopt: nobody outside needs to
  // know.
  virtual std::optional<GroupProgress> progress(std::span<const Split> splits) const {
    (void)splits;
    return std::nullopt;
  }
  // Returns what tells that outside. Requires: progress() gives some.
  virtual std::unique_ptr<ProgressPublisher> make_publisher(Environment& environment) const {
    (void)environment;
    return nullptr;
  }
  // `restored` is what SplitEnumerator::snapshot() gave, or empty.
  virtual std::unique_ptr<SplitEnumerator> make_enumerator(Environment& environment,
                                                           std::string_view restored) const = 0;
  virtual std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask& subtask) const = 0;
  // Returns what EXPLAIN shows: connector, path or topic, columns read.
  virtual std::string description() const = 0;
};

}  // namespace tidemill
