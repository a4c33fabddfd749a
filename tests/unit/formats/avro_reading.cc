#include "tests/unit/formats/avro_reading.h"

#include "base/check.h"
#include "base/error.h"
#include "data/pretty.h"
#include "data/value_text.h"
#include "formats/avro/avro_json.h"
#include "formats/avro/avro_messages.h"
#include "formats/avro/avro_table_schema.h"

namespace tidemill {
namespace {

bool is_whole(const std::string& schema) { return schema.find("\"fields\"") != std::string::npos; }

std::string record_of(const std::string& schema) {
  if (is_whole(schema)) return schema;
  return R"({"type": "record", "name": "r", "fields": [{"name": "a", "type": )" + schema + "}]}";
}

// Messages of one writer.
class OneWriter final : public WriterSchemas {
 public:
  explicit OneWriter(AvroSchemaPtr schema) : schema_{1, std::move(schema), "the writer's schema"} {}
  const WriterSchema* take(std::string_view&, std::string&) override { return &schema_; }

 private:
  const WriterSchema schema_;
};

class Errors final : public RecordErrorTarget {
 public:
  void reject(std::string_view, const RecordError& error) override {
    text += "error: " + (error.column.empty() ? "" : error.column + ": ") + error.message;
  }
  void ignore_value() override { text += "NULL for a value; "; }
  void ignore_record() override {}
  std::string text;
};

AvroSchemaPtr writer_of(const AvroCase& one) { return AvroSchema::parse(record_of(one.writer), "of the writer"); }

}  // namespace

std::string avro_bytes(const AvroCase& one) {
  std::string bytes;
  const std::string value = is_whole(one.writer) ? one.value : "{\"a\": " + one.value + "}";
  const std::string complaint = append_avro_of_json(writer_of(one)->root(), value, bytes);
  CHECK_MSG(complaint.empty(), "{}: {}", one.value, complaint);
  return bytes;
}

std::string read_avro_bytes(const AvroCase& one, std::string_view bytes) {
  try {
    const SchemaPtr columns = parse_schema(one.columns);
    const std::string reader = one.reader.empty()
                                   ? avro_schema_of(columns->fields(), "t", {one.legacy_timestamps, "avro.legacy"})
                                   : record_of(one.reader);
    AvroSettings settings;
    settings.table = "t";
    settings.reader = AvroSchema::parse(reader, "of the reader");
    for (const Field& field : columns->fields()) {
      settings.columns.push_back({field.name, field.type, static_cast<int32_t>(settings.columns.size())});
      settings.types.push_back(field.type);
    }
    Errors errors;
    AvroRecordDecoder decoder(settings, std::make_unique<OneWriter>(writer_of(one)), errors);
    const Record record{bytes, false, 1};
    decoder.begin("in", {&record, 1});
    const std::optional<DecodedRows> rows = decoder.next(2);
    if (!rows) return errors.text;
    const Batch batch(columns, rows->columns, rows->num_rows, rows->kinds);
    append_row_text(errors.text, batch, 0);
    return errors.text;
  } catch (const UserError& error) {
    return std::string("schema: ") + error.what();
  }
}

std::string read_avro(const AvroCase& one) { return read_avro_bytes(one, avro_bytes(one)); }

}  // namespace tidemill
