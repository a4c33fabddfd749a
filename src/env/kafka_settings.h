// env/kafka_settings.h - settings of Kafka's clients, read back. Rule: the client itself refuses what is wrong; here it
// counts as not set.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "env/kafka.h"

namespace tidemill {

constexpr DurationMillis kKafkaDeliveryTimeoutMs = 120'000;  // Java's default for delivery.timeout.ms

// Returns the number that a text is as a whole, `otherwise` where it is none.
int64_t kafka_number(std::string_view text, int64_t otherwise);
// Returns a setting as a text or a number, `otherwise` where it is not set.
std::string kafka_setting(const KafkaProperties& properties, const std::string& name,
                          const std::string& otherwise = "");
int64_t kafka_setting(const KafkaProperties& properties, const std::string& name, int64_t otherwise);

}  // namespace tidemill
