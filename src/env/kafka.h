// env/kafka.h - clients of a Kafka cluster. Rule: thin; what a client library does, and nothing of what the engine
// makes of it. env/real/ has them over librdkafka, env/simulated/ over a cluster in memory; one suite holds for both.
//
// Errors are TransientError where trying again may help (a broker that is not there), UserError where the user must do
// something (credentials, a topic that does not exist, an offset that is gone). Both name the servers.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace tidemill {

// Settings of a client by librdkafka's names ("bootstrap.servers"). Some are secrets: never shown as a whole.
using KafkaProperties = std::map<std::string, std::string>;

struct KafkaPartition {
  std::string topic;
  int32_t partition = 0;
  auto operator<=>(const KafkaPartition&) const = default;
};

constexpr EpochMillis kNoKafkaTimestamp = -1;
constexpr int64_t kNoKafkaOffset = -1;

struct KafkaHeader {
  std::string_view name;
  std::string_view value;
  bool null = false;
};

enum class KafkaTimestampType : uint8_t { kNone, kCreateTime, kLogAppendTime };

// A message as it lies in the client's memory.
struct KafkaMessage {
  std::string_view key;
  std::string_view value;
  bool null_key = false;
  bool null_value = false;  // a tombstone
  KafkaTimestampType timestamp_type = KafkaTimestampType::kNone;
  int64_t offset = 0;
  EpochMillis timestamp = kNoKafkaTimestamp;
  const void* handle = nullptr;  // the client's own
};

// What one call gave of one partition.
struct KafkaFetched {
  std::span<const KafkaMessage> messages;  // valid until the consumer's next fetch()
  // The partition has been read to its present end (under read_committed: up to the first open transaction): the offset
  // that the next message there will have at least. kNoKafkaOffset: not known, or more is there.
  int64_t end = kNoKafkaOffset;
};

// Reads partitions that it is told to, without being a member of a group. One thread at a time.
class KafkaConsumer {
 public:
  virtual ~KafkaConsumer() = default;
  // Begins to fetch a partition from `offset` (at least 0) on, in the background. `wake` is called, on any thread, when
  // fetch() may have something again after it had nothing.
  virtual void add(const KafkaPartition& partition, int64_t offset, std::function<void()> wake) = 0;
  // Fetches the partition no longer. Requires: it was added.
  virtual void remove(const KafkaPartition& partition) = 0;
  // Takes up to max_messages that have arrived. Never blocks. Throws UserError: an offset that the partition does not
  // have, a topic that has gone, a consumer that may not read. A broker that is not there is no error: the client goes
  // on trying (see problem()).
  virtual KafkaFetched fetch(const KafkaPartition& partition, int32_t max_messages) = 0;
  // Appends the headers of a message of the last fetch(). The texts are valid as long as the message.
  virtual void headers(const KafkaMessage& message, std::vector<KafkaHeader>& out) const = 0;
  // Returns how many messages of the partition lie between what was fetched and its end, nullopt: not known. Open
  // transactions count.
  virtual std::optional<int64_t> lag(const KafkaPartition& partition) const = 0;
  // Returns how many offsets a reader of read_committed cannot see yet, since a transaction before them is open, and
  // all else was fetched; 0: none, or not known.
  virtual int64_t held_back(const KafkaPartition& partition) const = 0;
  // Returns why nothing comes, as the client knows it ("127.0.0.1:9092: connection refused"); empty: all is well.
  virtual std::string problem() const = 0;
  // Returns about how many bytes were fetched and not taken yet.
  virtual size_t memory_bytes() const = 0;
};

struct KafkaOutgoing {
  std::string_view topic;
  int32_t partition = -1;  // -1: by the key as Java's client does (murmur2), or any where there is no key
  std::string_view key;
  std::string_view value;
  bool null_key = true;
  bool null_value = false;
  EpochMillis timestamp = kNoKafkaTimestamp;  // kNoKafkaTimestamp: now
  std::span<const KafkaHeader> headers = {};
};

struct KafkaOffset {
  KafkaPartition partition;
  int64_t offset = 0;  // of the next message to read
};

// A transaction may have been committed or not: only who looks into the log can tell.
class KafkaOutcomeUnknown : public TransientError {
 public:
  using TransientError::TransientError;
};

// Writes messages. send() and check() on any thread, the others one at a time, not on a task's thread: they block.
//
// After an error of a transaction's call, or of check(), the producer can only be destroyed; what it had not committed
// is never seen by read_committed readers. Several TransientErrors say so: a newer producer of the same transactional
// id has taken over, the transaction took longer than its timeout.
class KafkaProducer {
 public:
  virtual ~KafkaProducer() = default;
  // Queues a copy of the message. Returns false where the queue is full: try again later.
  virtual bool send(const KafkaOutgoing& message) = 0;
  // Throws what has become of messages that could not be delivered. Never blocks.
  virtual void check() = 0;
  // Waits until the brokers have all that was sent. Throws as check(), and TransientError after the client's time
  // limit for a delivery.
  virtual void flush() = 0;
  // Returns about how many bytes were sent and are not delivered yet.
  virtual size_t memory_bytes() const = 0;

  // Ends whatever earlier producers of the same transactional id have left open, and makes them unable to go on. Once,
  // before everything else.
  virtual void init_transactions() = 0;
  virtual void begin_transaction() = 0;
  // Offsets of a consumer group become a part of the transaction.
  virtual void send_offsets(const std::string& group, std::span<const KafkaOffset> offsets) = 0;
  // Flushes and commits. Throws KafkaOutcomeUnknown; after any other error nothing is committed, and never will be.
  virtual void commit_transaction() = 0;
  // True where a connection was lost during the last commit, so that a request of it may come late, to end a newer
  // transaction of the same producer (KIP-890). A producer that replaces this one is safe from it.
  virtual bool may_have_late_requests() const { return false; }
  virtual void abort_transaction() = 0;
};

struct KafkaTopic {
  std::string name;
  int32_t partitions = 0;
};

// A time that offsets are asked for.
enum class KafkaOffsetOf : uint8_t {
  kEarliest,
  kLatest,     // the end; under read_committed before the first open transaction
  kTimestamp,  // the first message at or after a time; the end where there is none
};

struct KafkaKeyValue {
  std::string key;
  std::string value;
};

// Asks a cluster and arranges it. All calls block; one at a time. Each is tried until its time limit
// ("request.timeout.ms" …) has passed.
class KafkaAdmin {
 public:
  virtual ~KafkaAdmin() = default;
  // Returns all topics but the cluster's own, by name.
  virtual std::vector<KafkaTopic> all_topics() = 0;
  // Returns the topic; nullopt where there is none.
  virtual std::optional<KafkaTopic> topic(const std::string& name) = 0;
  // `timestamp` (ms since the epoch, UTC) is for kTimestamp. Offsets are in the order of the partitions.
  virtual std::vector<int64_t> offsets(std::span<const KafkaPartition> partitions, KafkaOffsetOf of,
                                       EpochMillis timestamp) = 0;
  // Returns what the group has committed; kNoKafkaOffset where it has nothing. The group is that of "group.id".
  virtual std::vector<int64_t> committed(std::span<const KafkaPartition> partitions) = 0;
  virtual void commit(std::span<const KafkaOffset> offsets) = 0;
  // Makes a topic where there is none of that name. `partitions` and `replication` -1: as the cluster does by default.
  virtual void create_topic(const std::string& name, int32_t partitions, int32_t replication,
                            const std::map<std::string, std::string>& config) = 0;
  // Returns the committed messages of a partition, from its beginning to its present end, those without a value left
  // out. For small ones.
  virtual std::vector<KafkaKeyValue> read_all(const KafkaPartition& partition) = 0;
  // Returns a setting of the brokers ("transaction.max.timeout.ms"), nullopt where they do not tell.
  virtual std::optional<std::string> broker_setting(const std::string& name) = 0;
};

class KafkaClients {
 public:
  virtual ~KafkaClients() = default;
  // Each throws UserError for settings that the client refuses, naming them.
  virtual std::unique_ptr<KafkaConsumer> consumer(const KafkaProperties& properties) = 0;
  virtual std::unique_ptr<KafkaProducer> producer(const KafkaProperties& properties) = 0;
  virtual std::unique_ptr<KafkaAdmin> admin(const KafkaProperties& properties) = 0;
};

// Returns "topic-3", which names a partition in splits and errors.
std::string to_text(const KafkaPartition& partition);

}  // namespace tidemill
