// formats/avro/avro_messages.h - messages that are one record each. Rule: a message is one record and nothing more;
// which schema it was written with is told by WriterSchemas.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "formats/avro/avro_row_writer.h"
#include "formats/avro/avro_settings.h"

namespace tidemill {

// A schema that messages were written with.
struct WriterSchema {
  int32_t id = 0;
  AvroSchemaPtr schema;        // null: it is not known, and never will be
  std::string name;            // how errors call it: "the schema of id 7"
  std::string complaint = {};  // why it is not known
};

// One decoder's. One thread at a time.
class WriterSchemas {
 public:
  virtual ~WriterSchemas() = default;
  // As RecordDecoder::wanted().
  virtual std::function<void()> wanted(std::span<const Record> records) {
    (void)records;
    return {};
  }
  // Takes off `bytes` what tells the schema. Returns nullptr where that cannot be; `complaint` says why. Valid until
  // the next call of either. Requires: wanted() has nothing for the message.
  virtual const WriterSchema* take(std::string_view& bytes, std::string& complaint) = 0;
};

// The reader's own schema, of which nothing stands in the messages.
class SameSchema final : public WriterSchemas {
 public:
  explicit SameSchema(AvroSchemaPtr schema) : schema_{0, std::move(schema), "its own schema"} {}
  const WriterSchema* take(std::string_view&, std::string&) override { return &schema_; }

 private:
  const WriterSchema schema_;
};

class AvroRecordDecoder final : public RecordDecoder {
 public:
  // `settings` and `errors` are borrowed.
  AvroRecordDecoder(const AvroSettings& settings, std::unique_ptr<WriterSchemas> schemas, RecordErrorTarget& errors);
  std::function<void()> wanted(std::span<const Record> records) override { return schemas_->wanted(records); }
  void begin(std::string_view split, std::span<const Record> records) override;
  std::optional<DecodedRows> next(int32_t max_rows) override;
  size_t memory_bytes() const override { return rows_.memory_bytes() + binary_.capacity(); }

 private:
  struct Compiled {
    AvroProgram program;
    std::string complaint;  // not empty: nothing can be read
    std::string hint;
  };

  void decode(const Record& record);
  // Reads the bytes of a record into the next row. `raw`: the message, for errors.
  void read(const Record& record, const Compiled& compiled, std::string_view bytes);
  const Compiled& compiled(const WriterSchema& schema);
  void reject(const Record& record, int32_t slot, std::string message, std::string hint = "");

  const AvroSettings& settings_;
  const std::unique_ptr<WriterSchemas> schemas_;
  AvroRejection rejection_;
  RowsBuilder rows_;
  AvroRowReader reader_;
  std::unordered_map<int32_t, Compiled> compiled_;  // by id
  int32_t last_id_ = -1;
  const Compiled* last_ = nullptr;  // of last_id_: mostly that of the next message, too
  std::string split_;
  std::span<const Record> records_;
  size_t taken_ = 0;
  std::string binary_;  // of a message that is JSON
};

// Returns the hint for bytes behind a record.
std::string_view avro_rest_hint();

// Writes rows as records, each behind the same head.
class AvroRecordEncoder final : public RecordEncoder {
 public:
  AvroRecordEncoder(AvroSchemaPtr schema, const Schema& columns, std::string_view table, bool json);
  void begin(const Batch& batch) override { writer_.begin(batch); }
  void append(int32_t row, std::string& out) override;

 private:
  const AvroSchemaPtr schema_;
  AvroRowWriter writer_;
  const bool json_;
  std::string binary_;  // of a row that is written as JSON
};

}  // namespace tidemill
