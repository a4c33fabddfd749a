// functions/bind.h - making calls, for functions with a type rule. Rule: no loops and no kernels here.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "data/dispatch.h"
#include "expr/cast.h"
#include "expr/function_registry.h"

namespace tidemill {

// Returns the call of `kernel` as the function that `site` names. The result type is taken as it is, nullability too.
inline ExpressionPtr make_call(const CallSite& site, ScalarFunctionPtr kernel, std::vector<ExpressionPtr> arguments,
                               const Type& type, FunctionProperties properties = {}) {
  return std::make_shared<Call>(std::string(site.name), std::move(kernel), std::move(arguments), type, properties,
                                site.location);
}

// The same, with the arguments as written and a result that is nullable where an argument is.
inline ExpressionPtr make_strict_call(const CallSite& site, ScalarFunctionPtr kernel, const Type& type,
                                      FunctionProperties properties = {}) {
  return make_call(site, std::move(kernel), {site.arguments.begin(), site.arguments.end()},
                   type.with_nullable(site.any_nullable()), properties);
}

// Calls body<T>() with int64_t or int128, as a DECIMAL or TIMESTAMP of this type lies in memory.
template <class Body>
decltype(auto) with_wide_integer(const Type& type, Body&& body) {
  if (type.physical() == PhysicalType::kInt64) return body.template operator()<int64_t>();
  CHECK(type.physical() == PhysicalType::kInt128);
  return body.template operator()<int128>();
}

}  // namespace tidemill
