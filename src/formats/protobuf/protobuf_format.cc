#include "formats/protobuf/protobuf_format.h"

#include "base/error.h"
#include "connectors/spi/decoding/rows_builder.h"
#include "formats/protobuf/message_decoder.h"
#include "formats/protobuf/message_encoder.h"

namespace tidemill {
namespace {

constexpr int64_t kDescriptorBytesMax = int64_t{64} << 20;

struct ProtobufSettings {
  std::string table;
  std::string descriptor_file;
  std::string message_name;
  std::vector<NestedField> columns;  // decoding: those wanted
  ProtobufReading reading;
  bool ignore_parse_errors = false;
  std::string null_text;
};

// The columns bound to the message that the descriptor file tells.
struct BoundMessage {
  BoundMessage(const ProtobufSettings& settings, FileSystem& files)
      : schema(read_descriptor(settings.descriptor_file, files), settings.descriptor_file),
        plan(bind_message(schema.message(settings.message_name), settings.columns, settings.reading, settings.table)) {}

  static std::string read_descriptor(const std::string& path, FileSystem& files) {
    const auto file = files.open_read(path);
    if (file->size_bytes() > kDescriptorBytesMax)
      throw UserError(fmt::format("'{}' is no descriptor file: it has {} bytes", path, file->size_bytes()));
    std::string bytes(static_cast<size_t>(file->size_bytes()), '\0');
    size_t read = 0;
    while (read < bytes.size()) {
      const size_t more = file->read_at(static_cast<int64_t>(read), std::span(bytes).subspan(read));
      if (more == 0) break;
      read += more;
    }
    bytes.resize(read);
    return bytes;
  }

  const ProtobufSchema schema;
  const std::unique_ptr<const MessagePlan> plan;
};

std::vector<Type> types_of(const std::vector<NestedField>& columns) {
  std::vector<Type> types;
  for (const NestedField& column : columns) types.push_back(column.type);
  return types;
}

class ProtobufRecordDecoder final : public RecordDecoder {
 public:
  // `settings` and `errors` are borrowed.
  ProtobufRecordDecoder(const ProtobufSettings& settings, FileSystem& files, RecordErrorTarget& errors)
      : settings_(settings),
        errors_(errors),
        bound_(settings, files),
        decoder_(*bound_.plan),
        rows_(types_of(settings.columns)) {}

  void begin(std::string_view split, std::span<const Record> records) override {
    split_ = split;
    records_ = records;
    rows_.clear();
  }

  std::optional<DecodedRows> next(int32_t max_rows) override {
    rows_.reserve(max_rows);
    while (!rows_.full() && !records_.empty()) {
      const Record& record = records_.front();
      if (!record.null) decode(record);
      records_ = records_.subspan(1);
    }
    if (rows_.num_rows() == 0) return std::nullopt;
    return rows_.take();
  }

  size_t memory_bytes() const override { return rows_.memory_bytes() + decoder_.memory_bytes(); }

 private:
  void decode(const Record& record) {
    if (decoder_.decode(record.bytes, rows_)) return rows_.commit_row(record.number);
    if (settings_.ignore_parse_errors) return errors_.ignore_record();
    const MessageDecoder::Complaint& complaint = decoder_.complaint();
    errors_.reject(split_, {"protobuf", record.number, complaint.column, complaint.message, "", record.bytes});
  }

  const ProtobufSettings& settings_;
  RecordErrorTarget& errors_;
  const BoundMessage bound_;
  MessageDecoder decoder_;
  RowsBuilder rows_;
  std::string split_;
  std::span<const Record> records_;  // not decoded yet
};

class ProtobufRecordEncoder final : public RecordEncoder {
 public:
  ProtobufRecordEncoder(const ProtobufSettings& settings, FileSystem& files)
      : bound_(settings, files), encoder_(*bound_.plan, settings.null_text) {}
  void begin(const Batch& batch) override { encoder_.begin(batch); }
  void append(int32_t row, std::string& out) override { encoder_.append(row, out); }

 private:
  const BoundMessage bound_;
  MessageEncoder encoder_;
};

[[noreturn]] void throw_no_files() {
  throw UserError("Format 'protobuf' is for messages: a file has no standard way to hold several",
                  "Take 'json', 'csv', 'avro' or 'parquet' for files.");
}

class ProtobufDecodingFormat final : public DecodingFormat {
 public:
  explicit ProtobufDecodingFormat(ProtobufSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Decoder> make_decoder(std::string, const DecoderPosition&, RecordErrorTarget&) const override {
    throw_no_files();
  }
  std::unique_ptr<RecordDecoder> make_record_decoder(Environment& environment,
                                                     RecordErrorTarget& errors) const override {
    return std::make_unique<ProtobufRecordDecoder>(settings_, environment.files, errors);
  }

 private:
  ProtobufSettings settings_;
};

class ProtobufEncodingFormat final : public EncodingFormat {
 public:
  explicit ProtobufEncodingFormat(ProtobufSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Encoder> make_encoder() const override { throw_no_files(); }
  std::unique_ptr<RecordEncoder> make_record_encoder(Environment& environment) const override {
    return std::make_unique<ProtobufRecordEncoder>(settings_, environment.files);
  }

 private:
  ProtobufSettings settings_;
};

ProtobufSettings settings_of(const FormatRequest& request) {
  if (!request.messages) throw_no_files();
  const Options& options = request.options;
  const std::string file = options.full_name("descriptor-file"), message = options.full_name("message-name");
  const std::string how = fmt::format(
      "Write '{}' = 'x.desc', made by `protoc --descriptor_set_out=x.desc --include_imports x.proto`, and '{}' = "
      "'package.Message'.",
      file, message);
  if (options.has("message-class-name"))
    throw UserError(fmt::format("Option '{}' names a class of Java, which Tidemill does not load",
                                options.full_name("message-class-name")),
                    how);
  for (const std::string_view name : {"descriptor-file", "message-name"})
    if (!options.has(name))
      throw UserError(fmt::format("Table '{}' needs option '{}'", request.table, options.full_name(name)), how);
  ProtobufSettings settings;
  settings.table = request.table;
  settings.descriptor_file = options.text("descriptor-file");
  settings.message_name = options.text("message-name");
  settings.reading.read_default_values = options.boolean("read-default-values");
  settings.ignore_parse_errors = options.boolean("ignore-parse-errors");
  settings.null_text = options.find_text("write-null-string-literal").value_or("");
  return settings;
}

class ProtobufFormat final : public Format {
 public:
  std::string_view name() const override { return "protobuf"; }
  std::string_view doc() const override { return "A message of Protocol Buffers a record, told by a descriptor file."; }

  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    return {
        {"descriptor-file", kPath, "What `protoc --descriptor_set_out=FILE --include_imports X.proto` has written."},
        {"message-name", kString, "The full name of the message: 'package.Message'."},
        {"message-class-name", kString, "Flink's: refused, for Tidemill loads no classes of Java."},
        {"ignore-parse-errors", kBool, "Leave broken messages out.", "false"},
        {"read-default-values", kBool,
         "Read what a message leaves out as the default instead of NULL; values of proto3 always are.", "false"},
        {"write-null-string-literal", kString, "Written for NULL texts in ARRAY and MAP; without it, the empty text."},
    };
  }

  std::shared_ptr<const DecodingFormat> make_decoding(const FormatRequest& request) const override {
    ProtobufSettings settings = settings_of(request);
    require_one_policy(request);
    for (const int32_t index : request.projection) {
      const Field& field = request.physical->field(index);
      settings.columns.push_back({field.name, field.type});
    }
    return std::make_shared<ProtobufDecodingFormat>(std::move(settings));
  }

  std::shared_ptr<const EncodingFormat> make_encoding(const FormatRequest& request) const override {
    ProtobufSettings settings = settings_of(request);
    for (const Field& field : request.physical->fields()) settings.columns.push_back({field.name, field.type});
    return std::make_shared<ProtobufEncodingFormat>(std::move(settings));
  }

  InferredColumns infer(const FormatSample&) const override { throw_no_files(); }
};

}  // namespace

std::unique_ptr<const Format> make_protobuf_format() { return std::make_unique<ProtobufFormat>(); }

}  // namespace tidemill
