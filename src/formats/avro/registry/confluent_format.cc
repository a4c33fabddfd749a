#include "formats/avro/registry/confluent_format.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "formats/avro/avro_table_schema.h"
#include "formats/avro/registry/envelope_decoder.h"
#include "formats/avro/registry/envelope_encoder.h"
#include "formats/avro/registry/registry_options.h"

namespace tidemill {
namespace {

[[noreturn]] void refuse_files(std::string_view table, std::string_view format) {
  throw UserError(fmt::format("Table '{}': format '{}' is for messages, not for files", table, format),
                  "Use format 'avro' for files: they hold their schema.");
}

class ConfluentDecoding : public DecodingFormat {
 public:
  ConfluentDecoding(RegistrySettings registry, std::string table, std::string_view format)
      : registry_(std::move(registry)), table_(std::move(table)), format_(format) {}
  std::unique_ptr<Decoder> make_decoder(std::string, const DecoderPosition&, RecordErrorTarget&) const final {
    refuse_files(table_, format_);
  }

 protected:
  std::unique_ptr<WriterSchemas> schemas(Environment& environment) const {
    return std::make_unique<RegistrySchemas>(environment, registry_);
  }

 private:
  const RegistrySettings registry_;
  const std::string table_;
  const std::string_view format_;
};

class RecordDecoding final : public ConfluentDecoding {
 public:
  RecordDecoding(AvroSettings settings, RegistrySettings registry, std::string_view format)
      : ConfluentDecoding(std::move(registry), settings.table, format), settings_(std::move(settings)) {}
  std::unique_ptr<RecordDecoder> make_record_decoder(Environment& environment,
                                                     RecordErrorTarget& errors) const override {
    return std::make_unique<AvroRecordDecoder>(settings_, schemas(environment), errors);
  }

 private:
  const AvroSettings settings_;
};

class EnvelopeDecoding final : public ConfluentDecoding {
 public:
  EnvelopeDecoding(EnvelopeSettings settings, RegistrySettings registry, std::string_view format)
      : ConfluentDecoding(std::move(registry), settings.rows.table, format), settings_(std::move(settings)) {}
  std::unique_ptr<RecordDecoder> make_record_decoder(Environment& environment,
                                                     RecordErrorTarget& errors) const override {
    return std::make_unique<EnvelopeDecoder>(settings_, schemas(environment), errors);
  }
  bool append_only() const override { return false; }

 private:
  const EnvelopeSettings settings_;
};

class ConfluentEncoding final : public EncodingFormat {
 public:
  ConfluentEncoding(AvroSchemaPtr schema, const FormatRequest& request, RegisteredSchema::Settings registered,
                    bool envelope, std::string_view format)
      : schema_(std::move(schema)),
        columns_(request.physical),
        table_(request.table),
        registered_(std::move(registered)),
        envelope_(envelope),
        format_(format) {
    records();  // throws where it cannot be
  }
  std::unique_ptr<Encoder> make_encoder() const override { refuse_files(table_, format_); }
  std::unique_ptr<RecordEncoder> make_record_encoder(Environment& environment) const override {
    return std::make_unique<ConfluentEncoder>(records(), RegisteredSchema(environment, registered_, schema_->json()));
  }
  bool takes_changes() const override { return envelope_; }

 private:
  std::unique_ptr<RecordEncoder> records() const {
    if (envelope_) return std::make_unique<EnvelopeEncoder>(schema_, *columns_, table_);
    return std::make_unique<AvroRecordEncoder>(schema_, *columns_, table_, false);
  }

  const AvroSchemaPtr schema_;
  const SchemaPtr columns_;
  const std::string table_;
  const RegisteredSchema::Settings registered_;
  const bool envelope_;
  const std::string_view format_;
};

// What both have in common.
class ConfluentFormat : public Format {
 public:
  ConfluentFormat(std::string_view name, std::string_view doc, bool envelope)
      : name_(name), doc_(doc), envelope_(envelope) {}
  std::string_view name() const override { return name_; }
  std::string_view doc() const override { return doc_; }

  std::vector<OptionSpec> options() const override {
    std::vector<OptionSpec> options = registry_options();
    options.push_back({"timestamp_mapping.legacy", OptionType::kBool,
                       "TIMESTAMP(3) is timestamp-millis; false: TIMESTAMP is local-timestamp-…, and TIMESTAMP_LTZ "
                       "timestamp-….",
                       "true"});
    return options;
  }

  std::vector<MetadataKey> metadata_keys() const override {
    if (!envelope_) return {};
    const Type text = Type::string();
    const Type time = Type::timestamp_ltz(3);
    return {
        {"ingestion-timestamp", time, true, false, "When Debezium processed the change."},
        {"source.timestamp", time, true, false, "When the change was made in the database."},
        {"source.database", text, true, false, "Its database."},
        {"source.schema", text, true, false, "Its schema."},
        {"source.table", text, true, false, "Its table."},
    };
  }

  std::shared_ptr<const DecodingFormat> make_decoding(const FormatRequest& request) const override {
    if (!request.messages) refuse_files(request.table, name_);
    RegistrySettings registry = registry_settings(request.options);
    const std::string given = registry_schema(request.options);
    const AvroSchemaPtr schema = given.empty() || envelope_ ? row_schema(request) : given_schema(given, request);
    AvroSettings settings = avro_settings(request, schema);
    settings.compile(schema->root(), given.empty() ? "its own schema" : "the schema that 'schema' gives");
    if (!envelope_) return std::make_shared<RecordDecoding>(std::move(settings), std::move(registry), name_);
    return std::make_shared<EnvelopeDecoding>(envelope_settings(request, std::move(settings)), std::move(registry),
                                              name_);
  }

  std::shared_ptr<const EncodingFormat> make_encoding(const FormatRequest& request) const override {
    if (!request.messages) refuse_files(request.table, name_);
    RegisteredSchema::Settings registered{registry_settings(request.options), registry_subject(request),
                                          request.options.boolean("auto.register.schemas")};
    const std::string given = registry_schema(request.options);
    const AvroSchemaPtr schema = !given.empty() ? given_schema(given, request)
                                 : envelope_    ? AvroSchema::parse(envelope_of(request, {}), owner(request))
                                                : row_schema(request);
    return std::make_shared<ConfluentEncoding>(schema, request, std::move(registered), envelope_, name_);
  }

  InferredColumns infer(const FormatSample& sample) const override {
    throw UserError(fmt::format("Columns of format '{}' are not inferred: {}", name_, sample.path),
                    "Declare them with CREATE TABLE.");
  }

 private:
  static std::string owner(const FormatRequest& request) { return fmt::format("of table '{}'", request.table); }
  static AvroMapping mapping(const FormatRequest& request) {
    return {request.options.boolean("timestamp_mapping.legacy"), request.options.full_name("timestamp_mapping.legacy")};
  }
  static AvroSchemaPtr given_schema(const std::string& json, const FormatRequest& request) {
    return AvroSchema::parse(json, fmt::format("that '{}' gives", request.options.full_name("schema")));
  }
  static AvroSchemaPtr row_schema(const FormatRequest& request) {
    return AvroSchema::parse(avro_schema_of(request.physical->fields(), request.table, mapping(request)),
                             owner(request));
  }
  static std::string envelope_of(const FormatRequest& request, const std::vector<Field>& more) {
    return avro_envelope_of(request.physical->fields(), request.table, mapping(request), more);
  }

  // Metadata are fields of the message and of its source, each with a column behind the rows' own.
  static EnvelopeSettings envelope_settings(const FormatRequest& request, AvroSettings rows) {
    EnvelopeSettings settings;
    settings.types = rows.types;
    settings.rows = std::move(rows);
    const Type time = Type::timestamp_ltz(3);
    const Type text = Type::string();
    for (const std::string& key : request.metadata) {
      const auto slot = static_cast<int32_t>(settings.types.size());
      if (key == "ingestion-timestamp") settings.of_message.push_back({"ts_ms", time, slot});
      if (key == "source.timestamp") settings.of_source.push_back({"ts_ms", time, slot});
      if (key == "source.database") settings.of_source.push_back({"db", text, slot});
      if (key == "source.schema") settings.of_source.push_back({"schema", text, slot});
      if (key == "source.table") settings.of_source.push_back({"table", text, slot});
      settings.types.push_back(key.ends_with("timestamp") ? time : text);
    }
    const Type source = Type::row({{"ts_ms", Type::big_int()}, {"db", text}, {"schema", text}, {"table", text}});
    settings.envelope =
        AvroSchema::parse(envelope_of(request, {{"ts_ms", Type::big_int()}, {"source", source}}), owner(request));
    return settings;
  }

  const std::string_view name_;
  const std::string_view doc_;
  const bool envelope_;
};

}  // namespace

std::vector<std::unique_ptr<const Format>> make_confluent_formats() {
  std::vector<std::unique_ptr<const Format>> formats;
  formats.push_back(std::make_unique<ConfluentFormat>(
      "avro-confluent", "Records of Apache Avro as messages, whose schemas are in a schema registry.", false));
  formats.push_back(std::make_unique<ConfluentFormat>(
      "debezium-avro-confluent",
      "Changes of a table as Debezium's messages in Avro, whose schemas are in a schema registry.", true));
  return formats;
}

}  // namespace tidemill
