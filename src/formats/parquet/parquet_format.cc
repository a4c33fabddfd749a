#include "formats/parquet/parquet_format.h"

#include "base/check.h"
#include "base/error.h"
#include "data/arrow_import.h"
#include "formats/parquet/parquet_decoder.h"
#include "formats/parquet/parquet_encoder.h"
#include "formats/parquet/parquet_loading.h"

namespace tidemill {
namespace {

constexpr int32_t kBatchRows = 16 << 10;  // of Arrow's: what a call costs is little beside them

class ParquetDecodingFormat final : public DecodingFormat {
 public:
  explicit ParquetDecodingFormat(ParquetReading reading) : reading_(std::move(reading)) {}
  std::unique_ptr<Decoder> make_decoder(std::string, const DecoderPosition&, RecordErrorTarget&) const override {
    CHECK_MSG(false, "Parquet is no text");
  }
  std::unique_ptr<FileDecoder> make_file_decoder(Environment& environment, std::shared_ptr<ReadableFile> file,
                                                 const std::string& split,
                                                 const DecoderPosition& position) const override {
    return std::make_unique<ParquetDecoder>(load_parquet(environment), reading_, std::move(file), split, position);
  }

  bool takes_conditions() const override { return true; }

 private:
  ParquetReading reading_;
};

class ParquetEncodingFormat final : public EncodingFormat {
 public:
  ParquetEncodingFormat(SchemaPtr schema, ParquetWriteSettings settings)
      : schema_(std::move(schema)), settings_(std::move(settings)) {}
  std::unique_ptr<Encoder> make_encoder() const override { CHECK_MSG(false, "a Parquet file is written as a whole"); }
  std::unique_ptr<Encoder> make_file_encoder(Environment& environment) const override {
    return std::make_unique<ParquetEncoder>(load_parquet(environment), schema_, settings_);
  }

 private:
  SchemaPtr schema_;
  ParquetWriteSettings settings_;
};

void require_held(const FormatRequest& request, const Field& field) {
  const auto lacks = [](const Type& type) {
    return type.is_interval() || type.kind == TypeKind::kVariant || type.kind == TypeKind::kBitmap ||
           type.kind == TypeKind::kNull;
  };
  if (field.type.any(lacks))
    throw UserError(fmt::format("Column '{}' of table '{}': format 'parquet' cannot hold {}", field.name, request.table,
                                field.type.to_string()),
                    field.type.is_interval() ? "Declare it BIGINT (milliseconds) or STRING."
                                             : "Declare it STRING or BYTES, and convert it in the query.");
}

void check_request(const FormatRequest& request) {
  if (!request.options.boolean("utc-timezone"))
    throw UserError(fmt::format("Option '{}' must be true: timestamps are never in the machine's time zone",
                                request.options.full_name("utc-timezone")),
                    "Take it out, and convert with CONVERT_TZ where a file has local times.");
  if (request.messages)
    throw UserError("Format 'parquet' is for files: a message is no file",
                    "Take 'json', 'avro' or 'protobuf' for messages.");
}

class ParquetFormat final : public Format {
 public:
  std::string_view name() const override { return "parquet"; }
  std::string_view doc() const override { return "Apache Parquet, for files; needs a library of its own."; }

  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    return {
        {"utc-timezone", kBool, "Timestamps are in UTC; 'false', which is Flink's default, is refused.", "true"},
        {"batch-size", kInt, "Accepted for Flink's sake.", "2048"},
        {"write.int64.timestamp", kBool, "Write timestamps as INT64 instead of INT96.", "false"},
        {"timestamp.time.unit",
         kEnum,
         "The unit of timestamps written as INT64.",
         "micros",
         false,
         {"nanos", "micros", "millis"}},
        {"compression",
         kEnum,
         "How pages are compressed.",
         "SNAPPY",
         false,
         {"UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "LZ4", "LZ4_RAW", "ZSTD"}},
        {"block.size", kSize, "A row group of this size is complete; so much is held in memory.", "128mb"},
        {"page.size", kSize, "The size of a page.", "1mb"},
        {"dictionary.page.size", kSize, "A dictionary larger than this is given up.", "1mb"},
        {"enable.dictionary", kBool, "Whether repeated values are written by a dictionary.", "true"},
        {"writer.version",
         kEnum,
         "The version of data pages.",
         "PARQUET_1_0",
         false,
         {"PARQUET_1_0", "PARQUET_2_0", "v1", "v2"}},
    };
  }

  std::shared_ptr<const DecodingFormat> make_decoding(const FormatRequest& request) const override {
    check_request(request);
    ParquetReading reading;
    reading.table = request.table;
    reading.table_columns = request.physical->fields();
    reading.conditions = request.conditions;
    reading.batch_rows = kBatchRows;
    for (const int32_t index : request.projection) {
      require_held(request, request.physical->field(index));
      reading.columns.push_back(request.physical->field(index));
    }
    return std::make_shared<ParquetDecodingFormat>(std::move(reading));
  }

  std::shared_ptr<const EncodingFormat> make_encoding(const FormatRequest& request) const override {
    check_request(request);
    const Options& options = request.options;
    ParquetWriteSettings settings;
    settings.compression = options.text("compression");
    settings.row_group_bytes = options.bytes("block.size");
    settings.page_bytes = options.bytes("page.size");
    settings.dictionary_page_bytes = options.bytes("dictionary.page.size");
    settings.dictionary = options.boolean("enable.dictionary");
    settings.version_2 =
        options.text("writer.version").ends_with('2') || options.text("writer.version") == "PARQUET_2_0";
    settings.int96_timestamps = !options.boolean("write.int64.timestamp");
    const std::string& unit = options.text("timestamp.time.unit");
    settings.int64_unit = unit == "millis" ? 3 : unit == "micros" ? 6 : 9;
    for (const Field& field : request.physical->fields()) require_held(request, field);
    return std::make_shared<ParquetEncodingFormat>(request.physical, std::move(settings));
  }

  std::string_view magic() const override { return "PAR1"; }

  InferredColumns infer(const FormatSample& sample) const override {
    CHECK_MSG(false, "columns of '{}' are inferred from the file", sample.path);
  }

  std::optional<InferredColumns> infer_file(Environment& environment, std::shared_ptr<ReadableFile> file,
                                            const std::string& path) const override {
    ParquetReadSettings settings;
    settings.batch_rows = kBatchRows;
    const auto reader = load_parquet(environment).open(std::move(file), path, settings);
    ArrowSchema schema{};
    reader->export_schema(schema);
    InferredColumns inferred;
    std::string unknown;
    for (int32_t i = 0; i < schema.n_children; ++i) {
      const ArrowSchema& field = *schema.children[i];
      if (const std::optional<Type> type = type_of_arrow(field))
        inferred.columns.push_back({field.name, *type});
      else
        unknown = fmt::format("Column '{}' of {} is {}", field.name, path, arrow_type_text(field));
    }
    schema.release(&schema);
    if (!unknown.empty()) throw UserError(unknown, "Declare the other columns with CREATE TABLE.");
    return inferred;
  }
};

}  // namespace

std::unique_ptr<const Format> make_parquet_format() { return std::make_unique<ParquetFormat>(); }

}  // namespace tidemill
