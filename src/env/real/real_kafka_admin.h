// env/real/real_kafka_admin.h - what a cluster is asked, over librdkafka.
#pragma once
#include "env/real/kafka_handle.h"

namespace tidemill {

class RealKafkaAdmin final : public KafkaAdmin {
 public:
  // `http` is borrowed, for tokens.
  RealKafkaAdmin(const KafkaProperties& properties, HttpClient& http);
  std::vector<KafkaTopic> all_topics() override;
  std::optional<KafkaTopic> topic(const std::string& name) override;
  std::vector<int64_t> offsets(std::span<const KafkaPartition> partitions, KafkaOffsetOf of,
                               EpochMillis timestamp) override;
  std::vector<int64_t> committed(std::span<const KafkaPartition> partitions) override;
  void commit(std::span<const KafkaOffset> offsets) override;
  void create_topic(const std::string& name, int32_t partitions, int32_t replication,
                    const std::map<std::string, std::string>& config) override;
  std::vector<KafkaKeyValue> read_all(const KafkaPartition& partition) override;
  std::optional<std::string> broker_setting(const std::string& name) override;

 private:
  // Serves what the client has to say of its connections, then throws.
  [[noreturn]] void fail(std::string_view what, rd_kafka_resp_err_t error, std::string_view reason);
  // Returns the offsets of `time` (ms), or of RD_KAFKA_OFFSET_BEGINNING or _END in its place; -1 where there is nothing
  // from that time on. Requires: there are partitions.
  std::vector<int64_t> offsets_at(std::span<const KafkaPartition> partitions, int64_t time);
  int limit_ms() const { return static_cast<int>(limit_.count()); }

  const KafkaProperties properties_;
  HttpClient& http_;
  KafkaHandle handle_;
  const std::chrono::milliseconds limit_;  // of one call
};

}  // namespace tidemill
