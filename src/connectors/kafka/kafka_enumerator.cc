#include "connectors/kafka/kafka_enumerator.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/error.h"
#include "connectors/kafka/kafka_position.h"

namespace tidemill {
namespace {

constexpr std::string_view kDamaged = "A saved list of partitions is damaged";
constexpr std::string_view kFoundNothing = "none";  // a first look that found no topic is one, too

// Reads "<partitions> <topic>", one a line.
std::map<std::string, int32_t> parse_given(std::string_view text) {
  std::map<std::string, int32_t> given;
  if (text == kFoundNothing) return given;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    int32_t partitions = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), partitions);
    const auto digits = static_cast<size_t>(end - line.data());
    if (error != std::errc() || digits + 1 >= line.size() || *end != ' ')
      throw UserError(std::string(kDamaged), "The checkpoint cannot be used; restore an older one.");
    given.emplace(line.substr(digits + 1), partitions);
  }
  return given;
}

}  // namespace

KafkaEnumerator::KafkaEnumerator(const KafkaSourceSettings& settings, Environment& environment,
                                 std::string_view restored)
    : settings_(settings), environment_(environment), given_(parse_given(restored)), looked_(!restored.empty()) {}

std::string KafkaEnumerator::snapshot() const {
  if (looked_ && given_.empty()) return std::string(kFoundNothing);
  std::string text;
  for (const auto& [topic, partitions] : given_) text += fmt::format("{} {}\n", partitions, topic);
  return text;
}

std::optional<DurationMillis> KafkaEnumerator::rediscovery_interval_ms() const {
  const bool bounded = settings_.bounds.kind != KafkaPlace::Kind::kNowhere;
  if (bounded || settings_.discovery_interval_ms == 0) return std::nullopt;
  return settings_.discovery_interval_ms;
}

std::vector<KafkaTopic> KafkaEnumerator::find_topics() {
  std::vector<KafkaTopic> all = admin_->all_topics();
  if (settings_.topic_pattern) {
    const re2::RE2 pattern(*settings_.topic_pattern, RE2::Quiet);
    std::erase_if(all, [&](const KafkaTopic& topic) { return !RE2::FullMatch(topic.name, pattern); });
    return all;
  }
  std::vector<KafkaTopic> topics;
  for (const std::string& name : settings_.topics) {
    const auto found = std::ranges::find(all, name, &KafkaTopic::name);
    if (found != all.end()) {
      topics.push_back(*found);
      continue;
    }
    std::vector<std::string> names;
    for (const KafkaTopic& topic : all) names.push_back(topic.name);
    const std::optional<std::string> nearest = nearest_name(name, names);
    throw UserError(
        fmt::format("Table '{}': Kafka at {} has no topic '{}'", settings_.table,
                    settings_.properties.at("bootstrap.servers"), name),
        nearest ? fmt::format("Did you mean '{}'?", *nearest) : "Make the topic first, or check option 'topic'.");
  }
  return topics;
}

std::vector<int64_t> KafkaEnumerator::offsets_of(const KafkaPlace& place,
                                                 const std::vector<KafkaPartition>& partitions) {
  using enum KafkaPlace::Kind;
  switch (place.kind) {
    case kNowhere:
      return std::vector<int64_t>(partitions.size(), kNoKafkaOffset);
    case kEarliest:
      return admin_->offsets(partitions, KafkaOffsetOf::kEarliest, 0);
    case kLatest:
      return admin_->offsets(partitions, KafkaOffsetOf::kLatest, 0);
    case kTimestamp:
      return admin_->offsets(partitions, KafkaOffsetOf::kTimestamp, place.timestamp);
    case kGroupOffsets: {
      std::vector<int64_t> offsets = admin_->committed(partitions);
      const std::vector<int64_t> earliest = admin_->offsets(partitions, KafkaOffsetOf::kEarliest, 0);
      for (size_t i = 0; i < offsets.size(); ++i)
        if (offsets[i] == kNoKafkaOffset) offsets[i] = earliest[i];
      return offsets;
    }
    case kOffsets: {
      std::vector<int64_t> offsets = admin_->offsets(partitions, KafkaOffsetOf::kEarliest, 0);
      for (size_t i = 0; i < offsets.size(); ++i) {
        const auto written = place.offsets.find(partitions[i].partition);
        if (written != place.offsets.end()) offsets[i] = written->second;
      }
      return offsets;
    }
  }
  CHECK(false);
}

std::vector<Split> KafkaEnumerator::discover() {
  if (looked_ && settings_.bounds.kind != KafkaPlace::Kind::kNowhere) return {};  // its end is settled
  if (!admin_) admin_ = environment_.kafka.admin(settings_.properties);
  std::vector<KafkaPartition> found;
  for (const KafkaTopic& topic : find_topics()) {
    int32_t& given = given_[topic.name];
    if (topic.partitions < given)
      throw UserError(fmt::format("Table '{}': topic '{}' has {} partitions, and had {} before", settings_.table,
                                  topic.name, topic.partitions, given),
                      "It was deleted and made again. Begin anew: with --fresh, or with another checkpoint directory.");
    for (; given < topic.partitions; ++given) found.push_back({topic.name, given});
  }
  KafkaPlace beginning = settings_.startup;
  if (looked_) beginning.kind = KafkaPlace::Kind::kEarliest;
  const std::vector<int64_t> offsets = offsets_of(beginning, found);
  const std::vector<int64_t> stops = offsets_of(settings_.bounds, found);
  std::vector<Split> splits;
  for (size_t i = 0; i < found.size(); ++i)
    splits.push_back({to_text(found[i]), KafkaPosition{offsets[i], 0, stops[i]}.to_string()});
  looked_ = true;
  return splits;
}

}  // namespace tidemill
