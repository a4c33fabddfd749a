// connectors/kafka/kafka_transaction.h - the epochs of a job as transactions of Kafka. Rule: one transaction holds an
// epoch's messages of all writers, the offsets of its sources and the epoch's record; it is the decision.
//
// Two producers take turns, so that rows behind a barrier are written while what is before it waits for its decision.
// Their transactional ids are fixed, <prefix>-0 and <prefix>-1: a restart makes both its own, which ends what was open
// and fences whoever had them (KIP-98). The record is the newest message of the topic <prefix>.epochs, which is
// compacted: key: the prefix, value: EpochRecord. It is read after both ids were taken: nothing can be committed
// any more by then.
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "connectors/spi/epoch_transaction.h"
#include "env/environment.h"

namespace tidemill {

struct KafkaTransactionSettings {
  KafkaProperties properties;        // of producers
  KafkaProperties admin_properties;  // of the client that asks the cluster
  std::string prefix;
};

// Names of what a prefix has in the cluster.
std::string transactional_id(const std::string& prefix, size_t turn);
std::string epochs_topic(const std::string& prefix);

class KafkaTransaction final : public EpochTransaction {
 public:
  // `environment` is borrowed.
  KafkaTransaction(KafkaTransactionSettings settings, TransactionRequest request, Environment& environment)
      : settings_(std::move(settings)), request_(std::move(request)), environment_(environment) {}

  std::optional<int64_t> recover() override;
  void commit(int64_t epoch, std::span<const GroupProgress> progress) override;

  // Returns the producer of the epoch that is number `turn` of this attempt, counted from 0, its transaction begun. Any
  // thread. Requires: the turns before the last one are committed.
  KafkaProducer& producer(int64_t turn);
  // Waits until the brokers have the messages of a turn. I/O pool.
  void deliver(int64_t turn);
  size_t memory_bytes() const;

 private:
  struct Slot {
    std::unique_ptr<KafkaProducer> producer;
    std::mutex mutex;
    std::atomic<int64_t> begun = -1;  // turn whose transaction is open
  };
  // Makes the producer of a committed turn anew. Nobody writes by it: its next turn begins when the one at hand is
  // sealed.
  void replace(int64_t turn);
  Slot& slot(int64_t turn) { return slots_[static_cast<size_t>(turn % 2)]; }
  KafkaProperties producer_properties(size_t turn) const;
  // Throws where a transaction could not stay open as long as an epoch may take.
  void check_limits(KafkaAdmin& admin) const;
  std::optional<int64_t> read_record(KafkaAdmin& admin);

  const KafkaTransactionSettings settings_;
  const TransactionRequest request_;
  Environment& environment_;
  std::array<Slot, 2> slots_;
  mutable std::mutex pointers_mutex_;  // guards the slots' producers against being replaced under memory_bytes()
  int64_t committed_ = 0;              // turns
};

}  // namespace tidemill
