// connectors/kafka/kafka_options.h - the options of tables over topics, Flink's names and meanings, and what they come
// to.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/kafka_sink.h"
#include "connectors/kafka/kafka_source.h"

namespace tidemill {

// What the two connectors declare, without formats.
std::vector<OptionSpec> kafka_options();
std::vector<OptionSpec> upsert_kafka_options();
std::vector<FormatOption> kafka_format_options();
std::vector<FormatOption> upsert_kafka_format_options();

// Which columns of a table are the key of its messages, and which their value; indices into its physical columns.
struct MessageColumns {
  std::string key_format;  // empty: keys are not read or written
  std::string value_format;
  std::vector<int32_t> key;
  std::vector<int32_t> value;
  std::string key_prefix;  // of the columns' names, not there in the messages
};
// Both throw UserError for options that do not go together.
MessageColumns kafka_columns(const TableDescription& table, const Options& options);
MessageColumns upsert_kafka_columns(const TableDescription& table, const Options& options);

// Return where reading begins and ends. Throw UserError for options that do not go together.
KafkaPlace startup_place(const Options& options);
KafkaPlace bounded_place(const Options& options);

// Topics by name, or by pattern.
struct TopicOptions {
  std::vector<std::string> topics;
  std::optional<std::string> pattern;
};
TopicOptions topic_options(const Options& options);
// Returns the one topic that is written to. Throws UserError where there are several.
std::string sink_topic(const Options& options);

}  // namespace tidemill
