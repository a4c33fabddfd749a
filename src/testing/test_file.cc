#include "testing/test_file.h"

#include <charconv>
#include <set>

#include "base/error.h"

namespace tidemill {
namespace {

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Takes the first word off `rest` and returns it.
std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  const size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest = trim(rest.substr(end));
  return word;
}

std::optional<RowKind> kind_of(const TestCell& cell) {
  if (!cell) return std::nullopt;
  for (const RowKind kind : {RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kUpdateAfter, RowKind::kDelete}) {
    if (*cell == row_kind_text(kind)) return kind;
  }
  return std::nullopt;
}

const std::vector<std::string> kKeywords = {"case",      "flink:", "set",        "sql",   "query", "input",
                                            "watermark", "clock",  "checkpoint", "crash", "expect"};

class Parser {
 public:
  Parser(std::string path, std::string_view text) { split_lines(std::move(path), text); }

  TestFile parse() {
    TestCase* current = &shared_;
    while (next_ < file_.lines.size()) {
      const std::string_view line = file_.lines[next_];
      if (trim(line).empty() || line.front() == '#') {
        ++next_;
        continue;
      }
      if (line.front() == ' ' || line.front() == '\t') fail("An indented line belongs to no section");
      current = section(*current);
    }
    check_last_case();
    if (file_.cases.empty())
      throw UserError(fmt::format("{}: no case found", file_.path), "Start one with a line 'case NAME'.");
    return std::move(file_);
  }

 private:
  void split_lines(std::string path, std::string_view text) {
    file_.path = std::move(path);
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      file_.lines.emplace_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  [[noreturn]] void fail(const std::string& what, const std::string& hint = "") const {
    throw UserError(fmt::format("{}:{}: {}", file_.path, next_ + 1, what), hint);
  }

  // Reads one section at next_; returns the case that the following sections belong to.
  TestCase* section(TestCase& current) {
    std::string_view rest = file_.lines[next_];
    const std::string_view keyword = take_word(rest);
    if (keyword == "case") return start_case(rest);
    if (keyword == "flink:") {
      const std::string_view how = take_word(rest);
      if ((how != "skip" && how != "refused") || rest.empty())
        fail("Expected 'flink: skip REASON' or 'flink: refused REASON'");
      (how == "skip" ? current.flink_skip : current.flink_refused) = rest;
      ++next_;
    } else if (keyword == "set") {
      setting(current, rest);
    } else if (keyword == "sql") {
      current.statements.push_back(sql_body());
    } else if (keyword == "query") {
      if (current.query) fail("A case has one query", "Start another case.");
      current.query = sql_body();
    } else if (keyword == "expect") {
      if (&current == &shared_) fail("An expectation must belong to a case");
      expectation(current, rest);
    } else {
      step(current, keyword, rest);
    }
    return &current;
  }

  TestCase* start_case(std::string_view name) {
    check_last_case();
    if (name.empty()) fail("A case needs a name");
    if (!names_.emplace(name).second) fail(fmt::format("A case named '{}' stands above already", name));
    TestCase& added = file_.cases.emplace_back(shared_);
    added.name = name;
    added.line = line_number();
    ++next_;
    return &added;
  }

  void check_last_case() const {
    if (file_.cases.empty() || !file_.cases.back().expectations.empty()) return;
    const TestCase& last = file_.cases.back();
    throw UserError(fmt::format("{}:{}: case '{}' expects nothing", file_.path, last.line, last.name),
                    "Add an 'expect' section; 'tidemill test --rewrite' fills it in.");
  }

  void setting(TestCase& current, std::string_view rest) {
    const size_t equals = rest.find('=');
    if (equals == std::string_view::npos) fail("Expected 'set KEY = VALUE'");
    current.settings.emplace_back(trim(rest.substr(0, equals)), trim(rest.substr(equals + 1)));
    ++next_;
  }

  TestSql sql_body() {
    ++next_;
    TestSql sql{line_number(), ""};
    for (; next_ < file_.lines.size() && in_body(); ++next_) sql.text += file_.lines[next_] + "\n";
    if (trim(sql.text).empty()) fail("The section above has no SQL", "Indent its lines.");
    return sql;
  }

  // A body line is indented or blank; blank lines at the end of a body belong to nobody.
  bool in_body() const {
    size_t at = next_;
    while (at < file_.lines.size() && trim(file_.lines[at]).empty()) ++at;
    return at < file_.lines.size() && (file_.lines[at].front() == ' ' || file_.lines[at].front() == '\t');
  }

  std::vector<TestRow> rows_body() {
    std::vector<TestRow> rows;
    for (++next_; next_ < file_.lines.size() && in_body(); ++next_) {
      const std::string_view line = trim(file_.lines[next_]);
      if (line.empty() || line.front() == '#') continue;
      TestRow row{line_number(), RowKind::kInsert, parse_test_cells(line)};
      if (const auto kind = kind_of(row.cells.front())) {
        row.kind = *kind;
        row.cells.erase(row.cells.begin());
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

  void step(TestCase& current, std::string_view keyword, std::string_view rest) {
    TestStep step;
    step.line = line_number();
    if (keyword == "input") {
      step.table = take_word(rest);
      if (step.table.empty()) fail("Expected 'input TABLE'");
      step.rows = rows_body();
    } else if (keyword == "watermark") {
      step.kind = TestStep::Kind::kWatermark;
      step.table = take_word(rest);
      step.time = rest;
      if (rest.empty()) fail("Expected 'watermark TABLE yyyy-MM-dd HH:mm:ss[.fff]'");
      ++next_;
    } else if (keyword == "clock") {
      step.kind = TestStep::Kind::kClock;
      step.time = rest;
      if (rest.empty()) fail("Expected 'clock yyyy-MM-dd HH:mm:ss[.fff]'");
      ++next_;
    } else if (keyword == "checkpoint") {
      step.kind = TestStep::Kind::kCheckpoint;
      ++next_;
    } else if (keyword == "crash") {
      step.kind = TestStep::Kind::kCrash;
      if (!rest.empty()) step.parallelism = parallelism(rest);
      ++next_;
    } else {
      const auto nearest = nearest_name(keyword, kKeywords);
      fail(fmt::format("Unknown section '{}'", keyword), nearest ? fmt::format("Did you mean '{}'?", *nearest) : "");
    }
    current.steps.push_back(std::move(step));
  }

  int32_t parallelism(std::string_view rest) {
    const std::string_view word = take_word(rest);
    int32_t value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (word != "parallelism" || error != std::errc() || end != rest.data() + rest.size() || value < 1) {
      fail("Expected 'crash' or 'crash parallelism N'");
    }
    return value;
  }

  void expectation(TestCase& current, std::string_view rest) {
    TestExpectation expected;
    expected.line = line_number();
    const std::string_view what = take_word(rest);
    if (what == "error") {
      expected.kind = TestExpectation::Kind::kError;
      expected.text = rest;
      if (rest.empty()) fail("Expected 'expect error SUBSTRING'");
      ++next_;
    } else if (what == "late") {
      expected.kind = TestExpectation::Kind::kLate;
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), expected.count);
      if (error != std::errc() || end != rest.data() + rest.size()) fail("Expected 'expect late NUMBER'");
      ++next_;
    } else if (what == "text") {
      expected.kind = TestExpectation::Kind::kText;
      for (++next_; next_ < file_.lines.size() && in_body(); ++next_)
        expected.text += text_line(file_.lines[next_]) + "\n";
    } else {
      expected.kind = rows_kind(what);
      expected.table = what == "table" ? std::string(take_word(rest)) : "";
      if (expected.table.empty() && !rest.empty()) expected.table = rest;
      expected.rows = rows_body();
    }
    expected.last_line = std::max(expected.line, last_body_line());
    current.expectations.push_back(std::move(expected));
  }

  TestExpectation::Kind rows_kind(std::string_view what) {
    if (what.empty() || what == "table") return TestExpectation::Kind::kTable;
    if (what == "rows") return TestExpectation::Kind::kRows;
    if (what == "changelog") return TestExpectation::Kind::kChangelog;
    fail(fmt::format("Unknown expectation '{}'", what),
         "Use expect [table T], rows, changelog [T], error, late or text.");
  }

  // Two spaces of indentation are the section's; what is more belongs to the text.
  static std::string text_line(std::string_view line) {
    if (line.starts_with("  ")) line.remove_prefix(2);
    return std::string(line.substr(0, line.find_last_not_of(" \t\r") + 1));
  }

  int32_t last_body_line() const {
    size_t at = next_;
    while (at > 0 && trim(file_.lines[at - 1]).empty()) --at;
    return static_cast<int32_t>(at);
  }
  int32_t line_number() const { return static_cast<int32_t>(next_) + 1; }

  TestFile file_;
  TestCase shared_;
  std::set<std::string, std::less<>> names_;
  size_t next_ = 0;
};

}  // namespace

TestFile parse_test_file(std::string path, std::string_view text) { return Parser(std::move(path), text).parse(); }

std::vector<TestCell> parse_test_cells(std::string_view line) {
  std::vector<TestCell> cells;
  for (;;) {
    line = trim(line);
    if (line.starts_with('\'')) {
      std::string value;
      size_t at = 1;
      for (; at < line.size(); ++at) {
        if (line[at] != '\'') {
          value += line[at];
        } else if (at + 1 < line.size() && line[at + 1] == '\'') {
          value += line[at++];
        } else {
          break;
        }
      }
      if (at == line.size()) throw UserError(fmt::format("Unterminated quote in the row: {}", line));
      cells.emplace_back(std::move(value));
      line = trim(line.substr(at + 1));
      if (!line.empty() && line.front() != '|')
        throw UserError(fmt::format("Expected '|' after a quoted cell, found: {}", line));
    } else {
      const size_t end = std::min(line.find('|'), line.size());
      const std::string_view value = trim(line.substr(0, end));
      cells.push_back(value == "NULL" ? TestCell() : TestCell(std::string(value)));
      line = line.substr(end);
    }
    if (line.empty()) return cells;
    line.remove_prefix(1);
  }
}

std::string format_test_cell(const TestCell& cell) {
  if (!cell) return "NULL";
  const bool plain = !cell->empty() && *cell != "NULL" && trim(*cell) == *cell &&
                     cell->find_first_of("|\n") == std::string::npos && cell->front() != '\'' && cell->front() != '#';
  if (plain) return *cell;
  std::string quoted = "'";
  for (const char c : *cell) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

}  // namespace tidemill
