#include "connectors/kafka/epoch_record.h"

#include <charconv>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr std::string_view kBeforeOwner = "{\"owner\":\"";
constexpr std::string_view kBeforeEpoch = "\",\"epoch\":";

}  // namespace

std::string EpochRecord::to_string() const {
  return fmt::format("{}{}{}{}}}", kBeforeOwner, owner, kBeforeEpoch, epoch);
}

EpochRecord EpochRecord::parse(std::string_view text, const std::string& topic) {
  EpochRecord record;
  const size_t middle = text.find(kBeforeEpoch);
  if (text.starts_with(kBeforeOwner) && middle != std::string_view::npos && text.ends_with('}')) {
    record.owner = text.substr(kBeforeOwner.size(), middle - kBeforeOwner.size());
    const char* const end = text.data() + text.size() - 1;
    const auto [stop, error] = std::from_chars(text.data() + middle + kBeforeEpoch.size(), end, record.epoch);
    if (error == std::errc() && stop == end) return record;
  }
  throw UserError(fmt::format("Topic '{}' holds a message that is no record of an epoch: {}", topic, text),
                  "Nobody else may write there: choose another 'sink.transactional-id-prefix'.");
}

}  // namespace tidemill
