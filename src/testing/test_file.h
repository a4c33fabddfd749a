// testing/test_file.h - the *.test files of `tidemill test`, parsed. Rule: every part keeps its line, so that a failure
// points at the text, and --rewrite replaces exactly the lines of one expectation.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"

namespace tidemill {

// A cell as written: nullopt is NULL; quotes are taken off.
using TestCell = std::optional<std::string>;

struct TestRow {
  int32_t line = 0;
  RowKind kind = RowKind::kInsert;
  std::vector<TestCell> cells;
};

// One thing that happens to the running job, in the order written.
struct TestStep {
  enum class Kind : uint8_t {
    kRows,        // rows arrive at `table`
    kWatermark,   // the source of `table` promises `time`; for tables WATERMARK FOR … AS SOURCE_WATERMARK()
    kClock,       // processing time becomes `time`, once everything before is quiet
    kCheckpoint,  // a checkpoint is taken and completes
    kCrash,       // the job is killed and starts again from its last checkpoint, at `parallelism` if given
  };
  Kind kind = Kind::kRows;
  int32_t line = 0;
  std::string table;
  std::vector<TestRow> rows;
  std::string time;  // as written
  std::optional<int32_t> parallelism;
};

struct TestExpectation {
  enum class Kind : uint8_t {
    kTable,      // the final rows, in any order
    kRows,       // the final rows in this order (ORDER BY)
    kChangelog,  // every change with its kind; order is compared per key or, without a key, per equal row
    kError,      // the statement or job fails with a text that contains `text`
    kLate,       // `count` rows were dropped as late, by all operators together
    kText,       // the lines that a statement such as EXPLAIN or SHOW printed
  };
  Kind kind = Kind::kTable;
  int32_t line = 0;       // of the `expect` line
  int32_t last_line = 0;  // of the body (equal to `line` where there is none)
  std::string table;      // of which sink table; empty: of the query
  std::vector<TestRow> rows;
  std::string text;
  int64_t count = 0;
};

struct TestSql {
  int32_t line = 0;  // of its first line
  std::string text;
};

struct TestCase {
  std::string name;
  int32_t line = 0;
  std::vector<std::pair<std::string, std::string>> settings;
  std::vector<TestSql> statements;  // sections `sql`, in order
  std::optional<TestSql> query;
  std::vector<TestStep> steps;
  std::vector<TestExpectation> expectations;
  std::string flink_skip;     // reason why the conformance run leaves this case out; empty: it does not
  std::string flink_refused;  // reason why this case expects an error where Flink gives a result; empty: it does not
};

struct TestFile {
  std::string path;
  std::vector<std::string> lines;
  std::vector<TestCase> cases;
};

// Parses a file. Text before the first `case` (settings, sql, input) is shared by all its cases. Throws UserError
// naming path:line for anything not understood, a case without expectation, or two cases of one name.
TestFile parse_test_file(std::string path, std::string_view text);

// Splits "a | 'b | c' | NULL" into cells. Throws UserError for an unterminated quote.
std::vector<TestCell> parse_test_cells(std::string_view line);
// Writes one cell so that parse_test_cells reads it back.
std::string format_test_cell(const TestCell& cell);

}  // namespace tidemill
