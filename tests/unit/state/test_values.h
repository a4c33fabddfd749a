// tests/unit/state/test_values.h - columns, keys and random numbers for the tests of state.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/int128.h"
#include "data/column_builder.h"
#include "state/key_batch.h"

namespace tidemill::state_test {

// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016): the same on every
// machine.
class TestRandom {
 public:
  explicit TestRandom(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 0x1234567) {
    for (int i = 0; i < 8; ++i) next();
  }
  uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dULL;
  }
  // 0 .. bound - 1.
  int32_t below(int32_t bound) { return static_cast<int32_t>((next() >> 33) % static_cast<uint64_t>(bound)); }
  int32_t between(int32_t first, int32_t last) { return first + below(last - first + 1); }
  bool chance(int32_t percent) { return below(100) < percent; }

 private:
  uint64_t state_;
};

template <class T>
ColumnPtr column_of(const Type& type, const std::vector<std::optional<T>>& values) {
  ColumnBuilder builder(type);
  for (const std::optional<T>& value : values) {
    if (!value)
      builder.append_null();
    else if constexpr (std::is_convertible_v<T, std::string_view>)
      builder.append_text(*value);
    else
      builder.append(*value);
  }
  return builder.finish();
}

inline ColumnPtr big_ints(const std::vector<std::optional<int64_t>>& values) {
  return column_of<int64_t>(Type::big_int(), values);
}
inline ColumnPtr strings(const std::vector<std::optional<std::string>>& values) {
  return column_of<std::string>(Type::string(), values);
}

// Keys of one BIGINT column.
inline KeyBatch big_int_keys(const std::vector<std::optional<int64_t>>& values) {
  KeyBatch keys(make_key_layout({Type::big_int()}));
  const std::vector<ColumnPtr> columns = {big_ints(values)};
  keys.assign(columns, static_cast<int32_t>(values.size()));
  return keys;
}

inline std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<uint8_t>(c));
  return text;
}

}  // namespace tidemill::state_test
