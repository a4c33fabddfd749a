// $COPIES: a number as so many rows, for UNNEST. Not for people: INTERSECT ALL and EXCEPT ALL are made of it.
#include <limits>

#include "functions/bind.h"
#include "functions/encoded_kernel.h"
#include "functions/families.h"

namespace tidemill {
namespace {

// A MULTISET that holds TRUE so often: it takes the same few bytes for any number.
void put_copies(EncodedRow& row, std::string& out) {
  const int64_t copies = row.big_int(0);
  if (copies > std::numeric_limits<int32_t>::max())
    return row.fail("INTERSECT ALL and EXCEPT ALL take a row at most 2147483647 times");
  std::string element, number;
  append_encoded_bool(element, true);
  append_encoded_int(number, static_cast<int32_t>(copies));
  append_encoded_collection(out, {element, number}, 2);
}

}  // namespace

void register_copies(FunctionRegistry& registry) {
  registry.with_rule("$COPIES", {}, [](const CallSite& site) -> ExpressionPtr {
    if (site.size() != 1 || site.type(0).kind != TypeKind::kBigInt) return nullptr;
    const Type type = Type::multiset(Type::boolean().not_null()).with_nullable(site.any_nullable());
    return make_call(site, make_encoded_kernel(put_copies), {site.arguments[0]}, type, {.can_fail = true});
  });
}

}  // namespace tidemill
