// formats/protobuf/message_encoder.h - rows as messages. Rule: fields in the order of their numbers; NULL is a field
// that is not there; of a oneof the last column that is not NULL counts.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "formats/protobuf/message_plan.h"

namespace tidemill {

// One thread.
class MessageEncoder {
 public:
  // `plan` is borrowed. `null_text` stands for texts that are NULL inside ARRAY and MAP. Throws UserError where the
  // plan lacks a required field.
  MessageEncoder(const MessagePlan& plan, std::string null_text);

  void begin(const Batch& batch) { columns_ = batch.columns(); }
  // Appends the message of a row of the batch at hand. Throws UserError where a required field has no value.
  void append(int32_t row, std::string& out) const;

 private:
  // A value to be written: a scalar, or what is nested by its bytes.
  struct Given {
    bool null = true;
    ProtobufValue value;
  };

  static Given from_column(const FieldPlan& field, const Column& column, int32_t row);
  static Given from_encoded(const Type& type, std::string_view encoded);
  void append_fields(const MessagePlan& plan, std::vector<Given>& given, std::string& out) const;
  void append_field(const FieldPlan& field, const Given& given, std::string& out) const;
  void append_array(const FieldPlan& field, std::string_view bytes, std::string& out) const;
  void append_map(const FieldPlan& field, std::string_view bytes, std::string& out) const;
  // Appends a value with its tag. NULL, inside ARRAY and MAP, becomes the default.
  void append_one(const FieldPlan& field, const Given& given, std::string& out) const;
  void append_row(const MessagePlan& plan, const Type& type, std::string_view bytes, std::string& out) const;
  static void append_number(ProtobufType type, int64_t number, std::string& out);

  const MessagePlan& plan_;
  const std::string null_text_;
  std::vector<ColumnPtr> columns_;
};

}  // namespace tidemill
