// formats/avro/avro_row_targets.h - where the values of a record go: to columns, or into the bytes of a nested value.
// Rule: for the two files of AvroRowReader alone.
#pragma once
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "data/nested.h"
#include "data/packed.h"
#include "data/utf8.h"
#include "formats/avro/avro_row_reader.h"
#include "formats/avro/avro_schema.h"

namespace tidemill {

constexpr int64_t kAvroEmptyEntriesMax = int64_t{1} << 20;  // of one record: each takes memory and none of its bytes

// True where the bytes are UTF-8.
inline bool is_avro_text(std::string_view bytes) {
  uint64_t high = 0;
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    high |= word;
  }
  for (; at < bytes.size(); ++at) high |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[at]));
  return (high & 0x8080808080808080ULL) == 0 || is_valid_utf8(bytes);
}

// Values go to one row of the columns.
class AvroRowReader::ColumnTarget {
 public:
  ColumnTarget(RowsBuilder& rows, int32_t row, bool kept) : rows_(rows), row_(row), kept_(kept) {}

  template <class T>
  void set(int32_t slot, T value) {
    rows_.column(slot).set(row_, value);
  }
  void set_null(int32_t slot) { rows_.column(slot).set_null(row_); }
  void set_text(int32_t slot, std::string_view bytes) {
    kept_ ? rows_.column(slot).set_text(row_, bytes) : rows_.column(slot).copy_text(row_, bytes);
  }
  bool nullable(int32_t slot) const { return rows_.column(slot).type().nullable; }
  bool read_nested(AvroRowReader& reader, const AvroStep& step, size_t body) {
    reader.nested_.clear();
    reader.outer_slot_ = step.slot;
    const bool whole = reader.read_nested(step, body, reader.nested_);
    reader.outer_slot_ = -1;
    if (whole) rows_.column(step.slot).copy_text(row_, reader.nested_);
    return whole;
  }
  bool keeps(bool kept) { return std::exchange(kept_, kept); }
  void begin_field(AvroRowReader&, int32_t) {}

 private:
  RowsBuilder& rows_;
  const int32_t row_;
  bool kept_;
};

// Values are appended, encoded.
class AvroRowReader::EncodedTarget {
 public:
  explicit EncodedTarget(std::string& out) : out_(out) {}

  template <class T>
  void set(int32_t, T value) {
    out_ += '\1';
    put_packed(out_, value);
  }
  void set_null(int32_t) { append_encoded_null(out_); }
  void set_text(int32_t, std::string_view bytes) { append_encoded_text(out_, bytes); }
  bool nullable(int32_t) const { return true; }
  bool read_nested(AvroRowReader& reader, const AvroStep& step, size_t body) {
    append_encoded_text(out_, "");
    const size_t begin = out_.size();
    if (!reader.read_nested(step, body, out_)) return false;
    const auto bytes = static_cast<uint32_t>(out_.size() - begin);
    std::memcpy(out_.data() + begin - sizeof(bytes), &bytes, sizeof(bytes));
    return true;
  }
  bool keeps(bool) { return false; }
  void begin_field(AvroRowReader& reader, int32_t slot) { reader.in_rows_.emplace_back(slot, out_.size()); }

 private:
  std::string& out_;
};

}  // namespace tidemill
