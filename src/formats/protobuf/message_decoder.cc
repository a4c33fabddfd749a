#include "formats/protobuf/message_decoder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "data/nested.h"
#include "data/packed.h"
#include "data/utf8.h"

namespace tidemill {
namespace {

constexpr std::string_view kUnknownEnum = "UNRECOGNIZED";  // what Java calls a number that is no value

// Returns a number as ProtobufValue has it.
int64_t number_of(ProtobufType type, uint64_t raw) {
  using enum ProtobufType;
  switch (type) {
    case kBool:
      return raw != 0 ? 1 : 0;
    case kInt32:
    case kUint32:
    case kFixed32:
    case kSfixed32:
    case kEnum:
      return static_cast<int32_t>(raw);
    case kSint32: {
      const auto bits = static_cast<uint32_t>(raw);
      return static_cast<int32_t>((bits >> 1) ^ (0 - (bits & 1)));
    }
    case kSint64:
      return static_cast<int64_t>((raw >> 1) ^ (0 - (raw & 1)));
    default:
      return static_cast<int64_t>(raw);
  }
}

std::string_view enum_name(const ProtobufEnum& enumeration, int64_t number) {
  for (const auto& [name, value] : enumeration.values)
    if (value == number) return name;
  return kUnknownEnum;
}

bool is_value_of(const ProtobufEnum& enumeration, int64_t number) {
  return std::ranges::any_of(enumeration.values, [&](const auto& value) { return value.second == number; });
}

// Calls `put` with a number as the physical type has it. Requires: not text, nor 128 bits.
template <class Put>
void put_number(PhysicalType physical, int64_t number, Put put) {
  switch (physical) {
    case PhysicalType::kBool:
      return put(static_cast<uint8_t>(number));
    case PhysicalType::kInt8:
      return put(static_cast<int8_t>(number));
    case PhysicalType::kInt16:
      return put(static_cast<int16_t>(number));
    case PhysicalType::kInt32:
      return put(static_cast<int32_t>(number));
    case PhysicalType::kInt64:
      return put(number);
    case PhysicalType::kFloat32:
      return put(std::bit_cast<float>(static_cast<uint32_t>(number)));
    case PhysicalType::kFloat64:
      return put(std::bit_cast<double>(number));
    default:
      CHECK_MSG(false, "no number of protobuf is {}", static_cast<int>(physical));
  }
}

bool is_text(ProtobufType type) { return type == ProtobufType::kString || type == ProtobufType::kBytes; }

// Writes the size that was left open in front of what `out` has got since.
void close_size(std::string& out, size_t open) {
  const auto size = static_cast<uint32_t>(out.size() - open - sizeof(uint32_t));
  std::memcpy(out.data() + open, &size, sizeof(size));
}

size_t open_size(std::string& out) {
  put_packed(out, uint32_t{0});
  return out.size() - sizeof(uint32_t);
}

size_t open_nested(std::string& out) {
  out += '\1';  // it is not NULL
  return open_size(out);
}

}  // namespace

// What a walk found of one field.
struct MessageDecoder::Found {
  bool present = false;
  ProtobufValue value;                // of one that is not repeated
  std::vector<ProtobufValue> values;  // of one that is; messages and entries of maps by their bytes
  std::string merged;                 // of a message that came in several pieces
  std::unique_ptr<Scratch> inside;    // of a message, of elements, of the values of a map

  void clear() {
    present = false;
    values.clear();
  }
};

// What walking a message takes: made once for each message of the plan.
struct MessageDecoder::Scratch {
  std::vector<Found> found;  // by field of the plan

  explicit Scratch(const MessagePlan& plan) : found(plan.fields.size()) {
    for (size_t i = 0; i < found.size(); ++i) {
      const FieldPlan& field = plan.fields[i];
      const MessagePlan* message = field.value ? field.value->message.get() : field.message.get();
      if (message != nullptr) found[i].inside = std::make_unique<Scratch>(*message);
    }
  }
};

MessageDecoder::MessageDecoder(const MessagePlan& plan) : plan_(plan), scratch_(std::make_unique<Scratch>(plan)) {}

MessageDecoder::~MessageDecoder() = default;

bool MessageDecoder::complain(const ProtobufField* field, std::string message) {
  complaint_ = {field != nullptr ? field->name : "", std::move(message)};
  return false;
}

bool MessageDecoder::decode(std::string_view message, RowsBuilder& rows) {
  if (!walk(plan_, message, *scratch_)) return false;
  for (size_t i = 0; i < plan_.fields.size(); ++i)
    if (!set_column(plan_.fields[i], scratch_->found[i], rows.column(static_cast<int32_t>(i)), rows.num_rows()))
      return false;
  return true;
}

bool MessageDecoder::walk(const MessagePlan& plan, std::string_view message, Scratch& scratch) {
  for (Found& found : scratch.found) found.clear();
  WireReader reader(message);
  while (!reader.at_end()) {
    uint32_t number = 0;
    WireType type{};
    const size_t begin = reader.position();
    bool read = reader.read_tag(number, type);
    const MessagePlan::Wanted* wanted = read ? plan.find(number) : nullptr;
    if (wanted != nullptr && wanted->oneof >= 0)
      for (const int32_t other : plan.oneofs[static_cast<size_t>(wanted->oneof)])
        if (other != wanted->field) scratch.found[static_cast<size_t>(other)].clear();
    if (wanted != nullptr && wanted->field >= 0) {
      const FieldPlan& field = plan.fields[static_cast<size_t>(wanted->field)];
      complaint_.message.clear();
      read = take_field(field, type, reader, scratch.found[static_cast<size_t>(wanted->field)]);
      if (!read && !complaint_.message.empty()) return false;
    } else if (read) {
      read = reader.skip(number, type);
    }
    if (!read)
      return complain(nullptr,
                      fmt::format("it is no message '{}': the field at byte {} is broken or goes beyond its end",
                                  plan.message->name, begin));
  }
  return true;
}

bool MessageDecoder::take_field(const FieldPlan& field, WireType type, WireReader& reader, Found& found) {
  const WireType own = field.wire;
  std::string_view bytes;
  if (type == own && own == WireType::kBytes) return reader.read_bytes(bytes) && take_bytes(field, bytes, found);
  if (type == own) {
    uint64_t raw = 0;
    return reader.read_number(type, raw) && take_number(*field.field, raw, found);
  }
  if (field.field->repeated && type == WireType::kBytes)
    return reader.read_bytes(bytes) && take_packed(*field.field, bytes, found);
  return reader.skip(static_cast<uint32_t>(field.field->number), type);  // another field of that number, to protobuf
}

bool MessageDecoder::take_packed(const ProtobufField& field, std::string_view packed, Found& found) {
  WireReader reader(packed);
  const WireType type = wire_type_of(field.type);
  while (!reader.at_end()) {
    uint64_t raw = 0;
    if (!reader.read_number(type, raw) || !take_number(field, raw, found)) return false;
  }
  return true;
}

bool MessageDecoder::take_number(const ProtobufField& field, uint64_t raw, Found& found) {
  const ProtobufValue value{number_of(field.type, raw), {}};
  if (field.enumeration != nullptr && field.enumeration->closed && !is_value_of(*field.enumeration, value.number))
    return true;
  found.present = true;
  if (field.repeated)
    found.values.push_back(value);
  else
    found.value = value;
  return true;
}

bool MessageDecoder::take_bytes(const FieldPlan& field, std::string_view bytes, Found& found) {
  if (field.field->type == ProtobufType::kString && !is_valid_utf8(bytes))
    return complain(field.field, fmt::format("field '{}' is not UTF-8", field.field->name));
  if (field.field->repeated) {
    found.values.push_back({0, bytes});
  } else if (found.present && field.message) {
    if (found.value.text.data() != found.merged.data()) found.merged = found.value.text;
    found.merged += bytes;  // one behind the other, messages are read as merged
    found.value.text = found.merged;
  } else {
    found.value.text = bytes;
  }
  found.present = true;
  return true;
}

bool MessageDecoder::set_column(const FieldPlan& field, Found& found, ColumnFiller& column, int32_t row) {
  if (!found.present && field.absent_is_null) {
    if (!column.type().nullable) return complain(field.field, "the field is not there, but its column is NOT NULL");
    column.set_null(row);
    return true;
  }
  const PhysicalType physical = field.physical;
  if (field.type.is_nested()) {
    body_.clear();
    if (!append_field(field, found, body_)) return false;
    column.copy_text(row, encoded_text(body_));
    return true;
  }
  const ProtobufValue& value = found.present ? found.value : field.default_value;
  if (physical != PhysicalType::kText) {
    put_number(physical, value.number, [&](auto number) { column.set(row, number); });
  } else if (is_text(field.field->type)) {
    column.copy_text(row, value.text);
  } else {
    column.copy_text(row, enum_name(*field.field->enumeration, value.number));
  }
  return true;
}

bool MessageDecoder::append_one(const FieldPlan& field, const Type& type, const ProtobufValue& value, Scratch* inside,
                                std::string& out) {
  if (field.message) return append_message(*field.message, value.text, *inside, out);
  if (type.physical() != PhysicalType::kText) {
    out += '\1';
    put_number(type.physical(), value.number, [&](auto number) { put_packed(out, number); });
  } else if (is_text(field.field->type)) {
    append_encoded_text(out, value.text);
  } else {
    append_encoded_text(out, enum_name(*field.field->enumeration, value.number));
  }
  return true;
}

bool MessageDecoder::append_field(const FieldPlan& field, Found& found, std::string& out) {
  if (!found.present && field.absent_is_null) {
    append_encoded_null(out);
    return true;
  }
  if (field.type.kind == TypeKind::kMap) return append_map(field, found, out);
  if (field.type.kind == TypeKind::kArray) return append_array(field, found, out);
  return append_one(field, field.type, found.present ? found.value : field.default_value, found.inside.get(), out);
}

bool MessageDecoder::append_array(const FieldPlan& field, Found& found, std::string& out) {
  const size_t open = open_nested(out);
  put_packed(out, static_cast<uint32_t>(found.values.size()));
  for (const ProtobufValue& value : found.values)
    if (!append_one(field, field.type.part(0), value, found.inside.get(), out)) return false;
  close_size(out, open);
  return true;
}

// Of equal keys the last one counts.
bool MessageDecoder::append_map(const FieldPlan& field, Found& found, std::string& out) {
  std::vector<std::pair<std::string, std::string>> entries;  // encoded
  std::unordered_map<std::string, size_t> places;
  for (const ProtobufValue& entry : found.values) {
    ProtobufValue key = field.key->default_value, value = field.value->default_value;
    bool known = true;
    if (!read_entry(field, entry.text, key, value, known)) return false;
    if (!known) continue;
    std::string encoded_key, encoded_value;
    if (!append_one(*field.key, field.key->type, key, nullptr, encoded_key) ||
        !append_one(*field.value, field.value->type, value, found.inside.get(), encoded_value))
      return false;
    const auto [place, is_new] = places.emplace(encoded_key, entries.size());
    if (is_new) entries.emplace_back(std::move(encoded_key), "");
    entries[place->second].second = std::move(encoded_value);
  }
  const size_t open = open_nested(out);
  put_packed(out, static_cast<uint32_t>(entries.size()));
  for (const auto& [key, value] : entries) out.append(key).append(value);
  close_size(out, open);
  return true;
}

bool MessageDecoder::read_entry(const FieldPlan& field, std::string_view entry, ProtobufValue& key,
                                ProtobufValue& value, bool& known) {
  WireReader reader(entry);
  while (!reader.at_end()) {
    uint32_t number = 0;
    WireType type{};
    bool read = reader.read_tag(number, type);
    if (read && (number == 1 || number == 2)) {
      Found found;
      complaint_.message.clear();
      read = take_field(number == 1 ? *field.key : *field.value, type, reader, found);
      if (!read && !complaint_.message.empty()) return false;
      if (read && found.present) (number == 1 ? key : value) = found.value;
      const bool of_type = type == (number == 1 ? field.key : field.value)->wire;
      if (number == 2 && of_type) known = found.present;
    } else if (read) {
      read = reader.skip(number, type);
    }
    if (!read) return complain(field.field, fmt::format("field '{}' has a broken entry", field.field->name));
  }
  return true;
}

bool MessageDecoder::append_message(const MessagePlan& plan, std::string_view message, Scratch& scratch,
                                    std::string& out) {
  if (!walk(plan, message, scratch)) return false;
  const size_t open = open_nested(out);
  for (size_t i = 0; i < plan.fields.size(); ++i)
    if (!append_field(plan.fields[i], scratch.found[i], out)) return false;
  close_size(out, open);
  return true;
}

}  // namespace tidemill
