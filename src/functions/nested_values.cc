// ARRAY[…], MAP[…], ROW(…), a[i], r.field, CARDINALITY, ELEMENT: nested values made and taken apart.
#include "data/utf8.h"
#include "data/variant.h"
#include "expr/type_coercion.h"
#include "functions/bind.h"
#include "functions/encoded_kernel.h"
#include "functions/families.h"
#include "functions/row_field.h"

namespace tidemill {
namespace {

// Casts every `step`-th argument from `first` on to their common type; nullopt where there is none.
std::optional<Type> unify(std::vector<ExpressionPtr>& arguments, size_t first, size_t step) {
  std::vector<ExpressionPtr> some;
  for (size_t i = first; i < arguments.size(); i += step) some.push_back(arguments[i]);
  const std::optional<Type> type = common_type(some);
  if (!type) return std::nullopt;
  for (size_t i = first; i < arguments.size(); i += step) arguments[i] = coerce(std::move(arguments[i]), *type);
  return type;
}

ExpressionPtr make_constructor(const CallSite& site, EncodedBody body, std::vector<ExpressionPtr> arguments,
                               const Type& type) {
  require_nested_depth(type, site.location);
  return make_call(site, make_encoded_kernel(std::move(body), kSeesAllNulls), std::move(arguments), type.not_null());
}

ExpressionPtr bind_array(const CallSite& site) {
  if (site.size() == 0) return nullptr;
  std::vector<ExpressionPtr> arguments(site.arguments.begin(), site.arguments.end());
  const std::optional<Type> element = unify(arguments, 0, 1);
  if (!element) return nullptr;
  return make_constructor(
      site,
      [](EncodedRow& row, std::string& out) {
        std::vector<std::string_view> elements;
        for (size_t i = 0; i < row.size(); ++i) elements.push_back(row.encoded(i));
        append_encoded_collection(out, elements, 1);
      },
      std::move(arguments), Type::array(*element));
}

ExpressionPtr bind_map(const CallSite& site) {
  if (site.size() == 0 || site.size() % 2 != 0) return nullptr;
  std::vector<ExpressionPtr> arguments(site.arguments.begin(), site.arguments.end());
  const std::optional<Type> key = unify(arguments, 0, 2);
  const std::optional<Type> value = unify(arguments, 1, 2);
  if (!key || !value) return nullptr;
  return make_constructor(
      site,
      [](EncodedRow& row, std::string& out) {
        MapEntries entries;
        for (size_t i = 0; i < row.size(); i += 2) entries.put(row.encoded(i), row.encoded(i + 1));
        append_encoded_collection(out, entries.parts(), 2);
      },
      std::move(arguments), Type::map(*key, *value));
}

ExpressionPtr bind_row(const CallSite& site) {
  if (site.size() == 0) return nullptr;
  std::vector<NestedField> fields;
  for (size_t i = 0; i < site.size(); ++i) fields.push_back({fmt::format("EXPR${}", i), site.type(i)});
  return make_constructor(
      site,
      [](EncodedRow& row, std::string& out) {
        std::string bytes;
        for (size_t i = 0; i < row.size(); ++i) bytes += row.encoded(i);
        append_encoded_text(out, bytes);
      },
      {site.arguments.begin(), site.arguments.end()}, Type::row(std::move(fields)));
}

[[noreturn]] void throw_bad_index(const CallSite& site, int32_t index) {
  throw UserError(site.location,
                  fmt::format("An element of an ARRAY is asked for by its place from 1 on, not {}", index));
}

ExpressionPtr bind_array_item(const CallSite& site) {
  if (!casts_implicitly(site.type(1), Type::integer())) return nullptr;
  const auto* literal = site.arguments[1]->try_as<Literal>();
  ExpressionPtr index = coerce(site.arguments[1], Type::integer());
  if (literal != nullptr && !literal->value().is_null()) {
    const int32_t place = index->as<Literal>().value().as<int32_t>();
    if (place < 1) throw_bad_index(site, place);
  }
  return make_call(site, make_encoded_kernel([](EncodedRow& row, std::string& out) {
                     const int32_t place = row.integer(1);
                     if (place < 1 || place > nested_count(row.bytes(0))) return append_encoded_null(out);
                     out = nested_part(row.type(0), row.bytes(0), static_cast<size_t>(place - 1));
                   }),
                   {site.arguments[0], std::move(index)}, site.type(0).part(0).with_nullable(true));
}

ExpressionPtr bind_map_item(const CallSite& site) {
  const Type& map = site.type(0);
  if (!casts_implicitly(site.type(1), map.part(0))) return nullptr;
  return make_call(site, make_encoded_kernel([](EncodedRow& row, std::string& out) {
                     const std::vector<std::string_view> parts = row.parts(0);
                     const std::string_view key = row.encoded(1);
                     for (size_t i = 0; i < parts.size(); i += 2) {
                       if (parts[i] == key) {
                         out = parts[i + 1];
                         return;
                       }
                     }
                     append_encoded_null(out);
                   }),
                   {site.arguments[0], coerce(site.arguments[1], map.part(0))}, map.part(1).with_nullable(true));
}

// The field of a row by its number from 0.
ExpressionPtr make_field(const CallSite& site, size_t index) {
  const Type& row_type = site.type(0);
  const Type& field = row_type.part(index);
  CallSite as_field = site;
  as_field.name = ".";
  return make_call(as_field, make_row_field_kernel(row_type, index),
                   {site.arguments[0], make_literal(Value::integer(static_cast<int32_t>(index)))},
                   field.with_nullable(field.nullable || row_type.nullable));
}

// r['name'] and r[1]; `.` gives the name as a literal.
ExpressionPtr bind_field(const CallSite& site) {
  if (site.size() != 2 || site.type(0).kind != TypeKind::kRow) return nullptr;
  const std::vector<NestedField>& fields = *site.type(0).parts;
  if (const std::string* name = site.literal_text(1)) {
    std::vector<std::string> names;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name == *name) return make_field(site, i);
      names.push_back(fields[i].name);
    }
    const auto nearest = nearest_name(*name, names);
    throw UserError(
        site.location, fmt::format("The row has no field {}", *name),
        nearest ? fmt::format("Did you mean '{}'?", *nearest) : fmt::format("There are: {}.", fmt::join(names, ", ")));
  }
  const auto* literal = site.arguments[1]->try_as<Literal>();
  if (literal == nullptr || literal->value().is_null() || !literal->type().is_integer())
    throw UserError(site.location, "A field of a row is asked for by its name, or by its number as a literal");
  const int128 number = literal->value().as_integer();
  if (number < 1 || number > static_cast<int128>(fields.size())) {
    throw UserError(site.location, fmt::format("The row has fields 1 to {}", fields.size()));
  }
  return make_field(site, static_cast<size_t>(number - 1));
}

// v['key'] and v[i].
ExpressionPtr bind_variant_item(const CallSite& site) {
  const bool by_key = site.type(1).is_character();
  if (!by_key && !site.type(1).is_integer()) return nullptr;
  EncodedBody body = [by_key](EncodedRow& row, std::string& out) {
    const std::string_view variant = row.bytes(0);
    if (variant_kind(variant) != (by_key ? VariantKind::kObject : VariantKind::kArray)) {
      std::string shown;
      append_variant_json(shown, variant);
      return row.fail(fmt::format("{} of a VARIANT is asked for that is {}: {}", by_key ? "A key" : "An element",
                                  by_key ? "no object" : "no array", shown.substr(0, utf8_prefix(shown, 40))));
    }
    const auto found = by_key ? variant_member(variant, row.bytes(1)) : variant_element(variant, row.big_int(1) - 1);
    found ? append_encoded_text(out, *found) : append_encoded_null(out);
  };
  ExpressionPtr index = by_key ? site.arguments[1] : coerce(site.arguments[1], Type::big_int());
  return make_call(site, make_encoded_kernel(std::move(body)), {site.arguments[0], std::move(index)}, Type::variant(),
                   {.can_fail = true});
}

ExpressionPtr bind_item(const CallSite& site) {
  if (site.size() != 2) return nullptr;
  switch (site.type(0).kind) {
    case TypeKind::kArray:
      return bind_array_item(site);
    case TypeKind::kMap:
      return bind_map_item(site);
    case TypeKind::kRow:
      return bind_field(site);
    case TypeKind::kVariant:
      return bind_variant_item(site);
    default:
      return nullptr;
  }
}

bool is_collection(const Type& type) { return type.is_nested() && type.kind != TypeKind::kRow; }

ExpressionPtr bind_cardinality(const CallSite& site) {
  if (site.size() != 1 || !is_collection(site.type(0))) return nullptr;
  return make_strict_call(site, make_encoded_kernel([](EncodedRow& row, std::string& out) {
                            append_encoded_int(out, nested_count(row.bytes(0)));
                          }),
                          Type::integer());
}

ExpressionPtr bind_element(const CallSite& site) {
  if (site.size() != 1 || site.type(0).kind != TypeKind::kArray) return nullptr;
  return make_call(site, make_encoded_kernel([](EncodedRow& row, std::string& out) {
                     const std::vector<std::string_view> parts = row.parts(0);
                     if (parts.size() > 1) return row.fail("ELEMENT: the ARRAY has more than one element");
                     parts.empty() ? append_encoded_null(out) : void(out = parts[0]);
                   }),
                   {site.arguments[0]}, site.type(0).part(0).with_nullable(true), {.can_fail = true});
}

}  // namespace

void register_nested_functions(FunctionRegistry& registry) {
  registry.with_rule("ARRAY", {"ARRAY[a, b, ...]", "An ARRAY of these values.", "ARRAY[1, 2] = [1, 2]"}, bind_array);
  registry.with_rule("MAP",
                     {"MAP[key, value, ...]", "A MAP of these keys and values; of equal keys the last counts.",
                      "MAP['a', 1]['a'] = 1"},
                     bind_map);
  registry.with_rule("ROW", {"ROW(a, b, ...)", "A ROW of these values; also (a, b).", "ROW(1, 'a') = (1, a)"},
                     bind_row);
  registry.with_rule(
      "[]",
      {"a[i]",
       "Element i of an ARRAY, from 1; the value of key i of a MAP; field i of a ROW; the member or element "
       "of a VARIANT. NULL where there is none.",
       "ARRAY['x', 'y'][2] = 'y'"},
      bind_item);
  registry.with_rule(".", {"r.field", "The field of a ROW.", "CAST(ROW(1) AS ROW<n INT>).n = 1"}, bind_field);
  registry.with_rule(
      "CARDINALITY",
      {"CARDINALITY(collection)", "How many elements or entries there are.", "CARDINALITY(ARRAY[4, 5]) = 2"},
      bind_cardinality);
  registry.with_rule("ELEMENT",
                     {"ELEMENT(array)", "The only element; NULL of an empty ARRAY, an error where there are more.",
                      "ELEMENT(ARRAY[7]) = 7"},
                     bind_element);
}

}  // namespace tidemill
