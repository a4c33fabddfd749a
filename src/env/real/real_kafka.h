// env/real/real_kafka.h - Kafka clients over librdkafka, which runs threads of its own.
#pragma once
#include "env/http_client.h"
#include "env/kafka.h"

namespace tidemill {

class RealKafka final : public KafkaClients {
 public:
  // `http` is borrowed, for the tokens of OAUTHBEARER; it outlives all clients.
  explicit RealKafka(HttpClient& http) : http_(http) {}
  std::unique_ptr<KafkaConsumer> consumer(const KafkaProperties& properties) override;
  std::unique_ptr<KafkaProducer> producer(const KafkaProperties& properties) override;
  std::unique_ptr<KafkaAdmin> admin(const KafkaProperties& properties) override;

 private:
  HttpClient& http_;
};

}  // namespace tidemill
