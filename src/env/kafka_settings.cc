#include "env/kafka_settings.h"

#include <charconv>

namespace tidemill {

int64_t kafka_number(std::string_view text, int64_t otherwise) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : otherwise;
}

std::string kafka_setting(const KafkaProperties& properties, const std::string& name, const std::string& otherwise) {
  const auto found = properties.find(name);
  return found == properties.end() ? otherwise : found->second;
}

int64_t kafka_setting(const KafkaProperties& properties, const std::string& name, int64_t otherwise) {
  const auto found = properties.find(name);
  return found == properties.end() ? otherwise : kafka_number(found->second, otherwise);
}

}  // namespace tidemill
