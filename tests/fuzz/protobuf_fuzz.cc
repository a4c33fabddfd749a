// tests/fuzz/protobuf_fuzz.cc - any bytes as a message, or as a descriptor file, of Protocol Buffers. Rule: a message
// is a row or is told; what is written from the row is read back as it was.
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

#include "base/check.h"
#include "base/error.h"
#include "tests/fuzz/format_oracle.h"

namespace tidemill {
namespace {

const std::string& descriptor() {
  static const std::string kBytes = [] {
    std::ifstream file("tests/unit/formats/protobuf/order.desc", std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(file), {});
    CHECK_MSG(!bytes.empty(), "run it in the root of the source tree");
    return bytes;
  }();
  return kBytes;
}

constexpr const char* kOrder =
    "id BIGINT, name STRING, paid BOOLEAN, price DOUBLE, weight FLOAT, picture BYTES, i32 INT, u32 INT, s32 INT, f32 "
    "INT, sf32 INT, u64 BIGINT, s64 BIGINT, f64 BIGINT, sf64 BIGINT, state STRING, item ROW<sku STRING, count INT, "
    "tags "
    "ARRAY<STRING>>, items ARRAY<ROW<sku STRING>>, numbers ARRAY<INT>, loose ARRAY<BIGINT>, amounts MAP<STRING, "
    "BIGINT>, by_number MAP<INT, ROW<sku STRING, count INT>>, rank "
    "INT, at ROW<seconds BIGINT, nanos INT>, states ARRAY<STRING>, state_by_name MAP<STRING, STRING>, far STRING";
constexpr const char* kOldOrder =
    "id BIGINT, name STRING, count INT, price DOUBLE, weight FLOAT, paid BOOLEAN, raw BYTES, state STRING, plain INT, "
    "numbers ARRAY<INT>, packed_numbers ARRAY<INT>, inner ROW<id BIGINT, name STRING, inner ROW<count INT>>, states "
    "ARRAY<INT>";

// Of a oneof, Flink reads defaults for those that are not there, and then writes the last: no round trip.
constexpr const char* kOneof = "card STRING, voucher BIGINT, goods ROW<sku STRING>";

TextTable choose_table(FuzzChoices& choices) {
  const size_t choice = choices.below(4);
  TextTable table{"protobuf", choice == 0 ? kOrder : choice == 1 ? kOldOrder : kOneof};
  table.options = {{"descriptor-file", "/x"}, {"message-name", choice == 1 ? "shop.OldOrder" : "shop.Order"}};
  if (choices.coin()) table.options["read-default-values"] = "true";
  table.files["/x"] = descriptor();
  return table;
}

void check(FuzzChoices choices) {
  TextTable table = choose_table(choices);
  if (choices.below(8) == 0) {
    table.files["/x"] = std::string(choices.rest());
    decode_messages(table, {""});
    return;
  }
  const DecodedText read = decode_messages(table, {std::string(choices.rest())});
  if (!read.error.empty()) return;
  CHECK_EQ(read.rows.size(), size_t{1});
  std::vector<std::string> written;
  try {
    written = encode_messages(table, read.batches[0]);
  } catch (const UserError&) {
    return;  // a required field was not there
  }
  // What Java reads as UNRECOGNIZED has no number to be written by.
  if (read.rows[0].find("UNRECOGNIZED") != std::string::npos) return;
  const DecodedText again = decode_messages(table, {written[0]});
  CHECK_MSG(again.error.empty(), "{}", again.error);
  if (table.schema != kOneof) CHECK_EQ(again.rows[0], read.rows[0]);
}

}  // namespace
}  // namespace tidemill

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tidemill::check(tidemill::FuzzChoices(data, size));
  return 0;
}
