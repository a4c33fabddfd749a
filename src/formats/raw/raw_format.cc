#include "formats/raw/raw_format.h"

#include "base/error.h"
#include "connectors/spi/encoding/line_encoder.h"
#include "formats/raw/raw_decoder.h"

namespace tidemill {
namespace {

class RawEncoder final : public RecordEncoder {
 public:
  explicit RawEncoder(RawSettings settings) : settings_(std::move(settings)) {}
  void begin(const Batch& batch) override { column_ = batch.column(0); }
  bool is_tombstone(int32_t row) const override { return settings_.messages && column_->is_null(row); }
  void append(int32_t row, std::string& out) override {
    if (!column_->is_null(row)) return append_raw_value(*column_, row, settings_, out);
    if (settings_.messages) return;
    throw UserError(fmt::format("Column '{}' is NULL, which format 'raw' cannot write into a file", settings_.column),
                    "Leave such rows out, or give them a value with COALESCE.");
  }

 private:
  const RawSettings settings_;
  ColumnPtr column_;
};

class RawDecodingFormat final : public DecodingFormat {
 public:
  explicit RawDecodingFormat(RawSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Decoder> make_decoder(std::string split, const DecoderPosition& position,
                                        RecordErrorTarget& errors) const override {
    return std::make_unique<RawDecoder>(settings_, std::move(split), position, errors);
  }
  std::unique_ptr<RecordDecoder> make_record_decoder(Environment&, RecordErrorTarget& errors) const override {
    return std::make_unique<RawRecordDecoder>(settings_, errors);
  }
  RecordEnds record_ends(const DecoderPosition&) const override { return RecordEnds::kLineBreaks; }

 private:
  RawSettings settings_;
};

class RawEncodingFormat final : public EncodingFormat {
 public:
  explicit RawEncodingFormat(RawSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Encoder> make_encoder() const override {
    return std::make_unique<LineEncoder>(std::make_unique<RawEncoder>(settings_));
  }
  std::unique_ptr<RecordEncoder> make_record_encoder(Environment&) const override {
    return std::make_unique<RawEncoder>(settings_);
  }

 private:
  RawSettings settings_;
};

Charset charset_of(const FormatRequest& request) {
  const std::string& name = request.options.text("charset");
  const std::string option = request.options.full_name("charset");
  const std::optional<Charset> charset = find_charset(name);
  if (!charset)
    throw UserError(fmt::format("Option '{}': '{}' is not supported", option, name),
                    "The encodings that there are: UTF-8, ISO-8859-1, US-ASCII, UTF-16, UTF-16BE, UTF-16LE.");
  const bool utf16 =
      *charset == Charset::kUtf16 || *charset == Charset::kUtf16BigEndian || *charset == Charset::kUtf16LittleEndian;
  if (utf16 && !request.messages)
    throw UserError(
        fmt::format("Option '{}': '{}' is for messages: the lines of a file are found by their bytes", option, name),
        "Convert the files to UTF-8, for example with `iconv -f utf-16 -t utf-8`.");
  return *charset;
}

RawSettings settings_of(const FormatRequest& request) {
  if (request.physical->size() != 1)
    throw UserError(fmt::format("Table '{}' has {} columns for format 'raw', which has one value a record: {}",
                                request.table, request.physical->size(), fmt::join(request.physical->names(), ", ")),
                    "Declare one physical column, and take it apart in a view.");
  const Field& field = request.physical->field(0);
  if (!raw_holds(field.type))
    throw UserError(fmt::format("Column '{}' of table '{}': format 'raw' cannot hold {}", field.name, request.table,
                                field.type.to_string()),
                    "It holds texts, bytes, BOOLEAN, whole numbers, FLOAT and DOUBLE.");
  RawSettings settings;
  settings.column = field.name;
  settings.type = field.type;
  settings.charset = charset_of(request);
  settings.big_endian = request.options.text("endianness") == "big-endian";
  settings.messages = request.messages;
  settings.option_prefix = request.options.full_name("");
  return settings;
}

class RawFormat final : public Format {
 public:
  std::string_view name() const override { return "raw"; }
  std::string_view doc() const override {
    return "One column whose value is the whole record: a message, or a line of a file.";
  }

  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    return {
        {"charset", kString, "The encoding of text: UTF-8, ISO-8859-1, US-ASCII, UTF-16, UTF-16BE or UTF-16LE.",
         "UTF-8"},
        {"endianness",
         kEnum,
         "The order of the bytes of numbers.",
         "big-endian",
         false,
         {"big-endian", "little-endian"}},
    };
  }

  std::shared_ptr<const DecodingFormat> make_decoding(const FormatRequest& request) const override {
    RawSettings settings = settings_of(request);
    settings.wanted = !request.projection.empty();
    return std::make_shared<RawDecodingFormat>(std::move(settings));
  }

  std::shared_ptr<const EncodingFormat> make_encoding(const FormatRequest& request) const override {
    return std::make_shared<RawEncodingFormat>(settings_of(request));
  }

  InferredColumns infer(const FormatSample& sample) const override {
    throw UserError(fmt::format("Columns of format 'raw' are not inferred: {}", sample.path),
                    "Declare one with CREATE TABLE.");
  }
};

}  // namespace

std::unique_ptr<const Format> make_raw_format() { return std::make_unique<RawFormat>(); }

}  // namespace tidemill
