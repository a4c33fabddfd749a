// tests/fuzz/format_oracle.h - what must hold when any bytes are read through a text format. Rule: what is read depends
// on the bytes alone, never on how they arrive; every record is a row or is told.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tests/unit/formats/decoding.h"

namespace tidemill {

// The first bytes of a fuzzer's input choose the table and how the rest, the text, arrives.
class FuzzChoices {
 public:
  FuzzChoices(const uint8_t* data, size_t size) : bytes_(reinterpret_cast<const char*>(data), size) {}

  // Takes the next byte and returns a number below `count`; 0 at the end.
  size_t below(size_t count);
  bool coin() { return below(2) == 1; }
  // Takes four bytes and returns a seed, never 0.
  uint64_t seed();
  std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
};

// One text to be read through one table.
struct FormatFuzzCase {
  TextTable table;
  std::string_view text;
  uint64_t seed = 1;  // of chunk sizes and the like
  // Records that the text holds, counted by other means than the decoder's. Asked only where decoding ends without
  // UserError. Null: a record is not one row, and they are not counted.
  int64_t (*count_records)(const TextTable& table, std::string_view text) = nullptr;
  bool round_trips = false;  // rows that the table's format writes are read back as they were
};

// Makes `table` tell each record it leaves out, by the dead-letter policy; one that ignores parse errors leaves out
// records by itself and stays as it is.
void tell_records_left_out(TextTable& table);

// Checks that decoding in one piece and in pieces of random sizes, going on from positions told, and the policies fail
// and dead-letter all read the same; that rows and records left out are all there are; and that what is written from
// the rows is read back. A CHECK that fails stops the fuzzer.
void expect_same_however_read(const FormatFuzzCase& fuzzed);

}  // namespace tidemill
