#include "formats/json/changelog_format.h"

#include <algorithm>

#include "base/error.h"
#include "connectors/spi/decoding/line_records.h"
#include "connectors/spi/encoding/line_encoder.h"
#include "formats/json/changelog_decoder.h"
#include "formats/json/changelog_encoder.h"
#include "formats/json/json_format.h"

namespace tidemill {
namespace {

class ChangelogDecodingFormat final : public DecodingFormat {
 public:
  explicit ChangelogDecodingFormat(ChangelogSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Decoder> make_decoder(std::string split, const DecoderPosition& position,
                                        RecordErrorTarget& errors) const override {
    return std::make_unique<ChangelogDecoder>(settings_, std::move(split), position, errors);
  }
  std::unique_ptr<RecordDecoder> make_record_decoder(Environment&, RecordErrorTarget& errors) const override {
    const LineRecordSettings lines{settings_.rows.format_name, InnerLineBreaks::kOfJson, true};
    return std::make_unique<LineRecordDecoder>(*this, lines, errors);
  }
  RecordEnds record_ends(const DecoderPosition& position) const override {
    return position.state.empty() ? RecordEnds::kLineBreaks : RecordEnds::kUnknown;  // within a message
  }
  bool append_only() const override { return false; }

 private:
  ChangelogSettings settings_;
};

class ChangelogEncodingFormat final : public EncodingFormat {
 public:
  ChangelogEncodingFormat(JsonEncoderSettings settings, MessageEnvelope envelope)
      : settings_(std::move(settings)), envelope_(envelope) {}
  std::unique_ptr<Encoder> make_encoder() const override {
    return std::make_unique<LineEncoder>(std::make_unique<ChangelogEncoder>(settings_, envelope_));
  }
  std::unique_ptr<RecordEncoder> make_record_encoder(Environment&) const override {
    return std::make_unique<ChangelogEncoder>(settings_, envelope_);
  }
  bool takes_changes() const override { return true; }

 private:
  JsonEncoderSettings settings_;
  MessageEnvelope envelope_;
};

class ChangelogJsonFormat final : public Format {
 public:
  explicit ChangelogJsonFormat(ChangelogDescription description) : description_(std::move(description)) {}
  std::string_view name() const override { return description_.name; }
  std::string_view doc() const override { return description_.doc; }

  std::vector<OptionSpec> options() const override {
    std::vector<OptionSpec> specs = description_.options;
    for (OptionSpec& spec : json_value_options()) specs.push_back(std::move(spec));
    return specs;
  }

  std::vector<MetadataKey> metadata_keys() const override {
    std::vector<MetadataKey> keys;
    for (const MessageMetadata& one : description_.metadata) keys.push_back(one.key);
    return keys;
  }

  std::shared_ptr<const DecodingFormat> make_decoding(const FormatRequest& request) const override {
    ChangelogSettings settings;
    settings.rows = json_settings(request, name());
    settings.rows.format_name = description_.error_name;
    settings.dialect = description_.make_dialect(request.options);
    settings.types = settings.rows.types;
    for (const std::string& key : request.metadata) {
      settings.metadata.push_back(metadata_of(key, *settings.dialect));
      settings.types.push_back(settings.metadata.back().key.type);
    }
    return std::make_shared<ChangelogDecodingFormat>(std::move(settings));
  }

  std::shared_ptr<const EncodingFormat> make_encoding(const FormatRequest& request) const override {
    if (description_.check_writing) description_.check_writing(request);
    JsonEncoderSettings settings = json_encoder_settings(request, name());
    const MessageEnvelope envelope = description_.envelope(settings.style.ignore_null_fields);
    return std::make_shared<ChangelogEncodingFormat>(std::move(settings), envelope);
  }

  InferredColumns infer(const FormatSample& sample) const override {
    throw UserError(fmt::format("Columns of format '{}' are not inferred: {}", name(), sample.path),
                    "Declare them with CREATE TABLE.");
  }

 private:
  // Requires: the key is one of metadata_keys().
  MessageMetadata metadata_of(const std::string& key, const ChangelogDialect& dialect) const {
    const auto known =
        std::ranges::find(description_.metadata, key, [](const MessageMetadata& one) { return one.key.key; });
    CHECK(known != description_.metadata.end());
    MessageMetadata metadata = *known;
    const std::string_view payload = dialect.payload_member();
    if (!payload.empty() && !metadata.beside_payload) metadata.path.insert(metadata.path.begin(), payload);
    return metadata;
  }

  ChangelogDescription description_;
};

}  // namespace

std::vector<std::unique_ptr<const Format>> make_changelog_json_formats() {
  std::vector<std::unique_ptr<const Format>> formats;
  for (auto* const describe : {describe_debezium_json, describe_canal_json, describe_maxwell_json})
    formats.push_back(std::make_unique<ChangelogJsonFormat>(describe()));
  return formats;
}

}  // namespace tidemill
