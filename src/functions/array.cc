// ARRAY_CONTAINS … ARRAY_JOIN. Two elements are equal where their bytes are: NULL equals NULL here, as in Flink.
#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "expr/type_coercion.h"
#include "functions/bind.h"
#include "functions/encoded_kernel.h"
#include "functions/families.h"

namespace tidemill {
namespace {

using Parts = std::vector<std::string_view>;

constexpr uint32_t kSecondMayBeNull = 2;

bool is_array(const CallSite& site, size_t i) { return i < site.size() && site.type(i).kind == TypeKind::kArray; }

void put_array(std::string& out, const Parts& parts) { append_encoded_collection(out, parts, 1); }

void put_bool(std::string& out, bool value) { out = {'\1', static_cast<char>(value)}; }

// An ARRAY and a value beside it, with the value cast to the ARRAY's elements, or both to a type that holds either.
struct ArrayAndValue {
  ExpressionPtr array, value;
};
std::optional<ArrayAndValue> array_and_value(const CallSite& site) {
  if (site.size() != 2 || !is_array(site, 0)) return std::nullopt;
  const Type& element = site.type(0).part(0);
  const std::optional<Type> common = common_type(element, site.type(1));
  if (!common) return std::nullopt;
  const Type array = Type::array(*common).with_nullable(site.type(0).nullable);
  return ArrayAndValue{coerce(site.arguments[0], array), coerce(site.arguments[1], *common)};
}

using ElementBody = void (*)(EncodedRow& row, std::string& out);

// f(array, value): the value may be NULL, the result is NULL only where the array is.
ExpressionPtr bind_with_value(const CallSite& site, ElementBody body, const std::optional<Type>& result) {
  auto arguments = array_and_value(site);
  if (!arguments) return nullptr;
  const Type array = arguments->array->type();
  return make_call(site, make_encoded_kernel(body, kSecondMayBeNull), {arguments->array, arguments->value},
                   result.value_or(array).with_nullable(array.nullable));
}

void contains(EncodedRow& row, std::string& out) {
  const Parts parts = row.parts(0);
  put_bool(out, std::ranges::find(parts, row.encoded(1)) != parts.end());
}

void remove(EncodedRow& row, std::string& out) {
  Parts parts = row.parts(0);
  std::erase(parts, row.encoded(1));
  put_array(out, parts);
}

void append(EncodedRow& row, std::string& out) {
  Parts parts = row.parts(0);
  parts.push_back(row.encoded(1));
  put_array(out, parts);
}

void prepend(EncodedRow& row, std::string& out) {
  Parts parts = row.parts(0);
  parts.insert(parts.begin(), row.encoded(1));
  put_array(out, parts);
}

void position(EncodedRow& row, std::string& out) {
  const Parts parts = row.parts(0);
  const auto found = std::ranges::find(parts, row.encoded(1));
  append_encoded_int(out, found == parts.end() ? 0 : static_cast<int32_t>(found - parts.begin()) + 1);
}

ExpressionPtr bind_position(const CallSite& site) {
  auto arguments = array_and_value(site);
  if (!arguments) return nullptr;
  return make_call(site, make_encoded_kernel(position), {arguments->array, arguments->value},
                   Type::integer().with_nullable(site.any_nullable()));
}

// Leaves the first of equal elements.
void keep_first_of_equal(Parts& parts) {
  std::unordered_set<std::string_view> seen;
  std::erase_if(parts, [&](std::string_view part) { return !seen.insert(part).second; });
}

void distinct(EncodedRow& row, std::string& out) {
  Parts parts = row.parts(0);
  keep_first_of_equal(parts);
  put_array(out, parts);
}

void reverse(EncodedRow& row, std::string& out) {
  Parts parts = row.parts(0);
  std::ranges::reverse(parts);
  put_array(out, parts);
}

ExpressionPtr bind_same_type(const CallSite& site, ElementBody body) {
  if (site.size() != 1 || !is_array(site, 0)) return nullptr;
  return make_strict_call(site, make_encoded_kernel(body), site.type(0));
}

// f(array, array, …) over arrays of one type.
ExpressionPtr bind_arrays(const CallSite& site, ElementBody body) {
  for (size_t i = 0; i < site.size(); ++i) {
    if (!is_array(site, i) && site.type(i).kind != TypeKind::kNull) return nullptr;
  }
  const std::optional<Type> type = common_type(site.arguments);
  if (!type || type->kind != TypeKind::kArray) return nullptr;
  std::vector<ExpressionPtr> arguments;
  for (const ExpressionPtr& argument : site.arguments) arguments.push_back(coerce(argument, *type));
  return make_call(site, make_encoded_kernel(body), std::move(arguments), *type);
}

void concat(EncodedRow& row, std::string& out) {
  Parts all;
  for (size_t i = 0; i < row.size(); ++i) {
    const Parts parts = row.parts(i);
    all.insert(all.end(), parts.begin(), parts.end());
  }
  put_array(out, all);
}

void unite(EncodedRow& row, std::string& out) {
  Parts all = row.parts(0);
  const Parts more = row.parts(1);
  all.insert(all.end(), more.begin(), more.end());
  keep_first_of_equal(all);
  put_array(out, all);
}

// Leaves the distinct elements of the first array that are, or are not, in the second.
void keep_by_second(EncodedRow& row, std::string& out, bool in_second) {
  const Parts second = row.parts(1);
  const std::unordered_set<std::string_view> known(second.begin(), second.end());
  Parts parts = row.parts(0);
  std::erase_if(parts, [&](std::string_view part) { return known.contains(part) != in_second; });
  keep_first_of_equal(parts);
  put_array(out, parts);
}

void except(EncodedRow& row, std::string& out) { keep_by_second(row, out, false); }
void intersect(EncodedRow& row, std::string& out) { keep_by_second(row, out, true); }

// Places count from 1, negative ones from the end; what lies outside is cut off.
void slice(EncodedRow& row, std::string& out) {
  Parts parts = row.parts(0);
  const auto size = static_cast<int64_t>(parts.size());
  const auto from_front = [&](int64_t place) { return place < 0 ? place + size + 1 : place; };
  const int64_t first = std::max<int64_t>(1, from_front(row.integer(1)));
  int64_t last = row.size() == 3 ? from_front(row.integer(2)) : size;
  last = last == 0 ? 1 : std::min(last, size);
  if (size > 0 && last >= first) {
    parts.resize(static_cast<size_t>(last));
    parts.erase(parts.begin(), parts.begin() + (first - 1));
  } else {
    parts.clear();
  }
  put_array(out, parts);
}

ExpressionPtr bind_slice(const CallSite& site) {
  if (site.size() < 2 || site.size() > 3 || !is_array(site, 0)) return nullptr;
  std::vector<ExpressionPtr> arguments = {site.arguments[0]};
  for (size_t i = 1; i < site.size(); ++i) {
    if (!casts_implicitly(site.type(i), Type::integer())) return nullptr;
    arguments.push_back(coerce(site.arguments[i], Type::integer()));
  }
  return make_call(site, make_encoded_kernel(slice), std::move(arguments),
                   site.type(0).with_nullable(site.any_nullable()));
}

// Whether `a` comes before `b`; neither is NULL. NaN is above every number.
bool is_less(const Type& type, std::string_view a, std::string_view b) {
  return dispatch_physical(type.physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, Text>) {
      return encoded_text(a) < encoded_text(b);
    } else {
      T left, right;
      std::memcpy(&left, a.data() + 1, sizeof(T));
      std::memcpy(&right, b.data() + 1, sizeof(T));
      if constexpr (std::is_floating_point_v<T>) {
        if (std::isnan(left) || std::isnan(right)) return !std::isnan(left);
      }
      return left < right;
    }
  });
}

void require_order(const CallSite& site) {
  const Type& element = site.type(0).part(0);
  if (!element.is_nested()) return;
  throw UserError(site.location, fmt::format("{} has no order: {} cannot compare it",
                                             element.with_nullable(true).to_string(), site.name));
}

// ARRAY_SORT(array [, ascending [, nulls first]]): NULLs come first where it ascends, unless told otherwise.
void sort(EncodedRow& row, std::string& out) {
  const bool ascending = row.size() < 2 || row.boolean(1);
  const bool nulls_first = row.size() < 3 ? ascending : row.boolean(2);
  const Type& element = row.type(0).part(0);
  Parts parts = row.parts(0);
  std::ranges::stable_sort(parts, [&](std::string_view a, std::string_view b) {
    const bool a_null = is_encoded_null(a);
    const bool b_null = is_encoded_null(b);
    if (a_null || b_null) return a_null != b_null && a_null == nulls_first;
    return ascending ? is_less(element, a, b) : is_less(element, b, a);
  });
  put_array(out, parts);
}

ExpressionPtr bind_sort(const CallSite& site) {
  if (site.size() < 1 || site.size() > 3 || !is_array(site, 0)) return nullptr;
  std::vector<ExpressionPtr> arguments = {site.arguments[0]};
  for (size_t i = 1; i < site.size(); ++i) {
    if (!casts_implicitly(site.type(i), Type::boolean())) return nullptr;
    arguments.push_back(coerce(site.arguments[i], Type::boolean()));
  }
  require_order(site);
  return make_call(site, make_encoded_kernel(sort), std::move(arguments),
                   site.type(0).with_nullable(site.any_nullable()));
}

void extreme(EncodedRow& row, std::string& out, bool greatest) {
  const Type& element = row.type(0).part(0);
  std::string_view best;
  const Parts parts = row.parts(0);
  for (const std::string_view part : parts) {
    if (is_encoded_null(part)) continue;
    const bool better = best.empty() || (greatest ? is_less(element, best, part) : is_less(element, part, best));
    if (better) best = part;
  }
  best.empty() ? append_encoded_null(out) : void(out = best);
}

ExpressionPtr bind_extreme(const CallSite& site, bool greatest) {
  if (site.size() != 1 || !is_array(site, 0)) return nullptr;
  require_order(site);
  return make_call(site,
                   make_encoded_kernel([greatest](EncodedRow& row, std::string& out) { extreme(row, out, greatest); }),
                   {site.arguments[0]}, site.type(0).part(0).with_nullable(true));
}

// ARRAY_JOIN(texts, separator [, text of NULL]): NULLs are left out unless there is a text for them.
void join(EncodedRow& row, std::string& out) {
  std::string text;
  bool first = true;
  const Parts parts = row.parts(0);
  for (const std::string_view part : parts) {
    const bool null = is_encoded_null(part);
    if (null && row.size() < 3) continue;
    if (!std::exchange(first, false)) text += row.bytes(1);
    text += null ? row.bytes(2) : encoded_text(part);
  }
  append_encoded_text(out, text);
}

ExpressionPtr bind_join(const CallSite& site) {
  if (site.size() < 2 || site.size() > 3 || !is_array(site, 0)) return nullptr;
  if (!site.type(0).part(0).is_character()) return nullptr;
  std::vector<ExpressionPtr> arguments = {site.arguments[0]};
  for (size_t i = 1; i < site.size(); ++i) {
    if (!casts_implicitly(site.type(i), Type::string())) return nullptr;
    arguments.push_back(coerce(site.arguments[i], Type::string()));
  }
  return make_call(site, make_encoded_kernel(join), std::move(arguments),
                   Type::string().with_nullable(site.any_nullable()));
}

void register_value_functions(FunctionRegistry& registry) {
  const auto with_value = [&](std::string_view name, FunctionDoc doc, ElementBody body,
                              std::optional<Type> result = std::nullopt) {
    registry.with_rule(name, doc, [body, result](const CallSite& site) { return bind_with_value(site, body, result); });
  };
  with_value("ARRAY_CONTAINS",
             {"ARRAY_CONTAINS(array, value)", "Whether the value, NULL too, is an element.",
              "ARRAY_CONTAINS(ARRAY[1, 2], 2) = TRUE"},
             contains, Type::boolean());
  with_value("ARRAY_REMOVE",
             {"ARRAY_REMOVE(array, value)", "The array without the elements equal to the value.",
              "ARRAY_REMOVE(ARRAY[1, 2, 1], 1) = [2]"},
             remove);
  with_value("ARRAY_APPEND",
             {"ARRAY_APPEND(array, value)", "The array with the value as its last element.",
              "ARRAY_APPEND(ARRAY[1, 2], 3) = [1, 2, 3]"},
             append);
  with_value("ARRAY_PREPEND",
             {"ARRAY_PREPEND(array, value)", "The array with the value as its first element.",
              "ARRAY_PREPEND(ARRAY[1, 2], 0) = [0, 1, 2]"},
             prepend);
  registry.with_rule(
      "ARRAY_POSITION",
      {"ARRAY_POSITION(array, value)", "The place, from 1, of the first element equal to the value; 0 for none.",
       "ARRAY_POSITION(ARRAY['a', 'b'], 'b') = 2"},
      bind_position);
}

void register_order_functions(FunctionRegistry& registry) {
  registry.with_rule("ARRAY_SORT",
                     {"ARRAY_SORT(array [, ascending [, nulls_first]])",
                      "The elements in order; NULLs come first where it ascends, last where it descends, unless told.",
                      "ARRAY_SORT(ARRAY[3, 1, 2], FALSE) = [3, 2, 1]"},
                     bind_sort);
  registry.with_rule("ARRAY_MAX",
                     {"ARRAY_MAX(array)", "The greatest element that is not NULL.", "ARRAY_MAX(ARRAY[1, 3]) = 3"},
                     [](const CallSite& site) { return bind_extreme(site, true); });
  registry.with_rule("ARRAY_MIN",
                     {"ARRAY_MIN(array)", "The least element that is not NULL.", "ARRAY_MIN(ARRAY[1, 3]) = 1"},
                     [](const CallSite& site) { return bind_extreme(site, false); });
  registry.with_rule("ARRAY_JOIN",
                     {"ARRAY_JOIN(texts, separator [, null_text])",
                      "The texts joined; NULLs are left out, or written as the text given for them.",
                      "ARRAY_JOIN(ARRAY['a', 'b'], '-') = 'a-b'"},
                     bind_join);
}

}  // namespace

void register_array_functions(FunctionRegistry& registry) {
  const auto same_type = [&](std::string_view name, FunctionDoc doc, ElementBody body) {
    registry.with_rule(name, doc, [body](const CallSite& site) { return bind_same_type(site, body); });
  };
  const auto of_arrays = [&](std::string_view name, FunctionDoc doc, ElementBody body, bool two) {
    registry.with_rule(name, doc, [body, two](const CallSite& site) -> ExpressionPtr {
      if (site.size() == 0 || (two && site.size() != 2)) return nullptr;
      return bind_arrays(site, body);
    });
  };
  register_value_functions(registry);
  same_type("ARRAY_DISTINCT",
            {"ARRAY_DISTINCT(array)", "The first of equal elements each.", "ARRAY_DISTINCT(ARRAY[1, 2, 1]) = [1, 2]"},
            distinct);
  same_type("ARRAY_REVERSE",
            {"ARRAY_REVERSE(array)", "The elements from last to first.", "ARRAY_REVERSE(ARRAY[1, 2]) = [2, 1]"},
            reverse);
  of_arrays("ARRAY_CONCAT",
            {"ARRAY_CONCAT(array, ...)", "The elements of all arrays; NULL where one is NULL.",
             "ARRAY_CONCAT(ARRAY[1], ARRAY[2, 3]) = [1, 2, 3]"},
            concat, false);
  of_arrays("ARRAY_UNION",
            {"ARRAY_UNION(a, b)", "The distinct elements of both.", "ARRAY_UNION(ARRAY[1, 1], ARRAY[2]) = [1, 2]"},
            unite, true);
  of_arrays("ARRAY_EXCEPT",
            {"ARRAY_EXCEPT(a, b)", "The distinct elements of a that are not in b.",
             "ARRAY_EXCEPT(ARRAY[1, 2, 2], ARRAY[1]) = [2]"},
            except, true);
  of_arrays("ARRAY_INTERSECT",
            {"ARRAY_INTERSECT(a, b)", "The distinct elements of a that are in b.",
             "ARRAY_INTERSECT(ARRAY[1, 2], ARRAY[2, 3]) = [2]"},
            intersect, true);
  registry.with_rule("ARRAY_SLICE",
                     {"ARRAY_SLICE(array, first [, last])",
                      "The elements from one place to another, both from 1; negative ones count from the end.",
                      "ARRAY_SLICE(ARRAY['a', 'b', 'c'], 2) = [b, c]"},
                     bind_slice);
  register_order_functions(registry);
}

}  // namespace tidemill
