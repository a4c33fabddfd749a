#include "connectors/kafka/kafka_transaction.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "connectors/kafka/epoch_record.h"
#include "connectors/kafka/kafka_properties.h"
#include "env/faults.h"
#include "env/kafka_settings.h"

namespace tidemill {
namespace {

constexpr DurationMillis kTransactionTimeoutMs = 900'000;  // what brokers allow where nothing else is set

}  // namespace

std::string transactional_id(const std::string& prefix, size_t turn) { return fmt::format("{}-{}", prefix, turn); }

std::string epochs_topic(const std::string& prefix) { return prefix + ".epochs"; }

KafkaProperties KafkaTransaction::producer_properties(size_t turn) const {
  KafkaProperties properties = settings_.properties;
  properties["transactional.id"] = transactional_id(settings_.prefix, turn);
  properties.emplace("transaction.timeout.ms", std::to_string(kTransactionTimeoutMs));
  // A message that cannot be delivered must be known before its transaction is given up, which the client insists on.
  const int64_t timeout = kafka_setting(properties, "transaction.timeout.ms", kTransactionTimeoutMs);
  properties["delivery.timeout.ms"] =
      std::to_string(std::min(kafka_setting(properties, "delivery.timeout.ms", kKafkaDeliveryTimeoutMs), timeout));
  const auto answers = properties.find("socket.timeout.ms");
  if (answers != properties.end())
    answers->second = std::to_string(std::min(kafka_number(answers->second, timeout), timeout));
  return properties;
}

void KafkaTransaction::check_limits(KafkaAdmin& admin) const {
  const KafkaProperties properties = producer_properties(0);
  const int64_t timeout = kafka_setting(properties, "transaction.timeout.ms", kTransactionTimeoutMs);
  const std::optional<std::string> setting = admin.broker_setting("transaction.max.timeout.ms");
  const int64_t most = setting ? kafka_number(*setting, timeout) : timeout;
  if (timeout > most)
    throw UserError(
        fmt::format("'properties.transaction.timeout.ms' is {}, and the brokers allow {} (transaction.max.timeout.ms)",
                    timeout, most),
        fmt::format("Set 'properties.transaction.timeout.ms' = '{}', or raise the brokers' limit.", most));
  const int64_t epoch = request_.checkpoint_interval_ms + request_.checkpoint_timeout_ms;
  if (epoch >= timeout)
    throw UserError(
        fmt::format("A transaction may stay open for {} ms ('properties.transaction.timeout.ms'), and an epoch may "
                    "take {} ms: execution.checkpointing.interval {} ms and execution.checkpointing.timeout {} ms. "
                    "The brokers would abort it before it can be committed",
                    timeout, epoch, request_.checkpoint_interval_ms, request_.checkpoint_timeout_ms),
        fmt::format("Make the interval or the timeout shorter, or 'properties.transaction.timeout.ms' longer (the "
                    "brokers allow {}).",
                    most));
}

std::optional<int64_t> KafkaTransaction::recover() {
  const std::unique_ptr<KafkaAdmin> admin = environment_.kafka.admin(settings_.admin_properties);
  check_limits(*admin);
  admin->create_topic(epochs_topic(settings_.prefix), 1, -1, {{"cleanup.policy", "compact"}});
  fail_point(environment_.faults, "transaction.fencing");
  for (size_t turn = 0; turn < slots_.size(); ++turn) {
    slots_[turn].producer = environment_.kafka.producer(producer_properties(turn));
    slots_[turn].producer->init_transactions();
    fail_point(environment_.faults, "transaction.fenced");
  }
  return read_record(*admin);
}

std::optional<int64_t> KafkaTransaction::read_record(KafkaAdmin& admin) {
  const KafkaPartition partition{epochs_topic(settings_.prefix), 0};
  std::optional<EpochRecord> newest;
  for (const KafkaKeyValue& message : admin.read_all(partition))
    if (message.key == settings_.prefix) newest = EpochRecord::parse(message.value, partition.topic);
  if (!newest || newest->owner != request_.owner) return std::nullopt;  // none, or of a job that was begun anew
  return newest->epoch;
}

// A request for the end of this transaction that is still on its way would end the slot's next one, half written. A
// producer that was made anew has another epoch, and the brokers refuse what is of the old one.
void KafkaTransaction::replace(int64_t turn) {
  std::unique_ptr<KafkaProducer> made;
  try {
    made = environment_.kafka.producer(producer_properties(static_cast<size_t>(turn % 2)));
    made->init_transactions();
  } catch (const std::exception& error) {
    throw KafkaOutcomeUnknown(error.what());  // it is committed, and the attempt cannot go on
  }
  const std::lock_guard lock(pointers_mutex_);
  slot(turn).producer.swap(made);
}

KafkaProducer& KafkaTransaction::producer(int64_t turn) {
  Slot& of_turn = slot(turn);
  if (of_turn.begun.load(std::memory_order_acquire) != turn) {
    const std::lock_guard lock(of_turn.mutex);
    if (of_turn.begun.load() != turn) {
      of_turn.producer->begin_transaction();
      of_turn.begun.store(turn, std::memory_order_release);
    }
  }
  return *of_turn.producer;
}

void KafkaTransaction::deliver(int64_t turn) {
  Slot& of_turn = slot(turn);
  const std::lock_guard lock(of_turn.mutex);
  if (of_turn.begun.load() == turn) of_turn.producer->flush();
}

size_t KafkaTransaction::memory_bytes() const {
  const std::lock_guard lock(pointers_mutex_);
  return slots_[0].producer->memory_bytes() + slots_[1].producer->memory_bytes();
}

void KafkaTransaction::commit(int64_t epoch, std::span<const GroupProgress> progress) {
  KafkaProducer& committing = producer(committed_);
  const std::string domain = kafka_domain(settings_.properties);
  fail_point(environment_.faults, "transaction.recording");
  const std::string record = EpochRecord{request_.owner, epoch}.to_string();
  KafkaOutgoing message;
  const std::string topic = epochs_topic(settings_.prefix);
  message.topic = topic;
  message.partition = 0;
  message.key = settings_.prefix;
  message.null_key = false;
  message.value = record;
  CHECK(committing.send(message));
  for (const GroupProgress& source : progress)
    if (source.domain == domain && !source.offsets.empty()) committing.send_offsets(source.group, source.offsets);
  fail_point(environment_.faults, "transaction.committing");
  committing.commit_transaction();
  if (committing.may_have_late_requests()) replace(committed_);
  ++committed_;
}

}  // namespace tidemill
