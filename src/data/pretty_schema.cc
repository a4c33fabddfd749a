// The schema line of the text form for tests: "k STRING, x INT NOT NULL".
#include <charconv>

#include "base/error.h"
#include "data/pretty.h"

namespace tidemill {
namespace {

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Takes `suffix` off the end; returns whether it was there.
bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text = trim(text.substr(0, text.size() - suffix.size()));
  return true;
}

// Splits "DECIMAL(10, 2)" into its name and numbers.
struct TypeText {
  std::string_view name;
  std::vector<int32_t> numbers;
};

TypeText split_type(std::string_view text) {
  const size_t open = text.find('(');
  TypeText parts{trim(text.substr(0, open)), {}};
  if (open == std::string_view::npos) return parts;
  const char* at = text.data() + open + 1;
  const char* end = text.data() + text.size();
  while (at < end && *at != ')') {
    int32_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) throw UserError(fmt::format("Not a type: '{}'", text));
    parts.numbers.push_back(number);
    at = next;
    while (at < end && (*at == ',' || *at == ' ')) ++at;
  }
  return parts;
}

// Splits at commas that stand in no brackets.
std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  int32_t depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && (text[i] == '(' || text[i] == '<')) ++depth;
    if (i < text.size() && (text[i] == ')' || text[i] == '>')) --depth;
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return parts;
}

Type parse_type_with_nullability(std::string_view text);

// Reads ARRAY<t>, MAP<k, v>, MULTISET<t>, ROW<name t, …>; nullopt for what is not nested.
std::optional<Type> parse_nested_type(std::string_view text) {
  const size_t open = text.find('<');
  if (open == std::string_view::npos || !text.ends_with('>')) return std::nullopt;
  const std::string_view name = text.substr(0, open);
  std::vector<NestedField> fields;
  for (std::string_view part : split_list(text.substr(open + 1, text.size() - open - 2))) {
    part = trim(part);
    const size_t name_bytes = name == "ROW" ? std::min(part.find(' '), part.size()) : 0;
    fields.push_back({std::string(part.substr(0, name_bytes)), parse_type_with_nullability(part.substr(name_bytes))});
  }
  if (name == "ROW") return Type::row(std::move(fields));
  if (name == "MAP" && fields.size() == 2) return Type::map(fields[0].type, fields[1].type);
  if (name == "ARRAY" && fields.size() == 1) return Type::array(fields[0].type);
  if (name == "MULTISET" && fields.size() == 1) return Type::multiset(fields[0].type);
  throw UserError(fmt::format("Not a type: '{}'", text));
}

Type parse_type(std::string_view text) {
  if (const std::optional<Type> nested = parse_nested_type(text)) return *nested;
  const TypeText parts = split_type(text);
  const auto number = [&](size_t index, int32_t otherwise) {
    return index < parts.numbers.size() ? parts.numbers[index] : otherwise;
  };
  const std::map<std::string_view, Type> types = {
      {"BOOLEAN", Type::boolean()},
      {"TINYINT", Type::tiny_int()},
      {"SMALLINT", Type::small_int()},
      {"INT", Type::integer()},
      {"BIGINT", Type::big_int()},
      {"FLOAT", Type::float32()},
      {"DOUBLE", Type::float64()},
      {"DECIMAL", Type::decimal(number(0, 10), number(1, 0))},
      {"CHAR", Type::char_of(number(0, 1))},
      {"VARCHAR", Type::varchar(number(0, 1))},
      {"STRING", Type::string()},
      {"BYTES", Type::bytes()},
      {"DATE", Type::date()},
      {"TIME", Type::time(number(0, 0))},
      {"TIMESTAMP", Type::timestamp(number(0, 6))},
      {"TIMESTAMP_LTZ", Type::timestamp_ltz(number(0, 6))},
      {"VARIANT", Type::variant()},
      {"BITMAP", Type::bitmap()},
      {"INTERVAL MONTH", Type::interval_year_month()},
      {"INTERVAL SECOND", Type::interval_day_time()},
  };
  const auto found = types.find(parts.name);
  if (found == types.end()) throw UserError(fmt::format("Not a type: '{}'", text));
  return found->second;
}

Type parse_type_with_nullability(std::string_view text) {
  text = trim(text);
  const bool required = take_suffix(text, "NOT NULL");
  return parse_type(text).with_nullable(!required);
}

Field parse_field(std::string_view text) {
  text = trim(text);
  const size_t space = text.find(' ');
  if (space == std::string_view::npos) throw UserError(fmt::format("A column is a name and a type: '{}'", text));
  Field field;
  field.name = text.substr(0, space);
  std::string_view type = trim(text.substr(space));
  if (take_suffix(type, "*ROWTIME*")) field.time = TimeAttribute::kRowtime;
  if (take_suffix(type, "*PROCTIME*")) field.time = TimeAttribute::kProctime;
  field.type = parse_type_with_nullability(type);
  return field;
}

}  // namespace

SchemaPtr parse_schema(std::string_view text) {
  std::vector<Field> fields;
  for (const std::string_view field : split_list(text)) fields.push_back(parse_field(field));
  return make_schema(std::move(fields));
}

}  // namespace tidemill
