// connectors/kafka/kafka_enumerator.h - finds the partitions of a table's topics. Rule: a partition is given once;
// those of the first look begin where the table says, later ones at their beginning, since nobody has read them.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_source.h"

namespace tidemill {

class KafkaEnumerator final : public SplitEnumerator {
 public:
  // `settings` and `environment` are borrowed.
  KafkaEnumerator(const KafkaSourceSettings& settings, Environment& environment, std::string_view restored);
  // Throws UserError: a topic that does not exist, one that has fewer partitions than before.
  std::vector<Split> discover() override;
  std::optional<DurationMillis> rediscovery_interval_ms() const override;
  std::string snapshot() const override;

 private:
  std::vector<KafkaTopic> find_topics();
  // Returns the offsets of a place, in the order of `partitions`.
  std::vector<int64_t> offsets_of(const KafkaPlace& place, const std::vector<KafkaPartition>& partitions);

  const KafkaSourceSettings& settings_;
  Environment& environment_;
  std::unique_ptr<KafkaAdmin> admin_;
  std::map<std::string, int32_t> given_;  // partitions by topic
  bool looked_ = false;                   // in this attempt, or one before
};

}  // namespace tidemill
