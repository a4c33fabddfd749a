// state/sub_key.h - what tells the rows of one key apart, and ranges of it. Rule: a table uses either the two numbers
// or the bytes, as its SubKeyKind says.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace tidemill {

struct SubKey {
  // kTimeSequence: ordered by time, then sequence.
  int64_t time = 0;
  int64_t sequence = 0;
  // kBytes: ordered by memcmp, a prefix first.
  std::string_view bytes;

  bool operator==(const SubKey&) const = default;
  static SubKey of_time(int64_t time, int64_t sequence) { return {time, sequence, {}}; }
  static SubKey of_bytes(std::string_view bytes) { return {0, 0, bytes}; }
};

// From `from` (included) to `until` (excluded); without one there is no such bound.
struct SubKeyRange {
  std::optional<SubKey> from;
  std::optional<SubKey> until;

  static SubKeyRange all() { return {}; }
  // Rows with first_time <= time <= last_time, any sequence.
  static SubKeyRange times(int64_t first_time, int64_t last_time) {
    SubKeyRange range{SubKey::of_time(first_time, std::numeric_limits<int64_t>::min()), std::nullopt};
    if (last_time != std::numeric_limits<int64_t>::max())
      range.until = SubKey::of_time(last_time + 1, std::numeric_limits<int64_t>::min());
    return range;
  }
};

enum class ScanDirection : uint8_t { kForward, kBackward };

}  // namespace tidemill
