#include "env/kafka.h"

namespace tidemill {

std::string to_text(const KafkaPartition& partition) {
  return fmt::format("{}-{}", partition.topic, partition.partition);
}

}  // namespace tidemill
