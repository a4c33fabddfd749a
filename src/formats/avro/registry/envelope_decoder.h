// formats/avro/registry/envelope_decoder.h - messages of Debezium in Avro to rows with kinds. Rule: a message is read
// whole or not at all; an update is two rows.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/avro/avro_messages.h"

namespace tidemill {

// What a message tells besides its rows, as columns behind them.
struct EnvelopeSettings {
  AvroSettings rows;                   // `reader`: of one row
  AvroSchemaPtr envelope;              // of the metadata: ts_ms and source
  std::vector<AvroColumn> of_message;  // fields of the envelope
  std::vector<AvroColumn> of_source;   // fields of its source
  std::vector<Type> types;             // of all columns
};

class EnvelopeDecoder final : public RecordDecoder {
 public:
  // `settings` and `errors` are borrowed.
  EnvelopeDecoder(const EnvelopeSettings& settings, std::unique_ptr<WriterSchemas> schemas, RecordErrorTarget& errors);
  std::function<void()> wanted(std::span<const Record> records) override { return schemas_->wanted(records); }
  void begin(std::string_view split, std::span<const Record> records) override;
  std::optional<DecodedRows> next(int32_t max_rows) override;
  size_t memory_bytes() const override { return rows_.memory_bytes(); }

 private:
  // How messages of one schema are read.
  struct Compiled {
    AvroSchemaPtr schema;
    const AvroType* op = nullptr;
    AvroProgram envelope;
    AvroProgram before, after;
    AvroProgram message, source;  // of the metadata
    bool has_source = false;
    std::string complaint;
    std::string hint;
  };
  struct Change {
    RowKind kind = RowKind::kInsert;
    const AvroProgram* program = nullptr;
    std::string_view bytes;  // of the row
  };

  const Compiled& compiled(const WriterSchema& schema);
  void compile(const WriterSchema& schema, Compiled& out) const;
  // Finds the changes of a message; none: it is left out.
  void open(const Record& record);
  void find_changes(const Record& record, std::string_view op, std::string_view bytes);
  // Reads a row into the next one. Returns whether it is one; otherwise that was told.
  bool read_row(const Record& record, const Change& change);
  void read_metadata(std::string_view bytes);
  void commit(const Record& record, const Change& change);
  void reject(const Record& record, std::string column, std::string message, std::string hint = "");

  const EnvelopeSettings& settings_;
  const std::unique_ptr<WriterSchemas> schemas_;
  AvroRejection rejection_;
  RowsBuilder rows_;
  AvroRowReader reader_;
  std::unordered_map<int32_t, Compiled> compiled_;  // by id
  std::string split_;
  std::span<const Record> records_;
  size_t taken_ = 0;
  // Of the message at hand.
  const Compiled* program_ = nullptr;
  std::string_view message_;  // behind its head
  std::optional<AvroMark> source_;
  std::vector<Change> changes_;
  size_t done_ = 0;
};

}  // namespace tidemill
