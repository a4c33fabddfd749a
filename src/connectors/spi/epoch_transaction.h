// connectors/spi/epoch_transaction.h - output that can be published once and never again, and so decides the epochs of
// a job. Rule: an epoch counts exactly where its transaction was committed; a restart asks the transaction's own
// record.
//
// A job has one at most: of two, the one that commits second could be lost after the first. All sinks of one domain
// write into it (docs/architecture.md, decision 9).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "env/kafka.h"

namespace tidemill {

// How far a source has read, as its own world knows it: the offsets of a consumer group.
struct GroupProgress {
  std::string domain;  // that the group lives in, as Sink::transaction_domain()
  std::string group;
  std::vector<KafkaOffset> offsets;
};

// What a transaction is made for.
struct TransactionRequest {
  std::string owner;                          // the job's, as in Subtask::owner; the same for all its attempts
  DurationMillis checkpoint_interval_ms = 0;  // 0: an epoch is only begun when asked for
  DurationMillis checkpoint_timeout_ms = 0;   // that an epoch may take; 0: for ever
};

// One an attempt. Calls block: I/O pool, or before a job starts; one at a time.
class EpochTransaction {
 public:
  virtual ~EpochTransaction() = default;
  // Makes earlier attempts unable to go on, gives up what they left open, and returns the newest epoch of this owner
  // whose transaction was committed; nullopt: none ever was. First of all. Throws UserError where the transaction could
  // not stay open for as long as an epoch may take, TransientError where the record cannot be read.
  virtual std::optional<int64_t> recover() = 0;
  // Commits what all writers have sealed, with a record of the epoch, and with the progress of those sources whose
  // domain is this one. Throws what means that the epoch is not decided, and never will be; KafkaOutcomeUnknown where
  // only recover() of the next attempt can tell. In both cases the attempt must end.
  virtual void commit(int64_t epoch, std::span<const GroupProgress> progress) = 0;
};

}  // namespace tidemill
