#include "env/real/real_kafka.h"

#include "env/real/real_kafka_admin.h"
#include "env/real/real_kafka_consumer.h"
#include "env/real/real_kafka_producer.h"

namespace tidemill {

std::unique_ptr<KafkaConsumer> RealKafka::consumer(const KafkaProperties& properties) {
  return std::make_unique<RealKafkaConsumer>(properties, http_);
}

std::unique_ptr<KafkaProducer> RealKafka::producer(const KafkaProperties& properties) {
  return std::make_unique<RealKafkaProducer>(properties, http_);
}

std::unique_ptr<KafkaAdmin> RealKafka::admin(const KafkaProperties& properties) {
  return std::make_unique<RealKafkaAdmin>(properties, http_);
}

}  // namespace tidemill
