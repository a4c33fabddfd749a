#include "env/real/real_kafka_producer.h"

#include <array>

#include "base/check.h"
#include "env/kafka_settings.h"

namespace tidemill {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kReportMargin(5'000);    // in which the client says which messages it has given up
constexpr milliseconds kFlushStep(100);         // how often failed messages are looked for meanwhile
constexpr int64_t kMessageOverheadBytes = 150;  // that librdkafka keeps beside a message's own

rd_kafka_headers_t* headers_of(std::span<const KafkaHeader> headers) {
  rd_kafka_headers_t* const list = rd_kafka_headers_new(headers.size());
  for (const KafkaHeader& header : headers)
    rd_kafka_header_add(list, header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.null ? nullptr : header.value.data(), static_cast<ssize_t>(header.value.size()));
  return list;
}

// An empty text has no address of its own: to librdkafka that would be NULL.
void* address_of(std::string_view text, bool null) {
  static char empty = 0;
  if (null) return nullptr;
  return text.data() == nullptr ? &empty : const_cast<char*>(text.data());
}

}  // namespace

RealKafkaProducer::RealKafkaProducer(const KafkaProperties& properties, HttpClient& http,
                                     milliseconds transaction_limit)
    : handle_(RD_KAFKA_PRODUCER, properties, http, &RealKafkaProducer::delivered, this),
      id_(properties.contains("transactional.id") ? properties.at("transactional.id") : ""),
      delivery_limit_(kafka_setting(properties, "delivery.timeout.ms", kKafkaDeliveryTimeoutMs)),
      transaction_limit_(transaction_limit) {}

RealKafkaProducer::~RealKafkaProducer() {
  rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
}

void RealKafkaProducer::delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  auto* const producer = static_cast<RealKafkaProducer*>(self);
  const std::lock_guard lock(producer->failure_mutex_);
  if (producer->failed_.load()) return;  // the first one is the cause
  producer->failure_ = message->err;
  producer->failure_text_ = fmt::format("a message of {} bytes to topic '{}' was not delivered", message->len,
                                        message->rkt == nullptr ? "" : rd_kafka_topic_name(message->rkt));
  producer->failed_.store(true);
}

rd_kafka_topic_t* RealKafkaProducer::topic(std::string_view name) {
  rd_kafka_topic_t* const last = last_topic_.load();
  if (last != nullptr && name == rd_kafka_topic_name(last)) return last;
  const std::lock_guard lock(topics_mutex_);
  for (const auto& known : topics_) {
    if (name != rd_kafka_topic_name(known.get())) continue;
    last_topic_.store(known.get());
    return known.get();
  }
  rd_kafka_topic_t* const added = rd_kafka_topic_new(handle_.get(), std::string(name).c_str(), nullptr);
  if (added == nullptr) {
    const rd_kafka_resp_err_t error = rd_kafka_last_error();
    handle_.condition().fail(fmt::format("topic '{}' cannot be written to", name), error, rd_kafka_err2str(error));
  }
  topics_.emplace_back(added);
  last_topic_.store(added);
  return added;
}

bool RealKafkaProducer::send(const KafkaOutgoing& message) {
  std::array<rd_kafka_vu_t, 7> parts = {};
  size_t count = 0;
  parts[count].vtype = RD_KAFKA_VTYPE_RKT;
  parts[count++].u.rkt = topic(message.topic);
  parts[count].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[count++].u.i32 = message.partition < 0 ? RD_KAFKA_PARTITION_UA : message.partition;
  parts[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[count++].u.i = RD_KAFKA_MSG_F_COPY;
  parts[count].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[count++].u.mem = {address_of(message.value, message.null_value), message.value.size()};
  parts[count].vtype = RD_KAFKA_VTYPE_KEY;
  parts[count++].u.mem = {address_of(message.key, message.null_key), message.key.size()};
  if (message.timestamp != kNoKafkaTimestamp) {
    parts[count].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    parts[count++].u.i64 = message.timestamp;
  }
  rd_kafka_headers_t* headers = nullptr;
  if (!message.headers.empty()) {
    headers = headers_of(message.headers);
    parts[count].vtype = RD_KAFKA_VTYPE_HEADERS;
    parts[count++].u.headers = headers;
  }
  rd_kafka_error_t* const error = rd_kafka_produceva(handle_.get(), parts.data(), count);
  if (error == nullptr) {
    bytes_sent_ += static_cast<int64_t>(message.key.size() + message.value.size());
    ++messages_sent_;
    return true;
  }
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  const std::string reason = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  throw_failed();
  handle_.condition().fail(
      fmt::format("a message of {} bytes to topic '{}' cannot be sent", message.value.size(), message.topic), code,
      reason);
}

void RealKafkaProducer::throw_fatal() {
  std::array<char, 512> reason = {};
  const rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(handle_.get(), reason.data(), reason.size());
  throw_fenced(fatal, reason.data());
  if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) handle_.condition().fail("the producer cannot go on", fatal, reason.data());
}

void RealKafkaProducer::throw_fenced(rd_kafka_resp_err_t code, std::string_view reason) {
  if (code != RD_KAFKA_RESP_ERR__FENCED && code != RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH &&
      code != RD_KAFKA_RESP_ERR_PRODUCER_FENCED)
    return;
  throw TransientError(
      fmt::format("Kafka at {}: another producer has taken over the transactional id '{}', or its transaction took "
                  "longer than 'properties.transaction.timeout.ms'. Two jobs must not share "
                  "'sink.transactional-id-prefix': {}",
                  handle_.condition().servers(), id_, reason));
}

void RealKafkaProducer::throw_failed() {
  if (!failed_.load()) return;
  throw_fatal();  // why the client gave the message up
  const std::lock_guard lock(failure_mutex_);
  if (failure_ == RD_KAFKA_RESP_ERR__PURGE_QUEUE || failure_ == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) throw_given_up();
  handle_.condition().fail(failure_text_, failure_, rd_kafka_err2str(failure_));
}

// With its transaction the client gives up all messages of it. Why, it tells whoever wants to begin another one.
void RealKafkaProducer::throw_given_up() {
  if (id_.empty()) return;
  rd_kafka_error_t* const error = rd_kafka_begin_transaction(handle_.get());
  if (error == nullptr) return;
  const bool gave_up = rd_kafka_error_txn_requires_abort(error) != 0;
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  const std::string reason = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  if (!gave_up) return;
  throw_fenced(code, reason);
  handle_.condition().fail(failure_text_, code, reason);
}

void RealKafkaProducer::check() {
  rd_kafka_poll(handle_.get(), 0);
  throw_failed();
  throw_fatal();
  handle_.condition().throw_refused();
}

void RealKafkaProducer::flush() {
  milliseconds waited(0);
  while (rd_kafka_flush(handle_.get(), static_cast<int>(kFlushStep.count())) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    check();
    waited += kFlushStep;
    if (waited >= delivery_limit_ + kReportMargin)
      handle_.condition().fail(fmt::format("{} messages are not delivered", rd_kafka_outq_len(handle_.get())),
                               RD_KAFKA_RESP_ERR__TIMED_OUT, "no answer", waited);
  }
  check();
}

size_t RealKafkaProducer::memory_bytes() const {
  const int64_t messages = messages_sent_.load();
  const int64_t each = (messages == 0 ? 0 : bytes_sent_.load() / messages) + kMessageOverheadBytes;
  return static_cast<size_t>(rd_kafka_outq_len(handle_.get()) * each);
}

void RealKafkaProducer::throw_transaction_error(std::string_view what, rd_kafka_error_t* error, bool maybe_done) {
  if (error == nullptr) return;
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  const bool open = maybe_done && rd_kafka_error_is_retriable(error) != 0;
  const std::string reason = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  if (open)
    throw KafkaOutcomeUnknown(
        fmt::format("Kafka at {}: transaction of '{}' {}: {}", handle_.condition().servers(), id_, what, reason));
  throw_failed();
  throw_fenced(code, reason);
  handle_.condition().fail(fmt::format("transaction of '{}' {}", id_, what), code, reason);
}

void RealKafkaProducer::init_transactions() {
  const auto limit = static_cast<int>(transaction_limit_.count());
  throw_transaction_error("cannot be made ready", rd_kafka_init_transactions(handle_.get(), limit), false);
}

void RealKafkaProducer::begin_transaction() {
  throw_transaction_error("cannot be begun", rd_kafka_begin_transaction(handle_.get()), false);
}

void RealKafkaProducer::send_offsets(const std::string& group, std::span<const KafkaOffset> offsets) {
  KafkaPartitionList list(offsets.size());
  for (const KafkaOffset& offset : offsets) list.add(offset.partition, offset.offset);
  rd_kafka_consumer_group_metadata_t* const metadata = rd_kafka_consumer_group_metadata_new(group.c_str());
  rd_kafka_error_t* const error = rd_kafka_send_offsets_to_transaction(handle_.get(), list.get(), metadata,
                                                                       static_cast<int>(transaction_limit_.count()));
  rd_kafka_consumer_group_metadata_destroy(metadata);
  throw_transaction_error("cannot take offsets", error, false);
}

void RealKafkaProducer::commit_transaction() {
  flush();
  const int64_t errors_before = handle_.condition().errors_told();
  const auto limit = static_cast<int>(transaction_limit_.count());
  rd_kafka_error_t* error = rd_kafka_commit_transaction(handle_.get(), limit);
  // The call goes on where it was: the client sends no second request.
  if (error != nullptr && rd_kafka_error_is_retriable(error) != 0) {
    rd_kafka_error_destroy(error);
    error = rd_kafka_commit_transaction(handle_.get(), limit);
  }
  throw_transaction_error("cannot be committed", error, true);
  rd_kafka_poll(handle_.get(), 0);  // takes what it tells of connections
  late_requests_ = handle_.condition().errors_told() != errors_before;
}

void RealKafkaProducer::abort_transaction() {
  throw_transaction_error("cannot be aborted",
                          rd_kafka_abort_transaction(handle_.get(), static_cast<int>(transaction_limit_.count())),
                          false);
}

}  // namespace tidemill
