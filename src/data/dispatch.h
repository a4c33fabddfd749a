// data/dispatch.h - from a PhysicalType to a template. Rule: the only switch over physical types that picks a C++ type.
#pragma once
#include "base/check.h"
#include "base/int128.h"
#include "data/text.h"
#include "data/type.h"

namespace tidemill {

// Calls `body.template operator()<T>()` with the C++ type of `physical`. Usage:
//   dispatch_physical(type.physical(), [&]<class T>() { … });
template <class Body>
decltype(auto) dispatch_physical(PhysicalType physical, Body&& body) {
  switch (physical) {
    case PhysicalType::kBool:
      return body.template operator()<uint8_t>();
    case PhysicalType::kInt8:
      return body.template operator()<int8_t>();
    case PhysicalType::kInt16:
      return body.template operator()<int16_t>();
    case PhysicalType::kInt32:
      return body.template operator()<int32_t>();
    case PhysicalType::kInt64:
      return body.template operator()<int64_t>();
    case PhysicalType::kInt128:
      return body.template operator()<int128>();
    case PhysicalType::kFloat32:
      return body.template operator()<float>();
    case PhysicalType::kFloat64:
      return body.template operator()<double>();
    case PhysicalType::kText:
      return body.template operator()<Text>();
  }
  CHECK_MSG(false, "physical type {}", static_cast<int>(physical));
}

}  // namespace tidemill
