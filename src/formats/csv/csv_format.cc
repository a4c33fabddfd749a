#include "formats/csv/csv_format.h"

#include "base/error.h"
#include "connectors/spi/decoding/line_records.h"
#include "connectors/spi/encoding/line_encoder.h"
#include "formats/csv/csv_decoder.h"
#include "formats/csv/csv_encoder.h"
#include "formats/csv/csv_inference.h"

namespace tidemill {
namespace {

class CsvDecodingFormat final : public DecodingFormat {
 public:
  explicit CsvDecodingFormat(CsvSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Decoder> make_decoder(std::string split, const DecoderPosition& position,
                                        RecordErrorTarget& errors) const override {
    return std::make_unique<CsvDecoder>(settings_, std::move(split), position, errors);
  }
  std::unique_ptr<RecordDecoder> make_record_decoder(Environment&, RecordErrorTarget& errors) const override {
    return std::make_unique<LineRecordDecoder>(*this, LineRecordSettings{"CSV", InnerLineBreaks::kOfText}, errors);
  }
  RecordEnds record_ends(const DecoderPosition& position) const override {
    const CsvDialect& dialect = settings_.dialect;
    if (dialect.header && position.state.empty()) return RecordEnds::kUnknown;  // the header is not read yet
    return dialect.quote || dialect.escape ? RecordEnds::kScanned : RecordEnds::kLineBreaks;
  }
  size_t whole_records(std::string_view text) const override { return whole_csv_records(text, settings_.dialect); }

 private:
  CsvSettings settings_;
};

class CsvEncodingFormat final : public EncodingFormat {
 public:
  explicit CsvEncodingFormat(CsvEncoderSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Encoder> make_encoder() const override {
    auto records = std::make_unique<CsvEncoder>(settings_);
    std::string header = records->header();
    return std::make_unique<LineEncoder>(std::move(records), std::move(header));
  }
  std::unique_ptr<RecordEncoder> make_record_encoder(Environment&) const override {
    return std::make_unique<CsvEncoder>(settings_);
  }

 private:
  CsvEncoderSettings settings_;
};

CsvDialect dialect_of(const Options& options) {
  CsvDialect dialect;
  dialect.delimiter = options.character("field-delimiter");
  dialect.quote = options.character("quote-character");
  if (options.boolean("disable-quote-character")) {
    if (options.is_written("quote-character"))
      throw UserError(fmt::format("'{}' has no effect with '{}' = 'true'", options.full_name("quote-character"),
                                  options.full_name("disable-quote-character")),
                      "Take one of them out.");
    dialect.quote.reset();
  }
  if (options.has("escape-character")) dialect.escape = options.character("escape-character");
  dialect.comments = options.boolean("allow-comments");
  dialect.header = options.boolean("header");
  dialect.null_literal = options.find_text("null-literal");
  const bool clash = dialect.delimiter == '\n' || dialect.delimiter == '\r' || dialect.quote == dialect.delimiter ||
                     dialect.escape == dialect.delimiter;
  if (clash)
    throw UserError(fmt::format("'{}' must differ from the line break, the quote and the escape character",
                                options.full_name("field-delimiter")),
                    "Choose another character.");
  return dialect;
}

CsvDialect dialect_of(const FormatRequest& request) {
  CsvDialect dialect = dialect_of(request.options);
  if (dialect.header && request.messages)
    throw UserError(fmt::format("'{}' is for files: a message has no header", request.options.full_name("header")),
                    "Take it out; the fields of a message are the table's columns in order.");
  return dialect;
}

TimestampForm timestamp_form(const Options& options) {
  return options.text("timestamp-format.standard") == "SQL" ? TimestampForm::kSql : TimestampForm::kIso8601;
}

std::string array_separator(const Options& options) {
  std::string separator = options.text("array-element-delimiter");
  if (!separator.empty()) return separator;
  throw UserError(fmt::format("'{}' must not be empty", options.full_name("array-element-delimiter")),
                  "Name a character, such as ';'.");
}

bool is_flat(const Type& type) { return !type.is_interval() && !type.is_structured(); }

void require_held(const FormatRequest& request, int32_t index) {
  const Field& field = request.physical->field(index);
  if (is_flat(field.type)) return;
  if (field.type.is_nested()) {
    bool held = !field.type.is_map_like();
    for (size_t i = 0; i < field.type.num_parts(); ++i) held = held && is_flat(field.type.part(i));
    if (held) return;
    throw UserError(fmt::format("Column '{}' of table '{}': format 'csv' cannot hold {}", field.name, request.table,
                                field.type.to_string()),
                    "It holds an ARRAY or a ROW of plain values; use format 'json' for others.");
  }
  throw UserError(fmt::format("Column '{}' of table '{}': format 'csv' cannot hold {}", field.name, request.table,
                              field.type.to_string()),
                  field.type.is_interval() ? "Declare it BIGINT (milliseconds) or STRING."
                  : field.type.kind == TypeKind::kBitmap
                      ? "Declare it BYTES, and use BITMAP_TO_BYTES and BITMAP_FROM_BYTES."
                      : "Declare it STRING, and use PARSE_JSON and JSON_STRING.");
}

class CsvFormat final : public Format {
 public:
  std::string_view name() const override { return "csv"; }
  std::string_view doc() const override { return "Comma-separated values, RFC 4180."; }

  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    return {
        {"field-delimiter", kChar, "The character between fields.", ","},
        {"disable-quote-character", kBool, "Whether quotes are ordinary text.", "false"},
        {"quote-character", kChar, "The character around fields that hold delimiters or line breaks.", "\""},
        {"allow-comments", kBool, "Whether lines that start with # are left out.", "false"},
        {"ignore-parse-errors", kBool, "Read values that have another form as NULL, and leave out broken records.",
         "false"},
        {"array-element-delimiter", kString, "Separates elements of an ARRAY.", ";"},
        {"escape-character", kChar, "The character that makes the next one ordinary."},
        {"null-literal", kString, "The text that means NULL ('' for empty fields)."},
        {"write-bigdecimal-in-scientific-notation", kBool, "Write 1E-8 and 1E+3 instead of 0.00000001 and 1000.",
         "true"},
        {"header", kBool,
         "Whether the first record of each file names its columns, in any order; written by sinks, too.", "false"},
        {"timestamp-format.standard",
         kEnum,
         "SQL: '2020-01-31 10:00:00.123'; ISO-8601: '2020-01-31T10:00:00.123'; both with Z for TIMESTAMP_LTZ.",
         "SQL",
         false,
         {"SQL", "ISO-8601"}},
    };
  }

  std::shared_ptr<const DecodingFormat> make_decoding(const FormatRequest& request) const override {
    const Options& options = request.options;
    CsvSettings settings;
    settings.dialect = dialect_of(request);
    settings.projection = request.projection;
    for (const Field& field : request.physical->fields()) settings.table_columns.push_back(field.name);
    for (const int32_t index : request.projection) {
      require_held(request, index);
      settings.types.push_back(request.physical->field(index).type);
    }
    settings.form.timestamp = timestamp_form(options);
    settings.form.csv = true;
    settings.form.array_separator = array_separator(options);
    settings.form.null_text = settings.dialect.null_literal;
    settings.form.nulls_for_errors = options.boolean("ignore-parse-errors");
    settings.form.option_prefix = options.full_name("");
    settings.ignore_parse_errors = options.boolean("ignore-parse-errors");
    require_one_policy(request);
    return std::make_shared<CsvDecodingFormat>(std::move(settings));
  }

  std::shared_ptr<const EncodingFormat> make_encoding(const FormatRequest& request) const override {
    const Options& options = request.options;
    CsvEncoderSettings settings;
    settings.dialect = dialect_of(request);
    for (int32_t i = 0; i < request.physical->size(); ++i) {
      require_held(request, i);
      settings.names.push_back(request.physical->field(i).name);
    }
    settings.style.timestamp = timestamp_form(options);
    settings.style.array_separator = array_separator(options);
    settings.style.null_text = settings.dialect.null_literal.value_or("");
    settings.style.scientific_decimals = options.boolean("write-bigdecimal-in-scientific-notation");
    return std::make_shared<CsvEncodingFormat>(std::move(settings));
  }

  InferredColumns infer(const FormatSample& sample) const override { return infer_csv(sample); }
};

}  // namespace

std::unique_ptr<const Format> make_csv_format() { return std::make_unique<CsvFormat>(); }

}  // namespace tidemill
