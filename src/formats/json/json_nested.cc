#include "formats/json/json_nested.h"

#include <unordered_map>

#include "data/json_scanner.h"
#include "data/json_text.h"
#include "data/nested.h"
#include "formats/json/json_columns.h"

namespace tidemill {
namespace {

// The worse of two: an error stays one.
ValueStatus worse(ValueStatus a, ValueStatus b) {
  if (a == ValueStatus::kOk) return b;
  return a == ValueStatus::kNulled && b != ValueStatus::kOk ? b : a;
}

// Appends a value of any type, encoded.
ValueStatus append_value(const Type& type, const JsonToken& token, const TextForm& form, std::string& out) {
  ColumnFiller filler(type.with_nullable(true));
  filler.begin(1);
  ValueStatus status = set_from_json(filler, 0, token, form);
  if (status != ValueStatus::kOk && status != ValueStatus::kNulled) {
    if (!form.nulls_for_errors) return status;
    filler.set_null(0);
    status = ValueStatus::kNulled;
  }
  append_encoded(out, *filler.take(1, {}), 0);
  return status;
}

void put_count(std::string& bytes, uint32_t count) { std::memcpy(bytes.data(), &count, sizeof(count)); }

ValueStatus read_array(const Type& type, const JsonToken& token, const TextForm& form, std::string& bytes) {
  auto scanner = JsonScanner::of_checked(token.text);
  scanner.enter('[');
  bytes.assign(sizeof(uint32_t), '\0');
  uint32_t count = 0;
  ValueStatus status = ValueStatus::kOk;
  while (scanner.next_element()) {
    status = worse(status, append_value(type.part(0), *scanner.value(), form, bytes));
    ++count;
  }
  put_count(bytes, count);
  return status;
}

// Of equal keys the last one counts.
ValueStatus read_map(const Type& type, const JsonToken& token, const TextForm& form, std::string& bytes) {
  const Type value_type = type.kind == TypeKind::kMap ? type.part(1) : Type::integer();
  auto scanner = JsonScanner::of_checked(token.text);
  scanner.enter('{');
  std::vector<std::pair<std::string, std::string>> entries;  // encoded
  std::unordered_map<std::string, size_t> places;
  ValueStatus status = ValueStatus::kOk;
  while (const auto key = scanner.next_key()) {
    std::string encoded_key, encoded_value;
    status = worse(status, append_value(type.part(0), *key, form, encoded_key));
    status = worse(status, append_value(value_type, *scanner.value(), form, encoded_value));
    const auto [place, is_new] = places.emplace(encoded_key, entries.size());
    if (is_new) entries.emplace_back(std::move(encoded_key), "");
    entries[place->second].second = std::move(encoded_value);
  }
  if (type.kind == TypeKind::kMultiset) std::ranges::sort(entries);
  bytes.assign(sizeof(uint32_t), '\0');
  put_count(bytes, static_cast<uint32_t>(entries.size()));
  for (const auto& [key, value] : entries) bytes += key + value;
  return status;
}

ValueStatus read_row(const Type& type, const JsonToken& token, const TextForm& form, std::string& bytes) {
  const std::vector<NestedField>& fields = *type.parts;
  std::vector<std::string> values(fields.size());
  auto scanner = JsonScanner::of_checked(token.text);
  scanner.enter('{');
  ValueStatus status = ValueStatus::kOk;
  std::string name;
  while (const auto key = scanner.next_key()) {
    name.clear();
    append_json_unescaped(key->text, name);
    const JsonToken value = *scanner.value();
    const auto field = std::ranges::find(fields, name, &NestedField::name);
    if (field == fields.end()) continue;
    std::string& encoded = values[static_cast<size_t>(field - fields.begin())];
    encoded.clear();
    status = worse(status, append_value(field->type, value, form, encoded));
  }
  bytes.clear();
  for (const std::string& value : values) {
    if (value.empty() && form.missing_is_error) return ValueStatus::kMalformed;
    value.empty() ? append_encoded_null(bytes) : void(bytes += value);
  }
  return status;
}

}  // namespace

ValueStatus read_nested_json(const Type& type, const JsonToken& token, const TextForm& form, std::string& bytes) {
  const JsonKind wanted = type.kind == TypeKind::kArray ? JsonKind::kArray : JsonKind::kObject;
  if (token.kind != wanted) return ValueStatus::kMalformed;
  if (type.kind == TypeKind::kArray) return read_array(type, token, form, bytes);
  return type.kind == TypeKind::kRow ? read_row(type, token, form, bytes) : read_map(type, token, form, bytes);
}

bool json_holds(const Type& type) {
  return !type.any([](const Type& part) {
    return part.is_interval() || part.kind == TypeKind::kBitmap || (part.is_map_like() && !part.part(0).is_character());
  });
}

}  // namespace tidemill
