// MAP_KEYS, MAP_VALUES, MAP_ENTRIES, MAP_FROM_ARRAYS, MAP_UNION.
#include "expr/type_coercion.h"
#include "functions/bind.h"
#include "functions/encoded_kernel.h"
#include "functions/families.h"

namespace tidemill {
namespace {

using Parts = std::vector<std::string_view>;

bool is_map(const CallSite& site, size_t i) { return i < site.size() && site.type(i).kind == TypeKind::kMap; }

// Every second part from `first` on: the keys (0) or the values (1).
ExpressionPtr bind_half(const CallSite& site, size_t first) {
  if (site.size() != 1 || !is_map(site, 0)) return nullptr;
  return make_strict_call(site, make_encoded_kernel([first](EncodedRow& row, std::string& out) {
                            const Parts parts = row.parts(0);
                            Parts half;
                            for (size_t i = first; i < parts.size(); i += 2) half.push_back(parts[i]);
                            append_encoded_collection(out, half, 1);
                          }),
                          Type::array(site.type(0).part(first)));
}

ExpressionPtr bind_entries(const CallSite& site) {
  if (site.size() != 1 || !is_map(site, 0)) return nullptr;
  const Type entry = Type::row({{"key", site.type(0).part(0)}, {"value", site.type(0).part(1)}});
  const Type result = Type::array(entry);
  require_nested_depth(result, site.location);
  return make_strict_call(site, make_encoded_kernel([](EncodedRow& row, std::string& out) {
                            const Parts parts = row.parts(0);
                            std::vector<std::string> entries;
                            for (size_t i = 0; i < parts.size(); i += 2) {
                              std::string bytes(parts[i]);
                              bytes += parts[i + 1];
                              append_encoded_text(entries.emplace_back(), bytes);
                            }
                            append_encoded_collection(out, Parts(entries.begin(), entries.end()), 1);
                          }),
                          result);
}

ExpressionPtr bind_from_arrays(const CallSite& site) {
  if (site.size() != 2 || site.type(0).kind != TypeKind::kArray || site.type(1).kind != TypeKind::kArray)
    return nullptr;
  return make_strict_call(
      site, make_encoded_kernel([](EncodedRow& row, std::string& out) {
        const Parts keys = row.parts(0);
        const Parts values = row.parts(1);
        if (keys.size() != values.size()) {
          return row.fail(fmt::format("MAP_FROM_ARRAYS: {} keys for {} values", keys.size(), values.size()));
        }
        MapEntries entries;
        for (size_t i = 0; i < keys.size(); ++i) entries.put(keys[i], values[i]);
        append_encoded_collection(out, entries.parts(), 2);
      }),
      Type::map(site.type(0).part(0), site.type(1).part(0)), {.can_fail = true});
}

ExpressionPtr bind_union(const CallSite& site) {
  if (site.size() == 0) return nullptr;
  for (size_t i = 0; i < site.size(); ++i) {
    if (!is_map(site, i) && site.type(i).kind != TypeKind::kNull) return nullptr;
  }
  const std::optional<Type> type = common_type(site.arguments);
  if (!type || type->kind != TypeKind::kMap) return nullptr;
  std::vector<ExpressionPtr> arguments;
  for (const ExpressionPtr& argument : site.arguments) arguments.push_back(coerce(argument, *type));
  return make_call(site, make_encoded_kernel([](EncodedRow& row, std::string& out) {
                     MapEntries entries;
                     for (size_t i = 0; i < row.size(); ++i) {
                       const Parts parts = row.parts(i);
                       for (size_t j = 0; j < parts.size(); j += 2) entries.put(parts[j], parts[j + 1]);
                     }
                     append_encoded_collection(out, entries.parts(), 2);
                   }),
                   std::move(arguments), *type);
}

}  // namespace

void register_map_functions(FunctionRegistry& registry) {
  registry.with_rule("MAP_KEYS", {"MAP_KEYS(map)", "The keys as an ARRAY.", "MAP_KEYS(MAP['a', 1]) = [a]"},
                     [](const CallSite& site) { return bind_half(site, 0); });
  registry.with_rule("MAP_VALUES", {"MAP_VALUES(map)", "The values as an ARRAY.", "MAP_VALUES(MAP['a', 1]) = [1]"},
                     [](const CallSite& site) { return bind_half(site, 1); });
  registry.with_rule(
      "MAP_ENTRIES",
      {"MAP_ENTRIES(map)", "The entries as an ARRAY of ROW<key, value>.", "MAP_ENTRIES(MAP['a', 1])[1].key = 'a'"},
      bind_entries);
  registry.with_rule("MAP_FROM_ARRAYS",
                     {"MAP_FROM_ARRAYS(keys, values)", "A MAP of these; an error where there are not as many of each.",
                      "MAP_FROM_ARRAYS(ARRAY['a'], ARRAY[1])['a'] = 1"},
                     bind_from_arrays);
  registry.with_rule("MAP_UNION",
                     {"MAP_UNION(map, ...)", "The entries of all maps; of equal keys the last counts.",
                      "MAP_UNION(MAP['a', 1], MAP['a', 2])['a'] = 2"},
                     bind_union);
}

}  // namespace tidemill
