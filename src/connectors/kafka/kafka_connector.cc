#include "connectors/kafka/kafka_connector.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/kafka_properties.h"
#include "connectors/kafka/message_metadata.h"
#include "env/kafka_settings.h"

namespace tidemill {
namespace {

constexpr std::string_view kOfValue = "value.";  // metadata keys of the value's format begin with it

// What a client that reads needs of librdkafka.
KafkaProperties consumer_properties(const std::string& table, KafkaProperties properties) {
  properties.emplace("group.id", "KafkaSource-" + table);
  properties.emplace("queued.max.messages.kbytes", "8192");  // a partition: what is fetched and not taken yet
  properties["enable.auto.commit"] = "false";
  properties["enable.auto.offset.store"] = "false";
  properties["enable.partition.eof"] = "true";
  properties["auto.offset.reset"] = "error";  // an offset that is gone is told, never replaced by another
  return properties;
}

KafkaProperties producer_properties(KafkaProperties properties, DeliveryGuarantee guarantee) {
  if (guarantee != DeliveryGuarantee::kNone) properties.emplace("enable.idempotence", "true");
  properties.emplace("delivery.timeout.ms", std::to_string(kKafkaDeliveryTimeoutMs));
  properties["delivery.report.only.error"] = "true";
  properties["partitioner"] = "murmur2_random";
  return properties;
}

SchemaPtr schema_of(const TableDescription& table, const std::vector<int32_t>& columns, const std::string& prefix) {
  std::vector<Field> fields;
  for (const int32_t column : columns) {
    Field field = table.physical->field(column);
    field.name = field.name.substr(prefix.size());
    fields.push_back(std::move(field));
  }
  return make_schema(std::move(fields));
}

// A format bound to the key or the value of messages.
FormatRequest request_of(const TableDescription& table, const Options& options, const std::string& option,
                         SchemaPtr columns, const std::string& subject) {
  FormatRequest request;
  request.table = table.name;
  request.physical = std::move(columns);
  request.options = options.under(format_prefix(option, options.text(option)));
  request.policy_written = options.is_written("record.error-policy");
  request.messages = true;
  request.subject = subject;
  return request;
}

// Returns the format that an option names. Throws UserError where it is for files.
const Format& format_of(const Options& options, const std::string& option, const FormatRegistry& formats) {
  const Format& format = formats.get(options.text(option));
  if (format.has_messages()) return format;
  throw UserError(fmt::format("'{}' = '{}' is for files, not for messages", option, format.name()),
                  "Formats of messages are json, avro, csv and raw, for example.");
}

// What the two connectors do alike.
class TopicConnector : public Connector {
 public:
  bool can_read() const override { return true; }
  bool can_write() const override { return true; }
  std::vector<MetadataKey> metadata_keys() const override { return kafka_metadata_keys(); }

  std::shared_ptr<const Source> make_source(const TableDescription& table,
                                            const FormatRegistry& formats) const override {
    const Options options = check_options(*this, table.options, formats);
    const MessageColumns columns = message_columns(table, options);
    const TopicOptions topics = topic_options(options);
    KafkaSourceSettings settings;
    settings.table = table.name;
    settings.topics = topics.topics;
    settings.topic_pattern = topics.pattern;
    ClientProperties properties = client_properties(options, KafkaClientUse::kConsumer);
    settings.properties = consumer_properties(table.name, std::move(properties.properties));
    settings.warnings = std::move(properties.warnings);
    settings.startup = startup(options);
    settings.bounds = bounded_place(options);
    settings.discovery_interval_ms = options.duration_ms("scan.topic-partition-discovery.interval");
    settings.errors = record_error_settings(options);
    settings.format_name = options.text(columns.value_format);
    settings.upserts = upserts();
    bind(settings, table, options, columns, formats);
    return std::make_shared<KafkaSource>(std::move(settings));
  }

  std::shared_ptr<const Sink> make_sink(const TableDescription& table, const FormatRegistry& formats) const override {
    const Options options = check_options(*this, table.options, formats);
    const MessageColumns columns = message_columns(table, options);
    KafkaSinkSettings settings;
    settings.table = table.name;
    settings.topic = sink_topic(options);
    set_guarantee(options, settings);
    ClientProperties properties = client_properties(options, KafkaClientUse::kProducer);
    settings.properties = producer_properties(std::move(properties.properties), settings.guarantee);
    settings.warnings = std::move(properties.warnings);
    settings.transaction_options = written_properties(options, KafkaClientUse::kProducer);
    settings.admin_properties = client_properties(options, KafkaClientUse::kConsumer).properties;
    settings.format_name = options.text(columns.value_format);
    settings.upserts = upserts();
    bind(settings, table, options, columns, formats);
    set_more(options, settings);
    return std::make_shared<KafkaSink>(std::move(settings));
  }

 protected:
  virtual bool upserts() const = 0;
  virtual MessageColumns message_columns(const TableDescription& table, const Options& options) const = 0;
  virtual KafkaPlace startup(const Options& options) const = 0;
  virtual void set_more(const Options& options, KafkaSinkSettings& settings) const = 0;

 private:
  static void set_guarantee(const Options& options, KafkaSinkSettings& settings) {
    const std::string& guarantee = options.text("sink.delivery-guarantee");
    if (guarantee == "none") settings.guarantee = DeliveryGuarantee::kNone;
    if (guarantee == "exactly-once") settings.guarantee = DeliveryGuarantee::kExactlyOnce;
    settings.transactional_id_prefix = options.find_text("sink.transactional-id-prefix").value_or("");
    if (settings.guarantee == DeliveryGuarantee::kExactlyOnce && settings.transactional_id_prefix.empty())
      throw UserError("'sink.delivery-guarantee' = 'exactly-once' needs option 'sink.transactional-id-prefix'",
                      "Add 'sink.transactional-id-prefix' = '<name of the job>': no other job may have the same.");
  }

  // Binds the formats to the columns that are read.
  void bind(KafkaSourceSettings& settings, const TableDescription& table, const Options& options,
            const MessageColumns& columns, const FormatRegistry& formats) const {
    const Format& value = format_of(options, columns.value_format, formats);
    std::vector<MetadataKey> keys = metadata_keys();
    for (MetadataKey key : value.metadata_keys()) {
      key.key = std::string(kOfValue) + key.key;
      keys.push_back(std::move(key));
    }
    settings.schema = source_schema(table, keys, name());
    const std::string topic = settings.topics.size() == 1 ? settings.topics.front() : "";
    FormatRequest of_key = key_request(table, options, columns, topic);
    FormatRequest of_value = value_request(table, options, columns, topic);
    for (const int32_t column : table.projection) settings.columns.push_back(place(column, columns, of_key, of_value));
    for (const MetadataColumn& column : table.metadata) {
      if (!column.key.starts_with(kOfValue)) {
        settings.columns.push_back({KafkaColumn::From::kMessage, 0, column.key});
        continue;
      }
      const auto index = static_cast<int32_t>(of_value.metadata.size());
      of_value.metadata.push_back(column.key.substr(kOfValue.size()));
      settings.columns.push_back({KafkaColumn::From::kValue, -1 - index, ""});
    }
    for (KafkaColumn& column : settings.columns)  // of the format: behind its columns
      if (column.index < 0) column.index = static_cast<int32_t>(of_value.projection.size()) - 1 - column.index;
    settings.value_format = value.make_decoding(of_value);
    const bool reads_key = upserts() || !of_key.projection.empty();
    if (reads_key) settings.key_format = format_of(options, columns.key_format, formats).make_decoding(of_key);
    if (upserts() && !settings.value_format->append_only())
      throw UserError(fmt::format("Table '{}': format '{}' has changes of its own, and connector 'upsert-kafka' makes "
                                  "them of keys",
                                  table.name, settings.format_name),
                      "Use connector 'kafka' for it.");
  }

  // Finds where a physical column comes from, and asks its format for it.
  static KafkaColumn place(int32_t column, const MessageColumns& columns, FormatRequest& of_key,
                           FormatRequest& of_value) {
    const auto in_key = std::ranges::find(columns.key, column);
    const bool from_key = in_key != columns.key.end();
    const auto in_value = std::ranges::find(columns.value, column);
    FormatRequest& request = from_key ? of_key : of_value;
    const auto index = from_key ? in_key - columns.key.begin() : in_value - columns.value.begin();
    request.projection.push_back(static_cast<int32_t>(index));
    return {from_key ? KafkaColumn::From::kKey : KafkaColumn::From::kValue,
            static_cast<int32_t>(request.projection.size()) - 1, ""};
  }

  static FormatRequest key_request(const TableDescription& table, const Options& options, const MessageColumns& columns,
                                   const std::string& topic) {
    if (columns.key_format.empty()) return {};
    return request_of(table, options, columns.key_format, schema_of(table, columns.key, columns.key_prefix),
                      topic.empty() ? "" : topic + "-key");
  }
  static FormatRequest value_request(const TableDescription& table, const Options& options,
                                     const MessageColumns& columns, const std::string& topic) {
    return request_of(table, options, columns.value_format, schema_of(table, columns.value, ""),
                      topic.empty() ? "" : topic + "-value");
  }

  void bind(KafkaSinkSettings& settings, const TableDescription& table, const Options& options,
            const MessageColumns& columns, const FormatRegistry& formats) const {
    FormatRequest of_value = value_request(table, options, columns, settings.topic);
    settings.value_schema = of_value.physical;
    settings.value_columns = columns.value;
    settings.value_format = format_of(options, columns.value_format, formats).make_encoding(of_value);
    if (!columns.key_format.empty()) {
      FormatRequest of_key = key_request(table, options, columns, settings.topic);
      settings.key_schema = of_key.physical;
      settings.key_columns = columns.key;
      settings.key_format = format_of(options, columns.key_format, formats).make_encoding(of_key);
      if (settings.key_format->takes_changes())
        throw UserError(fmt::format("Table '{}': a key cannot be a change: 'key.format' is '{}'", table.name,
                                    options.text(columns.key_format)),
                        "Use a format of rows, such as json.");
    }
    auto column = static_cast<int32_t>(table.physical->size());
    for (const MetadataColumn& metadata : table.metadata) {
      if (metadata.key == "timestamp")
        settings.timestamp = column++;
      else if (metadata.key == "headers")
        settings.headers = column++;
      else
        throw UserError(fmt::format("Table '{}': metadata '{}' of connector '{}' cannot be written", table.name,
                                    metadata.key, name()),
                        "Declare the column VIRTUAL; headers and timestamp can be written.");
    }
  }
};

class KafkaConnector final : public TopicConnector {
 public:
  std::string_view name() const override { return "kafka"; }
  std::string_view doc() const override { return "Topics of Kafka: a message is a row."; }
  std::vector<OptionSpec> options() const override { return kafka_options(); }
  std::vector<FormatOption> format_options() const override { return kafka_format_options(); }

 protected:
  bool upserts() const override { return false; }
  MessageColumns message_columns(const TableDescription& table, const Options& options) const override {
    return kafka_columns(table, options);
  }
  KafkaPlace startup(const Options& options) const override { return startup_place(options); }
  void set_more(const Options& options, KafkaSinkSettings& settings) const override {
    const std::string& partitioner = options.text("sink.partitioner");
    if (partitioner == "fixed") settings.partitioner = SinkPartitioner::kFixed;
    if (partitioner == "round-robin") settings.partitioner = SinkPartitioner::kRoundRobin;
    if (settings.partitioner == SinkPartitioner::kRoundRobin && settings.key_format)
      throw UserError("'sink.partitioner' = 'round-robin' does not go with 'key.fields'",
                      "Messages of one key must go to one partition: take one of them out.");
  }
};

class UpsertKafkaConnector final : public TopicConnector {
 public:
  std::string_view name() const override { return "upsert-kafka"; }
  std::string_view doc() const override {
    return "A topic of Kafka as a table by primary key: the newest message of a key is its row, one without value "
           "deletes it.";
  }
  std::vector<OptionSpec> options() const override { return upsert_kafka_options(); }
  std::vector<FormatOption> format_options() const override { return upsert_kafka_format_options(); }

 protected:
  bool upserts() const override { return true; }
  MessageColumns message_columns(const TableDescription& table, const Options& options) const override {
    return upsert_kafka_columns(table, options);
  }
  KafkaPlace startup(const Options&) const override { return {KafkaPlace::Kind::kEarliest, 0, {}}; }
  void set_more(const Options& options, KafkaSinkSettings& settings) const override {
    const int64_t rows = options.integer("sink.buffer-flush.max-rows");
    const DurationMillis interval = options.duration_ms("sink.buffer-flush.interval");
    if ((rows > 0) != (interval > 0))
      throw UserError("'sink.buffer-flush.max-rows' and 'sink.buffer-flush.interval' need each other",
                      "Set both above 0, or neither.");
    settings.flush_rows = rows;
    settings.flush_interval_ms = interval;
  }
};

}  // namespace

std::unique_ptr<const Connector> make_kafka_connector() { return std::make_unique<KafkaConnector>(); }

std::unique_ptr<const Connector> make_upsert_kafka_connector() { return std::make_unique<UpsertKafkaConnector>(); }

}  // namespace tidemill
