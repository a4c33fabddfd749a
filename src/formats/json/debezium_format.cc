#include "formats/json/debezium_format.h"

#include "base/error.h"
#include "formats/json/debezium_decoder.h"
#include "formats/json/debezium_encoder.h"
#include "formats/json/json_format.h"

namespace tidemill {
namespace {

class DebeziumDecodingFormat final : public DecodingFormat {
 public:
  explicit DebeziumDecodingFormat(DebeziumSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Decoder> make_decoder(std::string split, const DecoderPosition& position,
                                        RecordErrorTarget& errors) const override {
    return std::make_unique<DebeziumDecoder>(settings_, std::move(split), position, errors);
  }
  RecordEnds record_ends(const DecoderPosition& position) const override {
    return position.state.empty() ? RecordEnds::kLineBreaks : RecordEnds::kUnknown;  // within a message
  }
  bool append_only() const override { return false; }

 private:
  DebeziumSettings settings_;
};

class DebeziumEncodingFormat final : public EncodingFormat {
 public:
  explicit DebeziumEncodingFormat(JsonEncoderSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Encoder> make_encoder() const override { return std::make_unique<DebeziumEncoder>(settings_); }
  bool takes_changes() const override { return true; }

 private:
  JsonEncoderSettings settings_;
};

class DebeziumJsonFormat final : public Format {
 public:
  std::string_view name() const override { return "debezium-json"; }
  std::string_view doc() const override { return "Changes of a table as Debezium's messages, one JSON object a line."; }

  std::vector<OptionSpec> options() const override {
    std::vector<OptionSpec> specs = json_value_options();
    specs.insert(specs.begin(),
                 {"schema-include", OptionType::kBool,
                  "Whether messages hold their schema: {\"schema\": …, \"payload\": {…}}. Reading only.", "false"});
    return specs;
  }
  std::vector<MetadataKey> metadata_keys() const override { return debezium_metadata_keys(); }

  std::shared_ptr<const DecodingFormat> make_decoding(const FormatRequest& request) const override {
    DebeziumSettings settings;
    settings.rows = json_settings(request, name());
    settings.rows.format_name = "Debezium JSON";
    settings.metadata = request.metadata;
    settings.types = settings.rows.types;
    for (const std::string& key : request.metadata) settings.types.push_back(type_of(key));
    settings.schema_include = request.options.boolean("schema-include");
    return std::make_shared<DebeziumDecodingFormat>(std::move(settings));
  }

  std::shared_ptr<const EncodingFormat> make_encoding(const FormatRequest& request) const override {
    if (request.options.boolean("schema-include"))
      throw UserError(fmt::format("Table '{}': messages are not written with their schema", request.table),
                      fmt::format("Take out '{}'.", request.options.full_name("schema-include")));
    return std::make_shared<DebeziumEncodingFormat>(json_encoder_settings(request, name()));
  }

  InferredColumns infer(const FormatSample& sample) const override {
    throw UserError(fmt::format("Columns of Debezium messages are not inferred: {}", sample.path),
                    "Declare them with CREATE TABLE.");
  }

 private:
  static Type type_of(const std::string& key) {
    for (const MetadataKey& known : debezium_metadata_keys())
      if (known.key == key) return known.type;
    CHECK(false);
  }
};

}  // namespace

std::unique_ptr<const Format> make_debezium_json_format() { return std::make_unique<DebeziumJsonFormat>(); }

}  // namespace tidemill
