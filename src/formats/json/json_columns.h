// formats/json/json_columns.h - from the members of a JSON object to columns. Rule: what Flink's JsonToRowData makes of
// each kind of value; of members with the same name the last one counts.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connectors/spi/decoding/rows_builder.h"
#include "connectors/spi/decoding/text_value.h"
#include "data/json_token.h"

namespace tidemill {

// Finds the column that a key names. Most records hold the same keys in the same order, so the key that stood at this
// place last time is tried first.
class JsonKeys {
 public:
  static constexpr int32_t kNone = -1;

  explicit JsonKeys(std::vector<std::string> columns);
  // Returns the column of the `place`-th key of a record, or kNone. `key` as it stands between its quotes, with escapes
  // that JSON has.
  int32_t find(std::string_view key, size_t place) {
    if (place < expected_.size() && same_bytes(expected_[place].key, key)) [[likely]]
      return expected_[place].column;
    return look_up(key, place);
  }

 private:
  struct Expected {
    std::string key;
    int32_t column = kNone;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  // Compares without a call: keys are short.
  static bool same_bytes(std::string_view a, std::string_view b);
  int32_t look_up(std::string_view key, size_t place);

  std::unordered_map<std::string, int32_t, Hash, std::equal_to<>> columns_;
  std::vector<Expected> expected_;
};

inline bool JsonKeys::same_bytes(std::string_view a, std::string_view b) {
  const size_t size = a.size();
  if (size != b.size()) return false;
  const auto differ = [&]<class Word>(Word, size_t at) {
    Word left, right;
    std::memcpy(&left, a.data() + at, sizeof(Word));
    std::memcpy(&right, b.data() + at, sizeof(Word));
    return left ^ right;
  };
  // The last word may overlap the one before it.
  if (size >= 8) {
    uint64_t difference = differ(uint64_t{}, size - 8);
    for (size_t at = 0; at + 8 < size; at += 8) difference |= differ(uint64_t{}, at);
    return difference == 0;
  }
  if (size >= 4) return (differ(uint32_t{}, 0) | differ(uint32_t{}, size - 4)) == 0;
  for (size_t at = 0; at < size; ++at)
    if (a[at] != b[at]) return false;
  return true;
}

// Which columns of the current row are set.
class JsonRowMarks {
 public:
  explicit JsonRowMarks(size_t columns) : marks_(columns) {}
  void begin_row() {
    ++row_;
    count_ = 0;
  }
  void mark(int32_t column) {
    uint64_t& mark = marks_[static_cast<size_t>(column)];
    count_ += mark != row_ ? 1 : 0;
    mark = row_;
  }
  bool all() const { return count_ == marks_.size(); }
  bool is_marked(int32_t column) const { return marks_[static_cast<size_t>(column)] == row_; }

 private:
  std::vector<uint64_t> marks_;
  uint64_t row_ = 0;
  size_t count_ = 0;
};

// Sets `row` of a column from a token, converting as Flink does. Text without escapes is not copied: the token's bytes
// must live in memory that the rows keep.
ValueStatus set_from_json(ColumnFiller& column, int32_t row, const JsonToken& token, const TextForm& form);

}  // namespace tidemill
