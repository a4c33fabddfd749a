#include "formats/avro/avro_messages.h"

#include "base/error.h"
#include "formats/avro/avro_json.h"

namespace tidemill {

std::string_view avro_rest_hint() {
  return "It was written with another schema: declare all its fields in their order, or read it with a format that is "
         "told the schema, 'avro-confluent'.";
}

AvroRecordDecoder::AvroRecordDecoder(const AvroSettings& settings, std::unique_ptr<WriterSchemas> schemas,
                                     RecordErrorTarget& errors)
    : settings_(settings),
      schemas_(std::move(schemas)),
      rejection_("Avro", errors),
      rows_(settings.types),
      reader_(rows_) {}

void AvroRecordDecoder::begin(std::string_view split, std::span<const Record> records) {
  split_ = split;
  records_ = records;
  taken_ = 0;
  rows_.clear();
}

std::optional<DecodedRows> AvroRecordDecoder::next(int32_t max_rows) {
  rows_.reserve(max_rows);
  while (taken_ < records_.size() && !rows_.full()) decode(records_[taken_++]);
  if (rows_.num_rows() == 0) return std::nullopt;
  return rows_.take();
}

void AvroRecordDecoder::decode(const Record& record) {
  if (record.null) return;
  std::string_view bytes = record.bytes;
  std::string complaint;
  const WriterSchema* const schema = schemas_->take(bytes, complaint);
  if (schema == nullptr) return reject(record, -1, std::move(complaint));
  const Compiled& program = compiled(*schema);
  if (!program.complaint.empty()) return reject(record, -1, program.complaint, program.hint);
  if (settings_.json) {
    binary_.clear();
    complaint = append_avro_of_json(schema->schema->root(), bytes, binary_);
    if (!complaint.empty()) return reject(record, -1, std::move(complaint));
    bytes = binary_;
  }
  read(record, program, bytes);
}

const AvroRecordDecoder::Compiled& AvroRecordDecoder::compiled(const WriterSchema& schema) {
  if (last_ != nullptr && last_id_ == schema.id) return *last_;
  const auto [entry, is_new] = compiled_.try_emplace(schema.id);
  last_id_ = schema.id;
  last_ = &entry->second;
  if (!is_new) return entry->second;
  entry->second.complaint = schema.complaint;
  if (schema.schema == nullptr) return entry->second;
  try {
    entry->second.program = settings_.compile(schema.schema->root(), schema.name);
  } catch (const UserError& error) {
    entry->second.complaint = error.what();
    entry->second.hint = error.hint();
  }
  return entry->second;
}

void AvroRecordDecoder::read(const Record& record, const Compiled& program, std::string_view bytes) {
  AvroCursor cursor(bytes);
  const AvroRowReader::Result result = reader_.read(program.program, cursor, rows_.num_rows(), false);
  if (result == AvroRowReader::Result::kAbsent) return;
  if (result != AvroRowReader::Result::kRow) return reject(record, reader_.failed_slot(), reader_.failure());
  if (cursor.left() > 0)
    return reject(record, -1, fmt::format("{} bytes are left behind the record", cursor.left()),
                  std::string(avro_rest_hint()));
  if (reader_.nulled()) rejection_.ignore_value();
  rows_.commit_row(record.number);
}

void AvroRecordDecoder::reject(const Record& record, int32_t slot, std::string message, std::string hint) {
  rejection_.reject(split_, record.number, settings_.name_of(slot), std::move(message), std::move(hint), record.bytes);
}

AvroRecordEncoder::AvroRecordEncoder(AvroSchemaPtr schema, const Schema& columns, std::string_view table, bool json)
    : schema_(std::move(schema)), writer_(schema_, schema_->root(), columns, table), json_(json) {}

void AvroRecordEncoder::append(int32_t row, std::string& out) {
  if (!json_) return writer_.append(row, out);
  binary_.clear();
  writer_.append(row, binary_);
  AvroCursor cursor(binary_);
  append_json_of_avro(schema_->root(), cursor, out);
}

}  // namespace tidemill
