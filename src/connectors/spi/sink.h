// connectors/spi/sink.h - write, seal at the barrier, prepare off the task, finish once the epoch is decided. Rule:
// prepare does only what can be redone or undone; finish is idempotent.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "connectors/spi/source.h"
#include "data/batch.h"
#include "env/environment.h"

namespace tidemill {

// What must be finished once an epoch is decided (e.g. the part files to rename), as bytes owned by the connector. Kept
// in the checkpoint.
using Committable = std::string;

// One a subtask.
class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  // Returns false to slow the task down; it is asked again. Task thread.
  virtual bool ready() { return true; }
  // Takes rows (kinds as declared by Sink::accepts). Task thread.
  virtual void write(const Batch& batch) = 0;
  // Returns when write() buffers too long: the wall time (ms) at which flush() should be called, or nullopt. Task
  // thread.
  virtual std::optional<EpochMillis> flush_due() const { return std::nullopt; }
  virtual void flush() {}
  // Tells the merged watermark behind the rows written so far (kMaxWatermark: the input has ended), before each seal().
  // Task thread.
  virtual void set_watermark(EpochMillis watermark) { (void)watermark; }
  // Ends the rows of `epoch`: cheap, no I/O. Task thread.
  virtual void seal(int64_t epoch) = 0;
  // Makes the sealed epoch ready to be finished (close and sync part files). May block: I/O pool; no write() runs
  // meanwhile.
  virtual std::vector<Committable> prepare(int64_t epoch) = 0;
  // Returns how many bytes of rows the writer holds back. Asked after every write and flush, for the job's memory
  // account. Task thread.
  virtual size_t memory_bytes() const { return 0; }
};

// One a job; called on the I/O pool, may block.
class SinkCommitter {
 public:
  virtual ~SinkCommitter() = default;
  // Publishes what was prepared for a decided epoch. Idempotent; called again after a crash.
  virtual void finish(int64_t epoch, std::span<const Committable> prepared) = 0;
  // After a restart: finishes what the decided epoch left, and removes what belongs to no decided epoch.
  virtual void recover(int64_t decided_epoch, std::span<const Committable> prepared) = 0;
};

// Which row kinds a sink can take.
enum class SinkChangelog : uint8_t {
  kAppend,   // +I only
  kUpsert,   // +I, +U, -D by primary key
  kRetract,  // all
  kAny,      // all; where the table has a primary key, one row of it at a time, as by kUpsert
  kNewest,   // as kAny, but of a row that is updated only what it is then: no -U
};

// Made by a connector from a table's options. Immutable; outlives the writers and committers it makes.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual SinkChangelog accepts() const = 0;
  virtual std::unique_ptr<SinkWriter> make_writer(Environment& environment, const Subtask& subtask) const = 0;
  // `owner` is that of the writers' subtasks.
  virtual std::unique_ptr<SinkCommitter> make_committer(Environment& environment, const std::string& owner) const = 0;
  virtual std::string description() const = 0;
  // Names what its rows are committed in, as one transaction a job; empty: an epoch's rows can be published again.
  virtual std::string transaction_domain() const { return {}; }
  // Says in that domain which transactions are this table's. A job with several such tables uses that of the first.
  virtual std::string transaction_prefix() const { return {}; }
  // Returns what its transaction is made with, by the names of the table's options; secrets are among the values. A
  // transaction that several tables share must be the same whichever of them makes it.
  virtual std::map<std::string, std::string> transaction_options() const { return {}; }
  // Requires: a transaction domain.
  virtual std::shared_ptr<EpochTransaction> make_transaction(Environment& environment,
                                                             const TransactionRequest& request) const {
    (void)environment, (void)request;
    return nullptr;
  }
  // Returns what the user should be told of the table's options.
  virtual std::vector<std::string> warnings() const { return {}; }
  // True where rows are seen only once their epoch is decided: without checkpoints, at the end of the job.
  virtual bool shows_rows_by_epoch() const { return false; }
};

}  // namespace tidemill
