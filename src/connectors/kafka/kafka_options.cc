#include "connectors/kafka/kafka_options.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "connectors/kafka/kafka_properties.h"
#include "connectors/spi/option_pattern.h"

namespace tidemill {
namespace {

std::vector<OptionSpec> with_properties(std::vector<OptionSpec> specs) {
  for (OptionSpec& spec : property_options()) specs.push_back(std::move(spec));
  return specs;
}

// Options that both connectors have.
std::vector<OptionSpec> shared_options() {
  using enum OptionType;
  return {
      {"key.fields-prefix", kString, "What the names of key columns begin with, and fields of keys do not."},
      {"value.fields-include",
       kEnum,
       "Whether key columns are also in the value.",
       "ALL",
       false,
       {"ALL", "EXCEPT_KEY"}},
      {"sink.parallelism", kInt, "Accepted for Flink's sake: sinks run at the job's parallelism."},
      {"sink.delivery-guarantee",
       kEnum,
       "none: messages may be lost or come twice; at-least-once: they may come twice, after a crash; exactly-once: one "
       "transaction holds an epoch's messages.",
       "at-least-once",
       false,
       {"none", "at-least-once", "exactly-once"}},
      {"sink.transactional-id-prefix", kString, "Names the job's transactions in the cluster; for exactly-once."},
  };
}

std::vector<OptionSpec> bounded_options() {
  using enum OptionType;
  return {
      {"scan.bounded.mode",
       kEnum,
       "Where reading ends.",
       "unbounded",
       false,
       {"unbounded", "latest-offset", "group-offsets", "timestamp", "specific-offsets"}},
      {"scan.bounded.specific-offsets", kString, "partition:0,offset:42;partition:1,offset:300"},
      {"scan.bounded.timestamp-millis", kInt,
       "Milliseconds since 1970, UTC: reading ends before the first message of "
       "that time or later."},
  };
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

[[noreturn]] void throw_offsets(const Options& options, const std::string& name) {
  throw UserError(fmt::format("Option '{}' is not of the form partition:0,offset:42;…: '{}'", name, options.text(name)),
                  "Write 'partition:0,offset:42;partition:1,offset:300'.");
}

bool take_number(std::string_view& text, std::string_view word, int64_t& number) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return error == std::errc() && number >= 0;
}

std::map<int32_t, int64_t> specific_offsets(const Options& options, const std::string& name) {
  std::map<int32_t, int64_t> offsets;
  for (const std::string& part : split(options.text(name), ';')) {
    std::string_view text = part;
    int64_t partition = 0;
    int64_t offset = 0;
    const bool good = take_number(text, "partition:", partition) && take_number(text, ",offset:", offset) &&
                      text.empty() && partition <= INT32_MAX;
    if (!good) throw_offsets(options, name);
    offsets[static_cast<int32_t>(partition)] = offset;
  }
  if (offsets.empty()) throw_offsets(options, name);
  return offsets;
}

// `stem` is "scan.startup" or "scan.bounded". Checks that what the mode needs is there, and nothing else.
KafkaPlace place_of(const Options& options, const std::string& stem) {
  using enum KafkaPlace::Kind;
  const std::string mode = options.text(stem + ".mode");
  const std::string offsets = stem + ".specific-offsets";
  const std::string timestamp = stem + ".timestamp-millis";
  for (const auto& [name, needed] : {std::pair(offsets, "specific-offsets"), std::pair(timestamp, "timestamp")}) {
    if (options.has(name) == (mode == needed)) continue;
    if (options.has(name))
      throw UserError(fmt::format("Option '{}' has no effect with '{}.mode' = '{}'", name, stem, mode),
                      fmt::format("Set '{}.mode' = '{}', or take it out.", stem, needed));
    throw UserError(fmt::format("'{}.mode' = '{}' needs option '{}'", stem, mode, name), "Add it to WITH (…).");
  }
  KafkaPlace place;
  if (mode == "earliest-offset") place.kind = kEarliest;
  if (mode == "latest-offset") place.kind = kLatest;
  if (mode == "group-offsets") place.kind = kGroupOffsets;
  if (mode == "timestamp") {
    place.kind = kTimestamp;
    place.timestamp = options.integer(timestamp);
  }
  if (mode == "specific-offsets") {
    place.kind = kOffsets;
    place.offsets = specific_offsets(options, offsets);
  }
  return place;
}

// Columns whose names an option lists, as indices into the physical ones.
std::vector<int32_t> listed_columns(const TableDescription& table, const Options& options) {
  std::vector<int32_t> columns;
  const std::string prefix = options.find_text("key.fields-prefix").value_or("");
  for (const std::string& name : split(options.text("key.fields"), ';')) {
    const std::optional<int32_t> index = table.physical->index_of(name);
    if (!index)
      throw UserError(
          fmt::format("Table '{}': option 'key.fields' names '{}', which is no physical column", table.name, name),
          fmt::format("The columns are {}.", fmt::join(table.physical->names(), ", ")));
    if (!name.starts_with(prefix))
      throw UserError(fmt::format("Table '{}': column '{}' of 'key.fields' does not begin with 'key.fields-prefix' "
                                  "'{}'",
                                  table.name, name, prefix),
                      "All of them must.");
    columns.push_back(*index);
  }
  return columns;
}

// The columns of the value: all, or those that are not in the key.
std::vector<int32_t> value_columns(const TableDescription& table, const Options& options,
                                   const std::vector<int32_t>& key) {
  const bool except = options.text("value.fields-include") == "EXCEPT_KEY";
  if (!except && options.has("key.fields-prefix") && !options.text("key.fields-prefix").empty())
    throw UserError(
        fmt::format("Table '{}': 'key.fields-prefix' needs 'value.fields-include' = 'EXCEPT_KEY'", table.name),
        "Otherwise the value would have the prefix, and the key would not.");
  std::vector<int32_t> columns;
  for (int32_t i = 0; i < table.physical->size(); ++i)
    if (!except || std::ranges::find(key, i) == key.end()) columns.push_back(i);
  return columns;
}

}  // namespace

std::vector<OptionSpec> kafka_options() {
  using enum OptionType;
  std::vector<OptionSpec> specs = {
      {"topic", kString, "Topic to read or write; several to read, separated by ;."},
      {"topic-pattern", kString, "Regular expression (RE2) that the whole names of topics to read match."},
      {"scan.startup.mode",
       kEnum,
       "Where reading begins when there is no checkpoint.",
       "group-offsets",
       false,
       {"group-offsets", "earliest-offset", "latest-offset", "timestamp", "specific-offsets"}},
      {"scan.startup.specific-offsets", kString, "partition:0,offset:42;partition:1,offset:300"},
      {"scan.startup.timestamp-millis", kInt, "Milliseconds since 1970, UTC: the first message of that time or later."},
      {"scan.topic-partition-discovery.interval", kDuration,
       "How often new topics and partitions are looked for; 0: "
       "never.",
       "5 min"},
      {"key.fields", kString, "Columns that are the key of a message, separated by ;."},
      {"sink.partitioner",
       kEnum,
       "default: by the hash of the key (murmur2), any where there is none; fixed: one a subtask; round-robin.",
       "default",
       false,
       {"default", "fixed", "round-robin"}},
  };
  for (OptionSpec& spec : bounded_options()) specs.push_back(std::move(spec));
  for (OptionSpec& spec : shared_options()) specs.push_back(std::move(spec));
  return with_properties(std::move(specs));
}

std::vector<OptionSpec> upsert_kafka_options() {
  using enum OptionType;
  std::vector<OptionSpec> specs = {
      {"topic", kString, "Topic to read or write.", "", true},
      {"scan.topic-partition-discovery.interval", kDuration, "How often new partitions are looked for; 0: never.",
       "5 min"},
      {"sink.buffer-flush.max-rows", kInt, "Rows of one key become one, until so many keys are held; 0: none do.", "0"},
      {"sink.buffer-flush.interval", kDuration, "Rows of one key become one, until they are so old; 0: none do.",
       "0 s"},
  };
  for (OptionSpec& spec : bounded_options()) specs.push_back(std::move(spec));
  for (OptionSpec& spec : shared_options()) specs.push_back(std::move(spec));
  return with_properties(std::move(specs));
}

std::vector<FormatOption> kafka_format_options() {
  return {{"format", false, "How values are encoded"},
          {"value.format", false, "Another name of 'format', with options under 'value.'"},
          {"key.format", false, "How keys are encoded"}};
}

std::vector<FormatOption> upsert_kafka_format_options() {
  return {{"key.format", true, "How keys are encoded"}, {"value.format", true, "How values are encoded"}};
}

MessageColumns kafka_columns(const TableDescription& table, const Options& options) {
  if (options.has("format") == options.has("value.format"))
    throw UserError(fmt::format("Table '{}' needs one of the options 'format' and 'value.format'", table.name),
                    "Both say how values are encoded: 'format' = 'json', for example.");
  if (options.has("key.format") != options.has("key.fields"))
    throw UserError(fmt::format("Table '{}': 'key.format' and 'key.fields' need each other", table.name),
                    "One says how the key is encoded, the other which columns it has.");
  MessageColumns columns;
  columns.value_format = options.has("format") ? "format" : "value.format";
  if (options.has("key.format")) {
    columns.key_format = "key.format";
    columns.key = listed_columns(table, options);
    columns.key_prefix = options.find_text("key.fields-prefix").value_or("");
  }
  columns.value = value_columns(table, options, columns.key);
  return columns;
}

MessageColumns upsert_kafka_columns(const TableDescription& table, const Options& options) {
  if (table.primary_key.empty())
    throw UserError(fmt::format("Table '{}': connector 'upsert-kafka' needs a primary key", table.name),
                    "Declare PRIMARY KEY (…) NOT ENFORCED: its columns are the key of the messages.");
  MessageColumns columns{"key.format", "value.format", table.primary_key, {}, ""};
  columns.key_prefix = options.find_text("key.fields-prefix").value_or("");
  for (const int32_t column : columns.key)
    if (!table.physical->field(column).name.starts_with(columns.key_prefix))
      throw UserError(fmt::format("Table '{}': column '{}' of the primary key does not begin with 'key.fields-prefix' "
                                  "'{}'",
                                  table.name, table.physical->field(column).name, columns.key_prefix),
                      "All of them must.");
  columns.value = value_columns(table, options, columns.key);
  return columns;
}

KafkaPlace startup_place(const Options& options) { return place_of(options, "scan.startup"); }

KafkaPlace bounded_place(const Options& options) { return place_of(options, "scan.bounded"); }

TopicOptions topic_options(const Options& options) {
  if (options.has("topic") == options.has("topic-pattern"))
    throw UserError("A table over topics needs one of the options 'topic' and 'topic-pattern'",
                    "'topic' = 'orders', or 'topic-pattern' = 'orders-.*'.");
  option_pattern(options, "topic-pattern");  // throws where it is none
  TopicOptions topics{{}, options.find_text("topic-pattern")};
  if (options.has("topic")) topics.topics = split(options.text("topic"), ';');
  if (options.has("topic") && topics.topics.empty())
    throw UserError("Option 'topic' names no topic", "'topic' = 'orders', for example.");
  return topics;
}

std::string sink_topic(const Options& options) {
  const TopicOptions topics = topic_options(options);
  if (topics.topics.size() != 1)
    throw UserError("A table over several topics can only be read", "Name one topic to write to.");
  return topics.topics.front();
}

}  // namespace tidemill
