#include "benchmarks/kafka/kafka_client.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace tidemill::benchmarks {
namespace {

constexpr int kTimeoutMs = 30'000;

void check_delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
    give_up(fmt::format("a message was not delivered: {}", rd_kafka_err2str(message->err)));
}

}  // namespace

void give_up(const std::string& text) {
  std::fputs((text + "\n").c_str(), stderr);
  std::_Exit(1);  // threads of the client may be running
}

int64_t number_of(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0)
    give_up(fmt::format("'{}' is no whole number of at least 0", text));
  return number;
}

Client make_client(rd_kafka_type_t type, std::initializer_list<std::pair<const char*, std::string>> settings) {
  std::array<char, 512> reason = {};
  rd_kafka_conf_t* const configuration = rd_kafka_conf_new();
  for (const auto& [name, value] : settings)
    if (rd_kafka_conf_set(configuration, name, value.c_str(), reason.data(), reason.size()) != RD_KAFKA_CONF_OK)
      give_up(fmt::format("{}: {}", name, reason.data()));
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(configuration, check_delivered);
  rd_kafka_t* const client = rd_kafka_new(type, configuration, reason.data(), reason.size());
  if (client == nullptr) give_up(reason.data());
  return {client, rd_kafka_destroy};
}

void send(rd_kafka_t* producer, const char* topic, std::string_view key, std::string_view value) {
  while (true) {
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(key.empty() ? nullptr : key.data(), key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()), RD_KAFKA_V_END);  // copied, not changed
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL)
      give_up(fmt::format("cannot send to {}: {}", topic, rd_kafka_err2str(error)));
    rd_kafka_poll(producer, 10);
  }
}

void read_from_beginning(rd_kafka_t* consumer, const char* topic) {
  const std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)> handle(
      rd_kafka_topic_new(consumer, topic, nullptr), rd_kafka_topic_destroy);
  const rd_kafka_metadata_t* metadata = nullptr;
  if (const auto error = rd_kafka_metadata(consumer, 0, handle.get(), &metadata, kTimeoutMs))
    give_up(fmt::format("cannot ask for topic {}: {}", topic, rd_kafka_err2str(error)));
  const int partitions = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  if (partitions == 0) give_up(fmt::format("there is no topic {}", topic));
  rd_kafka_topic_partition_list_t* const list = rd_kafka_topic_partition_list_new(partitions);
  for (int partition = 0; partition < partitions; ++partition)
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
  const rd_kafka_resp_err_t error = rd_kafka_assign(consumer, list);
  rd_kafka_topic_partition_list_destroy(list);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(fmt::format("cannot read {}: {}", topic, rd_kafka_err2str(error)));
}

}  // namespace tidemill::benchmarks
