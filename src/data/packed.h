// data/packed.h - numbers inside bytes, one behind the other. Rule: little-endian, at any address.
#pragma once
#include <cstring>
#include <string>
#include <string_view>

#include "base/check.h"

namespace tidemill {

template <class T>
void put_packed(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Returns the number that `bytes` begin with. Requires: as many bytes.
template <class T>
T get_packed(std::string_view bytes) {
  CHECK(bytes.size() >= sizeof(T));
  T value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

}  // namespace tidemill
