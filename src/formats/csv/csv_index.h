// formats/csv/csv_index.h - where fields and lines of CSV text end. Rule: finds characters and knows no grammar: what a
// quote means is decided by who reads the record.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "formats/csv/csv_record.h"

namespace tidemill {

class CsvIndex {
 public:
  explicit CsvIndex(const CsvDialect& dialect);

  // Finds every delimiter, line break, quote and escape character of `text` (less than 4 GiB).
  void build(std::string_view text);
  // Where they are, in order. Valid until build().
  std::span<const uint32_t> offsets() const { return {offsets_.get(), size_}; }
  // True where the text has ASCII characters only.
  bool is_ascii() const { return is_ascii_; }
  // Bytes kept for the next build().
  size_t memory_bytes() const { return capacity_ * sizeof(uint32_t); }

 private:
  const char delimiter_;
  const char quote_;   // '\n' where there is none
  const char escape_;  // the same
  std::unique_ptr<uint32_t[]> offsets_;
  size_t capacity_ = 0;
  size_t size_ = 0;
  bool is_ascii_ = true;
};

}  // namespace tidemill
