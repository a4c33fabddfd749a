// BITMAP_BUILD and its kin: sets of numbers made, combined and taken apart.
#include "data/bitmap.h"

#include "functions/bind.h"
#include "functions/encoded_kernel.h"
#include "functions/families.h"

namespace tidemill {
namespace {

bool is_bitmap(const Type& type) { return type.kind == TypeKind::kBitmap || type.kind == TypeKind::kNull; }

// TINYINT and SMALLINT are taken where INT is, BIGINT is not: what does not fit 32 bits is no number of a BITMAP.
bool is_array_of_numbers(const Type& type) {
  if (type.kind == TypeKind::kNull) return true;
  if (type.kind != TypeKind::kArray) return false;
  const TypeKind element = type.part(0).kind;
  return element == TypeKind::kNull || (type.part(0).is_integer() && element != TypeKind::kBigInt);
}

ExpressionPtr bind_build(const CallSite& call) {
  if (call.size() != 1 || !is_array_of_numbers(call.type(0))) return nullptr;
  const auto build = [](EncodedRow& row, std::string& out) {
    Bitmap bitmap;
    for (const std::string_view part : row.parts(0))
      if (!is_encoded_null(part)) bitmap.add(encoded_int(part));
    append_encoded_text(out, bitmap.bytes());
  };
  return make_call(call, make_encoded_kernel(build), {coerce(call.arguments[0], Type::array(Type::integer()))},
                   Type::bitmap().with_nullable(call.any_nullable()));
}

ExpressionPtr bind_from_bytes(const CallSite& call) {
  const auto takes = [](const Type& type) { return type.is_binary() || type.kind == TypeKind::kNull; };
  if (call.size() != 1 || !takes(call.type(0))) return nullptr;
  const auto read = [](EncodedRow& row, std::string& out) {
    std::optional<Bitmap> bitmap = Bitmap::read(row.bytes(0));
    if (!bitmap) return row.fail("BITMAP_FROM_BYTES: the bytes are no Roaring bitmap in the portable format");
    append_encoded_text(out, bitmap->bytes());
  };
  return make_call(call, make_encoded_kernel(read), {coerce(call.arguments[0], Type::bytes())},
                   Type::bitmap().with_nullable(call.any_nullable()), {.can_fail = true});
}

// A function of one BITMAP; `body` appends the encoded result.
BindScalar reading(const Type& result, void (*body)(std::string_view bitmap, std::string& out)) {
  auto kernel = make_encoded_kernel([body](EncodedRow& row, std::string& out) { body(row.bytes(0), out); });
  return [result, kernel = std::move(kernel)](const CallSite& call) -> ExpressionPtr {
    if (call.size() != 1 || !is_bitmap(call.type(0))) return nullptr;
    return make_call(call, kernel, {coerce(call.arguments[0], Type::bitmap())},
                     result.with_nullable(call.any_nullable()));
  };
}

// A function of two BITMAPs, which are combined by `combine`.
BindScalar combining(void (Bitmap::*combine)(const Bitmap&)) {
  auto kernel = make_encoded_kernel([combine](EncodedRow& row, std::string& out) {
    Bitmap bitmap(row.bytes(0));
    (bitmap.*combine)(Bitmap(row.bytes(1)));
    append_encoded_text(out, bitmap.bytes());
  });
  return [kernel = std::move(kernel)](const CallSite& call) -> ExpressionPtr {
    if (call.size() != 2 || !is_bitmap(call.type(0)) || !is_bitmap(call.type(1))) return nullptr;
    return make_call(call, kernel,
                     {coerce(call.arguments[0], Type::bitmap()), coerce(call.arguments[1], Type::bitmap())},
                     Type::bitmap().with_nullable(call.any_nullable()));
  };
}

void append_array(std::string_view bitmap, std::string& out) {
  const std::vector<uint32_t> numbers = Bitmap(bitmap).numbers();
  std::vector<std::string> encoded(numbers.size());
  std::vector<std::string_view> parts;
  for (size_t i = 0; i < numbers.size(); ++i) {
    append_encoded_int(encoded[i], static_cast<int32_t>(numbers[i]));
    parts.emplace_back(encoded[i]);
  }
  append_encoded_collection(out, parts, 1);
}

void append_cardinality(std::string_view bitmap, std::string& out) {
  const int64_t cardinality = Bitmap(bitmap).cardinality();
  out += '\1';
  out.append(reinterpret_cast<const char*>(&cardinality), sizeof(cardinality));
}

void append_text(std::string_view bitmap, std::string& out) {
  std::string text;
  append_bitmap_text(text, bitmap);
  append_encoded_text(out, text);
}

void register_reading(FunctionRegistry& registry) {
  registry.with_rule("BITMAP_CARDINALITY",
                     {"BITMAP_CARDINALITY(bitmap)", "How many numbers it has.",
                      "BITMAP_CARDINALITY(BITMAP_BUILD(ARRAY[1, 2, 1])) = 2"},
                     reading(Type::big_int(), append_cardinality));
  registry.with_rule("BITMAP_TO_ARRAY",
                     {"BITMAP_TO_ARRAY(bitmap)", "Its numbers in order; those above 2147483647 as negative ones, last.",
                      "BITMAP_TO_ARRAY(BITMAP_BUILD(ARRAY[-1, 5, 0])) = [0, 5, -1]"},
                     reading(Type::array(Type::integer()), append_array));
  registry.with_rule(
      "BITMAP_TO_BYTES",
      {"BITMAP_TO_BYTES(bitmap)", "Its bytes in the portable format of Roaring bitmaps.",
       "JSON_STRING(BITMAP_TO_BYTES(BITMAP_BUILD(ARRAY[7]))) = '\"OjAAAAEAAAAAAAAAEAAAAAcA\"'"},
      reading(Type::bytes(), [](std::string_view bitmap, std::string& out) { append_encoded_text(out, bitmap); }));
  registry.with_rule("BITMAP_TO_STRING",
                     {"BITMAP_TO_STRING(bitmap)", "Its numbers, unsigned and in order, as text.",
                      "BITMAP_TO_STRING(BITMAP_BUILD(ARRAY[-1, 5, 0])) = '{0,5,4294967295}'"},
                     reading(Type::string(), append_text));
}

}  // namespace

void register_bitmap_functions(FunctionRegistry& registry) {
  registry.with_rule(
      "BITMAP_BUILD",
      {"BITMAP_BUILD(array)", "The numbers of an ARRAY of INT as a BITMAP; those below 0 count as 2^32 more.",
       "BITMAP_BUILD(ARRAY[3, 1, NULL, 3]) = {1,3}"},
      bind_build);
  registry.with_rule("BITMAP_FROM_BYTES",
                     {"BITMAP_FROM_BYTES(bytes)", "The BITMAP of bytes in the portable format of Roaring bitmaps.",
                      "BITMAP_FROM_BYTES(X'3A3000000100000000000000100000000700') = {7}"},
                     bind_from_bytes);
  registry.with_rule("BITMAP_AND",
                     {"BITMAP_AND(a, b)", "The numbers of both.",
                      "BITMAP_AND(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3])) = {2}"},
                     combining(&Bitmap::intersect));
  registry.with_rule("BITMAP_OR",
                     {"BITMAP_OR(a, b)", "The numbers of any of them.",
                      "BITMAP_OR(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3])) = {1,2,3}"},
                     combining(&Bitmap::unite));
  registry.with_rule("BITMAP_XOR",
                     {"BITMAP_XOR(a, b)", "The numbers of one of them only.",
                      "BITMAP_XOR(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3])) = {1,3}"},
                     combining(&Bitmap::exclusive_or));
  registry.with_rule("BITMAP_ANDNOT",
                     {"BITMAP_ANDNOT(a, b)", "The numbers of a that are not of b.",
                      "BITMAP_ANDNOT(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3])) = {1}"},
                     combining(&Bitmap::subtract));
  register_reading(registry);
}

}  // namespace tidemill
