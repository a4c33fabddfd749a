#include "formats/protobuf/message_plan.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>

#include "base/error.h"

namespace tidemill {
namespace {

// Which types a field may be declared as.
bool goes_with(ProtobufType field, const Type& type) {
  using enum ProtobufType;
  switch (field) {
    case kDouble:
      return type.kind == TypeKind::kDouble;
    case kFloat:
      return type.kind == TypeKind::kFloat;
    case kBool:
      return type.kind == TypeKind::kBoolean;
    case kString:
      return type.is_character();
    case kBytes:
      return type.is_binary();
    case kEnum:
      return type.is_character() || type.is_integer();
    case kInt64:
    case kUint64:
    case kFixed64:
    case kSfixed64:
    case kSint64:
      return type.kind == TypeKind::kBigInt;
    case kInt32:
    case kUint32:
    case kFixed32:
    case kSfixed32:
    case kSint32:
      return type.kind == TypeKind::kInteger;
    case kMessage:
      return type.kind == TypeKind::kRow;
    case kGroup:
      return false;
  }
  return false;
}

std::string wanted_type(const ProtobufField& field) {
  using enum ProtobufType;
  switch (field.type) {
    case kDouble:
      return "DOUBLE";
    case kFloat:
      return "FLOAT";
    case kBool:
      return "BOOLEAN";
    case kString:
      return "STRING";
    case kBytes:
      return "BYTES";
    case kEnum:
      return "STRING or INT";
    case kMessage:
      return "ROW<…>";
    default:
      return goes_with(field.type, Type::big_int()) ? "BIGINT" : "INT";
  }
}

template <class T>
T parsed(std::string_view text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

double parsed_double(std::string_view text) {
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return parsed<double>(text);
}

const std::string& enum_name_or_first(const ProtobufField& field) {
  return field.default_text ? *field.default_text : field.enumeration->values.front().first;
}

int64_t enum_number(const ProtobufField& field) {
  const auto& values = field.enumeration->values;
  const auto found =
      std::ranges::find(values, enum_name_or_first(field), [](const auto& value) { return value.first; });
  return found == values.end() ? values.front().second : found->second;
}

// Texts are kept by the field.
ProtobufValue default_of(const ProtobufField& field) {
  using enum ProtobufType;
  ProtobufValue value;
  if (field.type == kEnum) value.number = enum_number(field);
  if (!field.default_text || field.repeated) return value;
  const std::string& text = *field.default_text;
  switch (field.type) {
    case kDouble:
      value.number = std::bit_cast<int64_t>(parsed_double(text));
      break;
    case kFloat:
      value.number = std::bit_cast<uint32_t>(static_cast<float>(parsed_double(text)));
      break;
    case kBool:
      value.number = text == "true" ? 1 : 0;
      break;
    case kString:
    case kBytes:
      value.text = text;
      break;
    case kUint64:
    case kFixed64:
      value.number = static_cast<int64_t>(parsed<uint64_t>(text));
      break;
    case kUint32:
    case kFixed32:
      value.number = static_cast<int32_t>(parsed<uint32_t>(text));
      break;
    case kEnum:
      break;
    default:
      value.number = parsed<int64_t>(text);
  }
  return value;
}

class Binder {
 public:
  Binder(const ProtobufReading& reading, const std::string& table) : reading_(reading), table_(table) {}

  std::unique_ptr<MessagePlan> bind(const ProtobufMessage& message, const std::vector<NestedField>& row,
                                    const std::string& path) const {
    auto plan = std::make_unique<MessagePlan>();
    plan->message = &message;
    for (const NestedField& column : row) {
      const ProtobufField* field = message.find(column.name);
      if (field == nullptr) throw_no_field(message, path + column.name, column.name);
      plan->fields.push_back(bind_field(*field, column.type, path + column.name, message.is_proto3));
    }
    index(*plan);
    return plan;
  }

 private:
  FieldPlan bind_field(const ProtobufField& field, const Type& type, const std::string& path, bool proto3) const {
    FieldPlan plan;
    plan.field = &field;
    plan.type = type;
    plan.physical = type.physical();
    plan.wire = wire_type_of(field.type);
    const bool is_message = field.type == ProtobufType::kMessage;
    plan.absent_is_null = !reading_.read_default_values && (field.repeated || is_message || !proto3);
    if (field.is_map()) {
      if (type.kind != TypeKind::kMap) throw_wrong_type(field, type, path, "MAP<…>");
      plan.key = bind_part(*field.message->find("key"), type.part(0), path + ".key", field.message->is_proto3);
      plan.value = bind_part(*field.message->find("value"), type.part(1), path + ".value", field.message->is_proto3);
      return plan;
    }
    if (field.repeated && type.kind != TypeKind::kArray)
      throw_wrong_type(field, type, path, "ARRAY<" + wanted_type(field) + ">");
    const Type& one = field.repeated ? type.part(0) : type;
    if (!goes_with(field.type, one)) {
      const std::string wanted = wanted_type(field);
      throw_wrong_type(field, type, path, field.repeated ? "ARRAY<" + wanted + ">" : wanted);
    }
    plan.default_value = default_of(field);
    if (is_message) plan.message = bind(*field.message, *one.parts, path + ".");
    return plan;
  }

  // Keys and values of maps are always there: what an entry leaves out is the default.
  std::unique_ptr<FieldPlan> bind_part(const ProtobufField& field, const Type& type, const std::string& path,
                                       bool proto3) const {
    auto plan = std::make_unique<FieldPlan>(bind_field(field, type, path, proto3));
    plan->absent_is_null = false;
    return plan;
  }

  static void index(MessagePlan& plan) {
    const auto place = [&](const ProtobufField& field, MessagePlan::Wanted wanted) {
      const auto number = static_cast<uint32_t>(field.number);
      if (number < MessagePlan::kDenseNumbers) {
        if (plan.dense.size() <= number) plan.dense.resize(number + 1);
        plan.dense[number] = wanted;
      } else {
        plan.sparse.emplace_back(number, wanted);
      }
    };
    for (size_t i = 0; i < plan.fields.size(); ++i) {
      const int32_t oneof = plan.fields[i].field->oneof;
      if (oneof < 0) continue;
      if (plan.oneofs.size() <= static_cast<size_t>(oneof)) plan.oneofs.resize(static_cast<size_t>(oneof) + 1);
      plan.oneofs[static_cast<size_t>(oneof)].push_back(static_cast<int32_t>(i));
    }
    for (const ProtobufField& field : plan.message->fields) {
      const auto found = std::ranges::find(plan.fields, &field, &FieldPlan::field);
      const auto oneof = static_cast<size_t>(field.oneof);
      const bool takes_back = field.oneof >= 0 && oneof < plan.oneofs.size() && !plan.oneofs[oneof].empty();
      if (found != plan.fields.end()) {
        place(field, {static_cast<int32_t>(found - plan.fields.begin()), field.oneof});
      } else if (takes_back) {
        place(field, {-1, field.oneof});
      }
    }
    std::ranges::sort(plan.sparse, {}, &std::pair<uint32_t, MessagePlan::Wanted>::first);
    for (size_t i = 0; i < plan.fields.size(); ++i) plan.by_number.push_back(static_cast<int32_t>(i));
    std::ranges::sort(plan.by_number, {}, [&](int32_t i) { return plan.fields[static_cast<size_t>(i)].field->number; });
  }

  [[noreturn]] void throw_no_field(const ProtobufMessage& message, const std::string& path,
                                   const std::string& name) const {
    std::vector<std::string> names;
    for (const ProtobufField& field : message.fields) names.push_back(field.name);
    const auto nearest = nearest_name(name, names);
    throw UserError(fmt::format("Column '{}' of table '{}' is no field of message '{}'", path, table_, message.name),
                    fmt::format("{}Its fields are: {}.", nearest ? fmt::format("Did you mean '{}'? ", *nearest) : "",
                                fmt::join(names, ", ")));
  }

  [[noreturn]] void throw_wrong_type(const ProtobufField& field, const Type& type, const std::string& path,
                                     const std::string& wanted) const {
    throw UserError(
        fmt::format("Column '{}' of table '{}' is {}, but the field is {}{}", path, table_, type.to_string(),
                    field.is_map()   ? "map"
                    : field.repeated ? "repeated "
                                     : "",
                    field.is_map() ? "" : protobuf_type_name(field.type)),
        field.type == ProtobufType::kGroup ? "Groups are not supported: leave the column out."
                                           : fmt::format("Declare it {}.", wanted));
  }

  const ProtobufReading& reading_;
  const std::string& table_;
};

}  // namespace

const MessagePlan::Wanted* MessagePlan::find(uint32_t number) const {
  const Wanted* found = nullptr;
  if (number < dense.size()) {
    found = &dense[number];
  } else if (!sparse.empty()) {
    const auto place = std::ranges::lower_bound(sparse, number, {}, &std::pair<uint32_t, Wanted>::first);
    if (place != sparse.end() && place->first == number) found = &place->second;
  }
  return found != nullptr && (found->field >= 0 || found->oneof >= 0) ? found : nullptr;
}

std::unique_ptr<MessagePlan> bind_message(const ProtobufMessage& message, const std::vector<NestedField>& row,
                                          const ProtobufReading& reading, const std::string& table) {
  return Binder(reading, table).bind(message, row, "");
}

}  // namespace tidemill
