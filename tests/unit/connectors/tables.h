// tests/unit/connectors/tables.h - reads and writes tables of connectors without an engine.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "connectors/spi/connector.h"
#include "env/simulated/simulated_environment.h"

namespace tidemill {

struct TestTable {
  std::string schema;  // "a INT, b STRING"
  OptionMap options;
  std::vector<MetadataColumn> metadata = {};
  std::optional<std::vector<std::string>> columns = {};  // asked for; null: all
  std::vector<int32_t> primary_key = {};
};

const ConnectorRegistry& test_connectors();
const FormatRegistry& test_formats();
TableDescription describe(const TestTable& table);
std::shared_ptr<const Source> make_source(const TestTable& table);
std::shared_ptr<const Sink> make_sink(const TestTable& table);

// Returns "split:offset +I[a, b]", a line a row.
std::string to_text(const Batch& batch);
// Polls until the reader says kEnd or kWait; at most `polls` times. Appends "split:offset raw" of each record that was
// left out to `rejected`.
std::string read(Reader& reader, int32_t max_rows = 1024, int32_t polls = 1 << 20, std::string_view preferred = "",
                 std::vector<std::string>* rejected = nullptr);
// Discovers all splits, reads them with one reader.
std::string read_table(const TestTable& table, Environment& environment, int32_t max_rows = 1024);

// Returns "message | hint" of the UserError that `call` throws, or "no error".
template <class Call>
std::string user_error(Call call) {
  try {
    call();
  } catch (const UserError& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no error";
}

}  // namespace tidemill
