#include "formats/json/json_format.h"

#include "base/error.h"
#include "connectors/spi/decoding/line_records.h"
#include "connectors/spi/encoding/line_encoder.h"
#include "formats/json/json_decoder.h"
#include "formats/json/json_encoder.h"
#include "formats/json/json_inference.h"
#include "formats/json/json_nested.h"

namespace tidemill {
namespace {

class JsonDecodingFormat final : public DecodingFormat {
 public:
  explicit JsonDecodingFormat(JsonSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Decoder> make_decoder(std::string split, const DecoderPosition& position,
                                        RecordErrorTarget& errors) const override {
    return std::make_unique<JsonDecoder>(settings_, std::move(split), position, errors);
  }
  std::unique_ptr<RecordDecoder> make_record_decoder(Environment&, RecordErrorTarget& errors) const override {
    return std::make_unique<LineRecordDecoder>(*this, LineRecordSettings{"JSON", InnerLineBreaks::kOfJson}, errors);
  }
  RecordEnds record_ends(const DecoderPosition& position) const override {
    return position.state.empty() ? RecordEnds::kLineBreaks : RecordEnds::kUnknown;  // within an array
  }

 private:
  JsonSettings settings_;
};

class JsonEncodingFormat final : public EncodingFormat {
 public:
  explicit JsonEncodingFormat(JsonEncoderSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Encoder> make_encoder() const override {
    return std::make_unique<LineEncoder>(std::make_unique<JsonEncoder>(settings_));
  }
  std::unique_ptr<RecordEncoder> make_record_encoder(Environment&) const override {
    return std::make_unique<JsonEncoder>(settings_);
  }

 private:
  JsonEncoderSettings settings_;
};

TimestampForm timestamp_form(const Options& options) {
  return options.text("timestamp-format.standard") == "SQL" ? TimestampForm::kSql : TimestampForm::kIso8601;
}

void require_held(const FormatRequest& request, int32_t index, std::string_view format) {
  const Field& field = request.physical->field(index);
  if (json_holds(field.type)) return;
  if (field.type.is_nested()) {
    throw UserError(
        fmt::format("Column '{}' of table '{}': format '{}' cannot hold {}", field.name, request.table, format,
                    field.type.to_string()),
        "Keys of a MAP and elements of a MULTISET must be text, and nothing inside an interval or a BITMAP.");
  }
  throw UserError(fmt::format("Column '{}' of table '{}': format '{}' cannot hold {}", field.name, request.table,
                              format, field.type.to_string()),
                  field.type.is_interval() ? "Declare it BIGINT (milliseconds) or STRING."
                                           : "Declare it BYTES, and use BITMAP_TO_BYTES and BITMAP_FROM_BYTES.");
}

class JsonFormat final : public Format {
 public:
  std::string_view name() const override { return "json"; }
  std::string_view doc() const override { return "One JSON object a line."; }

  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    std::vector<OptionSpec> specs = json_value_options();
    specs.insert(specs.begin(), {"fail-on-missing-field", kBool,
                                 "Whether a record without a field of the table is an error (or NULL).", "false"});
    specs.push_back({"decode.json-parser.enabled", kBool, "Accepted for Flink's sake; there is one parser.", "true"});
    return specs;
  }

  std::shared_ptr<const DecodingFormat> make_decoding(const FormatRequest& request) const override {
    JsonSettings settings = json_settings(request, name());
    settings.fail_on_missing_field = request.options.boolean("fail-on-missing-field");
    settings.form.missing_is_error = settings.fail_on_missing_field;
    if (settings.fail_on_missing_field && settings.ignore_parse_errors)
      throw UserError("'json.fail-on-missing-field' and 'json.ignore-parse-errors' cannot both be true",
                      "Take one of them out.");
    return std::make_shared<JsonDecodingFormat>(std::move(settings));
  }

  std::shared_ptr<const EncodingFormat> make_encoding(const FormatRequest& request) const override {
    return std::make_shared<JsonEncodingFormat>(json_encoder_settings(request, name()));
  }

  InferredColumns infer(const FormatSample& sample) const override { return infer_json(sample); }
};

}  // namespace

std::vector<OptionSpec> json_value_options() {
  using enum OptionType;
  return {
      {"ignore-parse-errors", kBool, "Read values that have another form as NULL, and leave out broken records.",
       "false"},
      {"timestamp-format.standard",
       kEnum,
       "SQL: '2020-01-31 10:00:00.123'; ISO-8601: '2020-01-31T10:00:00.123'; both with Z for TIMESTAMP_LTZ.",
       "SQL",
       false,
       {"SQL", "ISO-8601"}},
      {"map-null-key.mode",
       kEnum,
       "What becomes of NULL keys of a MAP when writing.",
       "FAIL",
       false,
       {"FAIL", "DROP", "LITERAL"}},
      {"map-null-key.literal", kString, "Replaces NULL keys of a MAP under LITERAL.", "null"},
      {"encode.decimal-as-plain-number", kBool, "Write 1.500 and 0.00000001 instead of 1.5 and 1E-8.", "false"},
      {"encode.ignore-null-fields", kBool, "Leave NULL fields out when writing.", "false"},
  };
}

JsonSettings json_settings(const FormatRequest& request, std::string_view format) {
  const Options& options = request.options;
  JsonSettings settings;
  for (const int32_t index : request.projection) {
    require_held(request, index, format);
    settings.names.push_back(request.physical->field(index).name);
    settings.types.push_back(request.physical->field(index).type);
  }
  settings.form.timestamp = timestamp_form(options);
  settings.form.option_prefix = options.full_name("");
  settings.ignore_parse_errors = options.boolean("ignore-parse-errors");
  settings.messages = request.messages;
  settings.form.nulls_for_errors = settings.ignore_parse_errors;
  require_one_policy(request);
  return settings;
}

JsonEncoderSettings json_encoder_settings(const FormatRequest& request, std::string_view format) {
  const Options& options = request.options;
  JsonEncoderSettings settings;
  for (int32_t i = 0; i < request.physical->size(); ++i) {
    require_held(request, i, format);
    settings.names.push_back(request.physical->field(i).name);
  }
  settings.style.text.timestamp = timestamp_form(options);
  settings.style.text.scientific_decimals = !options.boolean("encode.decimal-as-plain-number");
  settings.style.ignore_null_fields = options.boolean("encode.ignore-null-fields");
  const std::string mode = options.text("map-null-key.mode");
  if (mode == "DROP") settings.style.null_key = JsonStyle::NullKey::kDrop;
  if (mode == "LITERAL") settings.style.null_key = JsonStyle::NullKey::kLiteral;
  settings.style.null_key_literal = options.text("map-null-key.literal");
  return settings;
}

std::unique_ptr<const Format> make_json_format() { return std::make_unique<JsonFormat>(); }

}  // namespace tidemill
