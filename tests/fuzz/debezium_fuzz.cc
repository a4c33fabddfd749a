// tests/fuzz/debezium_fuzz.cc - any bytes as messages of Debezium, Canal or Maxwell, of one of several tables.
// Rule: format_oracle.h; a message is several rows, and a position may stand between them.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/format_oracle.h"

namespace tidemill {
namespace {

TextTable choose_table(FuzzChoices& choices) {
  TextTable table = {"debezium-json",
                     choices.coin() ? "a INT, b STRING, c DOUBLE" : "a BIGINT NOT NULL, b DECIMAL(10, 3)"};
  if (choices.coin()) table.options["schema-include"] = "true";
  if (choices.coin()) table.options["ignore-parse-errors"] = "true";
  if (choices.coin()) table.metadata = {"source.timestamp", "source.properties", "schema"};
  tell_records_left_out(table);
  if (choices.coin()) return table;
  table.format = choices.coin() ? "canal-json" : "maxwell-json";
  table.options.erase("schema-include");
  if (!table.metadata.empty()) table.metadata = {"table", "ingestion-timestamp"};
  return table;
}

}  // namespace
}  // namespace tidemill

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tidemill::FuzzChoices choices(data, size);
  tidemill::FormatFuzzCase fuzzed;
  fuzzed.table = tidemill::choose_table(choices);
  fuzzed.seed = choices.seed();
  fuzzed.text = choices.rest();
  tidemill::expect_same_however_read(fuzzed);
  return 0;
}
