#include "formats/protobuf/message_encoder.h"

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "data/dispatch.h"
#include "data/nested.h"
#include "data/packed.h"

namespace tidemill {
namespace {

void append_varint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

void append_tag(std::string& out, const ProtobufField& field, WireType type) {
  append_varint(out, static_cast<uint64_t>(field.number) << 3 | static_cast<uint64_t>(type));
}

void append_bytes(std::string& out, std::string_view bytes) {
  append_varint(out, bytes.size());
  out += bytes;
}

template <class T>
int64_t to_number(T value) {
  if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<uint32_t>(value);
  else if constexpr (std::is_same_v<T, double>)
    return std::bit_cast<int64_t>(value);
  else
    return static_cast<int64_t>(value);
}

// A name or number that the enum does not have is its first value, as in Flink.
int64_t enum_number(const ProtobufEnum& enumeration, const Type& type, const ProtobufValue& value) {
  const auto found = std::ranges::find_if(enumeration.values, [&](const auto& known) {
    return type.is_character() ? known.first == value.text : known.second == value.number;
  });
  return found == enumeration.values.end() ? enumeration.values.front().second : found->second;
}

bool is_default(const ProtobufField& field, const ProtobufValue& value) {
  return wire_type_of(field.type) == WireType::kBytes ? value.text.empty() : value.number == 0;
}

void require_all_required(const MessagePlan& plan) {
  for (const ProtobufField& field : plan.message->fields)
    if (field.required && std::ranges::find(plan.fields, &field, &FieldPlan::field) == plan.fields.end())
      throw UserError(fmt::format("Field '{}' of message '{}' is required, but the table has no column for it",
                                  field.name, plan.message->name),
                      "Declare the column.");
  for (const FieldPlan& field : plan.fields) {
    const MessagePlan* inside = field.value ? field.value->message.get() : field.message.get();
    if (inside != nullptr) require_all_required(*inside);
  }
}

}  // namespace

MessageEncoder::MessageEncoder(const MessagePlan& plan, std::string null_text)
    : plan_(plan), null_text_(std::move(null_text)) {
  require_all_required(plan);
}

MessageEncoder::Given MessageEncoder::from_column(const FieldPlan& field, const Column& column, int32_t row) {
  if (column.is_null(row)) return {};
  Given given{false, {}};
  dispatch_physical(field.type.physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, Text>) {
      given.value.text = column.text(row);
    } else {
      given.value.number = to_number(column.decode<T>()[row]);
    }
  });
  return given;
}

MessageEncoder::Given MessageEncoder::from_encoded(const Type& type, std::string_view encoded) {
  if (is_encoded_null(encoded)) return {};
  Given given{false, {}};
  dispatch_physical(type.physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, Text>) {
      given.value.text = encoded_text(encoded);
    } else {
      given.value.number = to_number(get_packed<T>(encoded.substr(1)));
    }
  });
  return given;
}

void MessageEncoder::append(int32_t row, std::string& out) const {
  std::vector<Given> given;
  given.reserve(plan_.fields.size());
  for (size_t i = 0; i < plan_.fields.size(); ++i) given.push_back(from_column(plan_.fields[i], *columns_[i], row));
  append_fields(plan_, given, out);
}

void MessageEncoder::append_row(const MessagePlan& plan, const Type& type, std::string_view bytes,
                                std::string& out) const {
  const std::vector<std::string_view> parts = nested_parts(type, bytes);
  std::vector<Given> given;
  given.reserve(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) given.push_back(from_encoded(plan.fields[i].type, parts[i]));
  append_fields(plan, given, out);
}

void MessageEncoder::append_fields(const MessagePlan& plan, std::vector<Given>& given, std::string& out) const {
  for (const std::vector<int32_t>& oneof : plan.oneofs) {
    bool later = false;
    for (auto field = oneof.rbegin(); field != oneof.rend(); ++field) {
      Given& one = given[static_cast<size_t>(*field)];
      if (later) one.null = true;
      later = later || !one.null;
    }
  }
  for (const int32_t index : plan.by_number) {
    const FieldPlan& field = plan.fields[static_cast<size_t>(index)];
    const Given& one = given[static_cast<size_t>(index)];
    if (!one.null) append_field(field, one, out);
    if (one.null && field.field->required)
      throw UserError(fmt::format("Field '{}' of message '{}' is required, but its column is NULL", field.field->name,
                                  plan.message->name),
                      "Give it a value with COALESCE, or leave such rows out.");
  }
}

void MessageEncoder::append_field(const FieldPlan& field, const Given& given, std::string& out) const {
  if (field.type.kind == TypeKind::kArray) return append_array(field, given.value.text, out);
  if (field.type.kind == TypeKind::kMap) return append_map(field, given.value.text, out);
  if (!field.field->tells_presence && !field.message) {
    const ProtobufValue& value = given.value;
    if (field.field->enumeration != nullptr) {
      if (enum_number(*field.field->enumeration, field.type, value) == 0) return;
    } else if (is_default(*field.field, value)) {
      return;
    }
  }
  append_one(field, given, out);
}

void MessageEncoder::append_array(const FieldPlan& field, std::string_view bytes, std::string& out) const {
  const Type& element = field.type.part(0);
  const std::vector<std::string_view> parts = nested_parts(field.type, bytes);
  if (!field.field->packed) {
    for (const std::string_view part : parts) append_one(field, from_encoded(element, part), out);
    return;
  }
  if (parts.empty()) return;
  std::string packed;
  for (const std::string_view part : parts) {
    const Given given = from_encoded(element, part);
    int64_t number = given.value.number;
    if (field.field->enumeration != nullptr)
      number = given.null ? field.field->enumeration->values.front().second
                          : enum_number(*field.field->enumeration, element, given.value);
    append_number(field.field->type, number, packed);
  }
  append_tag(out, *field.field, WireType::kBytes);
  append_bytes(out, packed);
}

void MessageEncoder::append_map(const FieldPlan& field, std::string_view bytes, std::string& out) const {
  const std::vector<std::string_view> parts = nested_parts(field.type, bytes);
  for (size_t i = 0; i + 1 < parts.size(); i += 2) {
    std::string entry;
    append_one(*field.key, from_encoded(field.key->type, parts[i]), entry);
    append_one(*field.value, from_encoded(field.value->type, parts[i + 1]), entry);
    append_tag(out, *field.field, WireType::kBytes);
    append_bytes(out, entry);
  }
}

void MessageEncoder::append_one(const FieldPlan& field, const Given& given, std::string& out) const {
  const ProtobufField& of = *field.field;
  const Type& type = field.type.kind == TypeKind::kArray ? field.type.part(0) : field.type;
  append_tag(out, of, wire_type_of(of.type));
  if (field.message) {
    std::string inner;
    if (!given.null) append_row(*field.message, type, given.value.text, inner);
    append_bytes(out, inner);
  } else if (of.type == ProtobufType::kString) {
    append_bytes(out, given.null ? std::string_view(null_text_) : given.value.text);
  } else if (of.type == ProtobufType::kBytes) {
    append_bytes(out, given.value.text);
  } else if (of.enumeration != nullptr) {
    append_number(of.type,
                  given.null ? of.enumeration->values.front().second : enum_number(*of.enumeration, type, given.value),
                  out);
  } else {
    append_number(of.type, given.value.number, out);
  }
}

void MessageEncoder::append_number(ProtobufType type, int64_t number, std::string& out) {
  using enum ProtobufType;
  switch (wire_type_of(type)) {
    case WireType::kFixed32:
      return put_packed(out, static_cast<uint32_t>(number));
    case WireType::kFixed64:
      return put_packed(out, number);
    default:
      break;
  }
  auto bits = static_cast<uint64_t>(number);
  if (type == kUint32) bits &= UINT32_MAX;
  if (type == kSint32)
    bits = (static_cast<uint32_t>(number) << 1) ^ static_cast<uint32_t>(static_cast<int32_t>(number) >> 31);
  if (type == kSint64) bits = (bits << 1) ^ static_cast<uint64_t>(number >> 63);
  append_varint(out, bits);
}

}  // namespace tidemill
