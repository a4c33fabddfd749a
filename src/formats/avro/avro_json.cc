#include "formats/avro/avro_json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/error.h"
#include "base/utf8.h"
#include "data/json_text.h"
#include "data/number_text.h"
#include "data/packed.h"

namespace tidemill {
namespace {

using Json = nlohmann::json;

// How a value of a union stands in JSON.
enum class UnionForm : uint8_t {
  kTagged,  // {"long": 1}; null alone
  kBare,    // as a default: the first branch that takes it
};

// The name of a branch in the JSON encoding.
std::string_view branch_name(const AvroType& type) { return type.is_named() ? type.name : type.short_name(); }

class JsonReader {
 public:
  JsonReader(UnionForm form, std::string& out) : form_(form), out_(out) {}

  const std::string& complaint() const { return complaint_; }

  bool read(const AvroType& type, const Json& json, int32_t depth = 0) {
    if (depth > kAvroDepthMax) return fail(fmt::format("values lie more than {} deep in each other", kAvroDepthMax));
    switch (type.kind) {
      case AvroKind::kNull:
        return json.is_null() || fail_type(type, json);
      case AvroKind::kBoolean:
        if (!json.is_boolean()) return fail_type(type, json);
        out_ += json.get<bool>() ? '\1' : '\0';
        return true;
      case AvroKind::kInt:
      case AvroKind::kLong:
        return read_whole(type, json);
      case AvroKind::kFloat:
      case AvroKind::kDouble:
        return read_float(type, json);
      case AvroKind::kString:
        if (!json.is_string()) return fail_type(type, json);
        put_avro_sized(out_, json.get_ref<const std::string&>());
        return true;
      case AvroKind::kBytes:
      case AvroKind::kFixed:
        return read_bytes(type, json);
      case AvroKind::kEnum: {
        const auto symbol =
            json.is_string() ? std::ranges::find(type.symbols, json.get_ref<const std::string&>()) : type.symbols.end();
        if (symbol == type.symbols.end()) return fail_type(type, json);
        put_avro_long(out_, symbol - type.symbols.begin());
        return true;
      }
      case AvroKind::kRecord:
        return read_record(type, json, depth);
      case AvroKind::kArray:
      case AvroKind::kMap:
        return read_entries(type, json, depth);
      case AvroKind::kUnion:
        return read_union(type, json, depth);
    }
    return false;
  }

 private:
  bool fail(std::string complaint) {
    if (complaint_.empty()) complaint_ = std::move(complaint);
    return false;
  }
  bool fail_type(const AvroType& type, const Json& json) {
    return fail(
        fmt::format("{} is no {}", json.dump(-1, ' ', false, Json::error_handler_t::replace), type.to_string()));
  }

  bool read_whole(const AvroType& type, const Json& json) {
    if (!json.is_number_integer()) return fail_type(type, json);
    const bool is_int = type.kind == AvroKind::kInt;
    if (json.is_number_unsigned() && json.get<uint64_t>() > static_cast<uint64_t>(is_int ? INT32_MAX : INT64_MAX))
      return fail_type(type, json);
    const auto value = json.get<int64_t>();
    if (is_int && value < INT32_MIN) return fail_type(type, json);
    put_avro_long(out_, value);
    return true;
  }

  bool read_float(const AvroType& type, const Json& json) {
    double value = 0;
    if (json.is_number()) {
      value = json.get<double>();
    } else if (json == "NaN") {
      value = std::nan("");
    } else if (json == "Infinity" || json == "-Infinity") {
      value = json == "Infinity" ? HUGE_VAL : -HUGE_VAL;
    } else {
      return fail_type(type, json);
    }
    type.kind == AvroKind::kFloat ? put_packed(out_, static_cast<float>(value)) : put_packed(out_, value);
    return true;
  }

  // A byte is a character up to U+00FF.
  bool read_bytes(const AvroType& type, const Json& json) {
    if (!json.is_string()) return fail_type(type, json);
    std::string bytes;
    for (std::string_view text = json.get_ref<const std::string&>(); !text.empty();) {
      const Utf8CodePoint one = decode_utf8(text);
      if (one.bytes == 0 || one.value > 0xFF) return fail_type(type, json);
      bytes += static_cast<char>(one.value);
      text.remove_prefix(one.bytes);
    }
    if (type.kind == AvroKind::kBytes) {
      put_avro_sized(out_, bytes);
      return true;
    }
    if (bytes.size() != static_cast<size_t>(type.size)) return fail_type(type, json);
    out_ += bytes;
    return true;
  }

  bool read_record(const AvroType& type, const Json& json, int32_t depth) {
    if (!json.is_object()) return fail_type(type, json);
    for (const AvroField& field : type.fields) {
      const auto member = json.find(field.name);
      if (member != json.end()) {
        if (!read(*field.type, *member, depth + 1)) return false;
      } else if (form_ == UnionForm::kBare && field.default_json) {
        if (!read(*field.type, Json::parse(*field.default_json), depth + 1)) return false;
      } else {
        return fail(fmt::format("it has no \"{}\"", field.name));
      }
    }
    return true;
  }

  bool read_entries(const AvroType& type, const Json& json, int32_t depth) {
    const bool is_map = type.kind == AvroKind::kMap;
    if (is_map ? !json.is_object() : !json.is_array()) return fail_type(type, json);
    if (!json.empty()) put_avro_long(out_, static_cast<int64_t>(json.size()));
    for (const auto& [key, value] : json.items()) {
      if (is_map) put_avro_sized(out_, key);
      if (!read(*type.parts[0], value, depth + 1)) return false;
    }
    put_avro_long(out_, 0);
    return true;
  }

  bool read_union(const AvroType& type, const Json& json, int32_t depth) {
    for (size_t i = 0; i < type.parts.size(); ++i) {
      const AvroType& branch = *type.parts[i];
      const size_t before = out_.size();
      put_avro_long(out_, static_cast<int64_t>(i));
      if (form_ == UnionForm::kTagged && branch.kind != AvroKind::kNull) {
        const bool named = json.is_object() && json.size() == 1 && json.begin().key() == branch_name(branch);
        if (named) return read(branch, json.begin().value(), depth + 1);
      } else if (read(branch, json, depth + 1)) {
        complaint_.clear();
        return true;
      }
      out_.resize(before);
    }
    complaint_.clear();
    return fail(fmt::format("{} is no branch of its union", json.dump(-1, ' ', false, Json::error_handler_t::replace)));
  }

  const UnionForm form_;
  std::string& out_;
  std::string complaint_;
};

// A byte is the character of its number.
void append_byte_string(std::string_view bytes, std::string& out) {
  std::string text;
  for (const char byte : bytes) append_utf8(text, static_cast<char32_t>(static_cast<unsigned char>(byte)));
  append_json_string(text, out);
}

void append_entries(const AvroType& type, AvroCursor& cursor, std::string& out) {
  const bool is_map = type.kind == AvroKind::kMap;
  out += is_map ? '{' : '[';
  bool first = true;
  for (int64_t count = 0; cursor.read_long(count) && count != 0;) {
    int64_t bytes = 0;
    if (count < 0) CHECK(cursor.read_long(bytes));
    for (int64_t i = 0; i < std::abs(count); ++i) {
      if (!std::exchange(first, false)) out += ',';
      std::string_view key;
      if (is_map) {
        CHECK(cursor.read_sized(key));
        append_json_string(key, out);
        out += ':';
      }
      append_json_of_avro(*type.parts[0], cursor, out);
    }
  }
  out += is_map ? '}' : ']';
}

template <class T>
void append_floating(AvroCursor& cursor, std::string& out) {
  T value = 0;
  CHECK(cursor.read_fixed(value));
  const bool quoted = !std::isfinite(value);
  if (quoted) out += '"';
  if constexpr (std::is_same_v<T, float>) {
    append_float(out, value);
  } else {
    append_double(out, value);
  }
  if (quoted) out += '"';
}

}  // namespace

std::string append_avro_of_json(const AvroType& type, std::string_view json, std::string& out) {
  if (!is_shallow_json(json)) return "its brackets lie too deep in each other";
  const Json parsed = Json::parse(json, nullptr, false);
  if (parsed.is_discarded()) return "it is no JSON";
  JsonReader reader(UnionForm::kTagged, out);
  return reader.read(type, parsed) ? "" : reader.complaint();
}

std::string avro_default(const AvroField& field) {
  std::string bytes;
  JsonReader reader(UnionForm::kBare, bytes);
  if (field.default_json && reader.read(*field.type, Json::parse(*field.default_json))) return bytes;
  throw UserError(fmt::format("The default of field '{}' of an Avro schema is none of its type: {}", field.name,
                              field.default_json.value_or("")),
                  "Mend the schema.");
}

void append_json_of_avro(const AvroType& type, AvroCursor& cursor, std::string& out) {
  int64_t whole = 0;
  std::string_view bytes;
  uint8_t boolean = 0;
  switch (type.kind) {
    case AvroKind::kNull:
      out += "null";
      return;
    case AvroKind::kBoolean:
      CHECK(cursor.read_fixed(boolean));
      out += boolean != 0 ? "true" : "false";
      return;
    case AvroKind::kInt:
    case AvroKind::kLong:
      CHECK(cursor.read_long(whole));
      append_integer(out, whole);
      return;
    case AvroKind::kFloat:
      return append_floating<float>(cursor, out);
    case AvroKind::kDouble:
      return append_floating<double>(cursor, out);
    case AvroKind::kString:
      CHECK(cursor.read_sized(bytes));
      return append_json_string(bytes, out);
    case AvroKind::kBytes:
      CHECK(cursor.read_sized(bytes));
      return append_byte_string(bytes, out);
    case AvroKind::kFixed:
      CHECK(cursor.read(static_cast<size_t>(type.size), bytes));
      return append_byte_string(bytes, out);
    case AvroKind::kEnum:
      CHECK(cursor.read_long(whole));
      return append_json_string(type.symbols.at(static_cast<size_t>(whole)), out);
    case AvroKind::kArray:
    case AvroKind::kMap:
      return append_entries(type, cursor, out);
    case AvroKind::kRecord:
      for (size_t i = 0; i < type.fields.size(); ++i) {
        out += i == 0 ? "{" : ",";
        append_json_string(type.fields[i].name, out);
        out += ':';
        append_json_of_avro(*type.fields[i].type, cursor, out);
      }
      out += type.fields.empty() ? "{}" : "}";
      return;
    case AvroKind::kUnion: {
      CHECK(cursor.read_long(whole));
      const AvroType& branch = *type.parts.at(static_cast<size_t>(whole));
      if (branch.kind == AvroKind::kNull) return append_json_of_avro(branch, cursor, out);
      out += '{';
      append_json_string(branch_name(branch), out);
      out += ':';
      append_json_of_avro(branch, cursor, out);
      out += '}';
      return;
    }
  }
}

}  // namespace tidemill
