// formats/avro/registry/envelope_encoder.h - rows with kinds to messages of Debezium in Avro. Rule: as Flink writes
// them: +I and +U insertions, -U and -D deletions.
#pragma once
#include <memory>
#include <string>

#include "formats/avro/avro_messages.h"
#include "formats/avro/registry/registry_schemas.h"

namespace tidemill {

// Writes rows as records behind the id of their schema.
class ConfluentEncoder final : public RecordEncoder {
 public:
  ConfluentEncoder(std::unique_ptr<RecordEncoder> records, RegisteredSchema schema)
      : records_(std::move(records)), schema_(std::move(schema)) {}
  std::function<void()> wanted() override { return schema_.wanted(); }
  void begin(const Batch& batch) override {
    if (head_.empty()) head_ = schema_.head();
    records_->begin(batch);
  }
  void append(int32_t row, std::string& out) override {
    out += head_;
    records_->append(row, out);
  }

 private:
  const std::unique_ptr<RecordEncoder> records_;
  RegisteredSchema schema_;
  std::string head_;
};

class EnvelopeEncoder final : public RecordEncoder {
 public:
  // `schema` is that of the envelope: null, or a record of before, after and op. Throws UserError where it is not.
  EnvelopeEncoder(AvroSchemaPtr schema, const Schema& columns, std::string_view table);
  void begin(const Batch& batch) override;
  void append(int32_t row, std::string& out) override;

 private:
  // How one field of the envelope is written.
  struct Field {
    std::unique_ptr<AvroRowWriter> rows;  // of before and after; null: another field
    int32_t null_branch = -1;
    int32_t branch = -1;
    bool is_before = false;
    std::string inserted, deleted;  // the bytes of another field
  };

  const AvroSchemaPtr schema_;
  std::string head_;  // the branch of the record
  std::vector<Field> fields_;
  const Batch* batch_ = nullptr;
};

}  // namespace tidemill
