#include "formats/avro/avro_format.h"

#include "base/error.h"
#include "formats/avro/avro_file_decoder.h"
#include "formats/avro/avro_file_encoder.h"
#include "formats/avro/avro_messages.h"
#include "formats/avro/avro_table_schema.h"

namespace tidemill {
namespace {

class AvroDecodingFormat final : public DecodingFormat {
 public:
  explicit AvroDecodingFormat(AvroSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Decoder> make_decoder(std::string split, const DecoderPosition& position,
                                        RecordErrorTarget& errors) const override {
    return std::make_unique<AvroFileDecoder>(settings_, std::move(split), position, errors);
  }
  std::unique_ptr<RecordDecoder> make_record_decoder(Environment&, RecordErrorTarget& errors) const override {
    return std::make_unique<AvroRecordDecoder>(settings_, std::make_unique<SameSchema>(settings_.reader), errors);
  }
  RecordEnds record_ends(const DecoderPosition& position) const override { return avro_record_ends(position); }
  size_t whole_records(std::string_view text) const override { return whole_avro_blocks(text); }

 private:
  AvroSettings settings_;
};

class AvroEncodingFormat final : public EncodingFormat {
 public:
  AvroEncodingFormat(AvroSchemaPtr schema, const FormatRequest& request, AvroCodec codec, bool json)
      : schema_(std::move(schema)), columns_(request.physical), table_(request.table), codec_(codec), json_(json) {
    AvroRowWriter(schema_, schema_->root(), *columns_, table_);  // throws where it cannot be
  }
  std::unique_ptr<Encoder> make_encoder() const override {
    return std::make_unique<AvroFileEncoder>(schema_, *columns_, table_, codec_);
  }
  std::unique_ptr<RecordEncoder> make_record_encoder(Environment&) const override {
    return std::make_unique<AvroRecordEncoder>(schema_, *columns_, table_, json_);
  }

 private:
  AvroSchemaPtr schema_;
  SchemaPtr columns_;
  std::string table_;
  AvroCodec codec_;
  bool json_;
};

class AvroFormat final : public Format {
 public:
  std::string_view name() const override { return "avro"; }
  std::string_view doc() const override {
    return "Records of Apache Avro: object container files, or a message a record.";
  }

  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    return {
        {"encoding", kEnum, "Of messages: Avro's binary or its JSON encoding.", "binary", false, {"binary", "json"}},
        {"codec", kEnum, "How blocks of files are compressed.", "snappy", false, avro_codec_names()},
        {"timestamp_mapping.legacy", kBool,
         "TIMESTAMP(3) is timestamp-millis, as in Flink before 1.19; false: TIMESTAMP is local-timestamp-…, and "
         "TIMESTAMP_LTZ timestamp-….",
         "true"},
    };
  }

  std::shared_ptr<const DecodingFormat> make_decoding(const FormatRequest& request) const override {
    AvroSettings settings = avro_settings(request, schema_of(request));
    settings.json = is_json(request);
    settings.compile(settings.reader->root(), "its own schema");  // throws where it cannot be
    return std::make_shared<AvroDecodingFormat>(std::move(settings));
  }

  std::shared_ptr<const EncodingFormat> make_encoding(const FormatRequest& request) const override {
    if (request.messages && request.options.is_written("codec"))
      throw UserError(fmt::format("'{}' is for files: a message is not compressed", request.options.full_name("codec")),
                      "Take it out; a topic has a compression of its own.");
    const AvroCodec codec = avro_codec(request.options.text("codec"));
    return std::make_shared<AvroEncodingFormat>(schema_of(request), request, codec, is_json(request));
  }

  InferredColumns infer(const FormatSample& sample) const override {
    throw UserError(fmt::format("Columns of format 'avro' are not inferred: {}", sample.path),
                    "Declare them with CREATE TABLE.");
  }

 private:
  static AvroSchemaPtr schema_of(const FormatRequest& request) {
    const AvroMapping mapping{request.options.boolean("timestamp_mapping.legacy"),
                              request.options.full_name("timestamp_mapping.legacy")};
    const std::string json = avro_schema_of(request.physical->fields(), request.table, mapping);
    return AvroSchema::parse(json, fmt::format("of table '{}'", request.table));
  }

  static bool is_json(const FormatRequest& request) {
    const bool json = request.options.text("encoding") == "json";
    if (json && !request.messages)
      throw UserError(
          fmt::format("'{}' = 'json' is for messages: files are binary", request.options.full_name("encoding")),
          "Take it out, or use format 'json'.");
    return json;
  }
};

}  // namespace

std::unique_ptr<const Format> make_avro_format() { return std::make_unique<AvroFormat>(); }

}  // namespace tidemill
