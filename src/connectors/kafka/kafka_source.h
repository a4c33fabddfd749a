// connectors/kafka/kafka_source.h - topics as a source. Rule: one partition is one split; where reading begins and ends
// is settled when a partition is found, so that a restart reads what the first run would have.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/spi/connector.h"
#include "env/kafka.h"

namespace tidemill {

// Where reading a partition begins, or ends.
struct KafkaPlace {
  enum class Kind : uint8_t { kNowhere, kEarliest, kLatest, kGroupOffsets, kTimestamp, kOffsets };
  Kind kind = Kind::kNowhere;          // kNowhere: unbounded
  EpochMillis timestamp = 0;           // kTimestamp
  std::map<int32_t, int64_t> offsets;  // kOffsets: by partition
};

// Where a column of the rows comes from.
struct KafkaColumn {
  enum class From : uint8_t { kKey, kValue, kMessage };
  From from = From::kValue;
  int32_t index = 0;     // kKey, kValue: of the decoder's columns
  std::string metadata;  // kMessage: key of the metadata
};

struct KafkaSourceSettings {
  std::string table;
  std::vector<std::string> topics;           // empty: by pattern
  std::optional<std::string> topic_pattern;  // RE2, of whole names
  KafkaProperties properties;
  std::vector<std::string> warnings;
  KafkaPlace startup;
  KafkaPlace bounds;
  DurationMillis discovery_interval_ms = 0;          // 0: never again
  SchemaPtr schema;                                  // physical columns asked for, then metadata columns
  std::vector<KafkaColumn> columns;                  // of the schema
  std::shared_ptr<const DecodingFormat> key_format;  // null: keys are not read
  std::shared_ptr<const DecodingFormat> value_format;
  std::string format_name;
  bool upserts = false;  // a message without value deletes the row of its key
  RecordErrorSettings errors;

  const std::string& group() const { return properties.at("group.id"); }
};

class KafkaSource final : public Source {
 public:
  explicit KafkaSource(KafkaSourceSettings settings) : settings_(std::move(settings)) {}
  SchemaPtr schema() const override { return settings_.schema; }
  bool bounded() const override { return settings_.bounds.kind != KafkaPlace::Kind::kNowhere; }
  bool append_only() const override { return !settings_.upserts && settings_.value_format->append_only(); }
  bool upserts() const override { return settings_.upserts; }
  RejectedRecords rejected_records() const override { return tidemill::rejected_records(settings_.errors); }
  std::vector<std::string> warnings() const override { return settings_.warnings; }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment& environment, std::string_view restored) const override;
  std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask& subtask) const override;
  std::optional<GroupProgress> progress(std::span<const Split> splits) const override;
  std::unique_ptr<ProgressPublisher> make_publisher(Environment& environment) const override;
  std::string description() const override;

 private:
  KafkaSourceSettings settings_;
};

}  // namespace tidemill
