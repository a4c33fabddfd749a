#include "connectors/kafka/kafka_source.h"

#include "connectors/kafka/kafka_enumerator.h"
#include "connectors/kafka/kafka_position.h"
#include "connectors/kafka/kafka_properties.h"
#include "connectors/kafka/kafka_reader.h"

namespace tidemill {
namespace {

// Commits the offsets of the group.
class GroupOffsets final : public ProgressPublisher {
 public:
  // `settings` and `environment` are borrowed.
  GroupOffsets(const KafkaSourceSettings& settings, Environment& environment)
      : settings_(settings), environment_(environment) {}

  void publish(const GroupProgress& progress) override {
    if (progress.offsets.empty()) return;
    if (!admin_) admin_ = environment_.kafka.admin(settings_.properties);
    admin_->commit(progress.offsets);
  }

 private:
  const KafkaSourceSettings& settings_;
  Environment& environment_;
  std::unique_ptr<KafkaAdmin> admin_;
};

}  // namespace

std::unique_ptr<SplitEnumerator> KafkaSource::make_enumerator(Environment& environment,
                                                              std::string_view restored) const {
  return std::make_unique<KafkaEnumerator>(settings_, environment, restored);
}

std::unique_ptr<Reader> KafkaSource::make_reader(Environment& environment, const Subtask& subtask) const {
  return std::make_unique<KafkaReader>(settings_, environment, subtask);
}

std::optional<GroupProgress> KafkaSource::progress(std::span<const Split> splits) const {
  GroupProgress progress{kafka_domain(settings_.properties), settings_.group(), {}};
  for (const Split& split : splits)
    progress.offsets.push_back({parse_partition(split.id), KafkaPosition::parse(split.position).offset});
  return progress;
}

std::unique_ptr<ProgressPublisher> KafkaSource::make_publisher(Environment& environment) const {
  return std::make_unique<GroupOffsets>(settings_, environment);
}

std::string KafkaSource::description() const {
  const std::string topics = settings_.topic_pattern ? fmt::format("topic-pattern={}", *settings_.topic_pattern)
                                                     : fmt::format("topic={}", fmt::join(settings_.topics, ";"));
  return fmt::format("{}, {}, format={}, columns=[{}]", settings_.upserts ? "upsert-kafka" : "kafka", topics,
                     settings_.format_name, fmt::join(settings_.schema->names(), ", "));
}

}  // namespace tidemill
