// formats/protobuf/message_decoder.h - the bytes of one message as the values of a row. Rule: as protobuf merges: of a
// field that comes twice the last counts, messages are merged, elements added; what the table does not have is passed
// over.
//
// A message is walked once, which finds where each field's values are; then they are written in the order of the
// columns. What is inside ARRAY, MAP and ROW is written as data/nested.h has it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/spi/decoding/column_filler.h"
#include "connectors/spi/decoding/rows_builder.h"
#include "formats/protobuf/message_plan.h"

namespace tidemill {

// One thread.
class MessageDecoder {
 public:
  // `plan` is borrowed.
  explicit MessageDecoder(const MessagePlan& plan);
  MessageDecoder(const MessageDecoder&) = delete;
  MessageDecoder& operator=(const MessageDecoder&) = delete;
  ~MessageDecoder();

  // Sets the columns of row rows.num_rows() from a message; false: it is broken, or has no value for a column that is
  // NOT NULL, and complaint() says what.
  bool decode(std::string_view message, RowsBuilder& rows);

  struct Complaint {
    std::string column;  // empty: the message as a whole
    std::string message;
  };
  const Complaint& complaint() const { return complaint_; }
  size_t memory_bytes() const { return body_.capacity(); }

 private:
  struct Found;
  struct Scratch;

  // Finds the values of a message. Returns false where it is broken.
  bool walk(const MessagePlan& plan, std::string_view message, Scratch& scratch);
  bool take_field(const FieldPlan& field, WireType type, WireReader& reader, Found& found);
  bool take_packed(const ProtobufField& field, std::string_view packed, Found& found);
  bool take_number(const ProtobufField& field, uint64_t raw, Found& found);
  bool take_bytes(const FieldPlan& field, std::string_view bytes, Found& found);

  bool set_column(const FieldPlan& field, Found& found, ColumnFiller& column, int32_t row);
  // Append encoded values (data/nested.h): of a field; of one value of it, which is of `type`; of a message as a ROW.
  bool append_field(const FieldPlan& field, Found& found, std::string& out);
  bool append_one(const FieldPlan& field, const Type& type, const ProtobufValue& value, Scratch* inside,
                  std::string& out);
  bool append_array(const FieldPlan& field, Found& found, std::string& out);
  bool append_map(const FieldPlan& field, Found& found, std::string& out);
  bool append_message(const MessagePlan& plan, std::string_view message, Scratch& scratch, std::string& out);
  // Reads an entry of a map; `known` is false where its value is to be passed over.
  bool read_entry(const FieldPlan& field, std::string_view entry, ProtobufValue& key, ProtobufValue& value,
                  bool& known);
  bool complain(const ProtobufField* field, std::string message);

  const MessagePlan& plan_;
  std::unique_ptr<Scratch> scratch_;
  std::string body_;  // of the nested value at hand
  Complaint complaint_;
};

}  // namespace tidemill
