// formats/protobuf/message_plan.h - the columns of a table bound to the fields of a message. Rule: by name; a type that
// Flink's protobuf format does not take for a field is refused here, before any record is read.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/schema.h"
#include "formats/protobuf/descriptor.h"

namespace tidemill {

// A value of a type that is not nested, as it is or as its text: which of both, the type says.
struct ProtobufValue {
  int64_t number = 0;     // whole numbers; BOOLEAN 0 or 1; the bits of FLOAT and DOUBLE; of an enum its number
  std::string_view text;  // text and bytes
};

struct MessagePlan;

// One field and the type that it is read as or written from.
struct FieldPlan {
  const ProtobufField* field = nullptr;
  Type type;                             // ARRAY and MAP of repeated fields, ROW of messages
  PhysicalType physical{};               // of the type
  WireType wire{};                       // of one value
  std::unique_ptr<MessagePlan> message;  // of a message, or of the elements of a repeated one
  std::unique_ptr<FieldPlan> key;        // of a MAP
  std::unique_ptr<FieldPlan> value;
  ProtobufValue default_value;  // of the descriptor, or zero
  bool absent_is_null = true;   // what a field that is not there gives; otherwise the default

  bool is_repeated() const { return type.kind == TypeKind::kArray || type.kind == TypeKind::kMap; }
};

// A message, or as much of it as the table has.
struct MessagePlan {
  // What a field number means.
  struct Wanted {
    int32_t field = -1;  // index into `fields`; -1: not wanted, but it takes others of its oneof back
    int32_t oneof = -1;
  };
  static constexpr uint32_t kDenseNumbers = 64;

  const ProtobufMessage* message = nullptr;
  std::vector<FieldPlan> fields;                    // in the order of the columns
  std::vector<Wanted> dense;                        // by number, up to kDenseNumbers
  std::vector<std::pair<uint32_t, Wanted>> sparse;  // the others, by number
  std::vector<std::vector<int32_t>> oneofs;         // the fields of each
  std::vector<int32_t> by_number;                   // the fields in the order of their numbers

  // Returns what the number means; nullptr: nothing to this table.
  const Wanted* find(uint32_t number) const;
};

struct ProtobufReading {
  bool read_default_values = false;
};

// Binds fields of `row` (columns of a table, or of a ROW) to the message. `table` names the table in errors. Throws
// UserError for a field that is not in the message, and for a type that does not go with it.
std::unique_ptr<MessagePlan> bind_message(const ProtobufMessage& message, const std::vector<NestedField>& row,
                                          const ProtobufReading& reading, const std::string& table);

}  // namespace tidemill
