#include "testing/runner.h"

#include <algorithm>
#include <set>

#include "base/config_options.h"
#include "base/error.h"
#include "testing/case_run.h"

namespace tidemill {
namespace {

std::string written(const ResultRow& row) {
  std::vector<std::string> cells;
  for (const auto& cell : row) cells.push_back(format_test_cell(cell));
  return fmt::format("{}", fmt::join(cells, " | "));
}

std::string written(const ResultChange& change) {
  return fmt::format("{} | {}", row_kind_text(change.kind), written(change.row));
}

std::vector<ResultChange> changes_of(const std::vector<TestRow>& rows) {
  std::vector<ResultChange> changes;
  for (const TestRow& row : rows) changes.push_back({row.kind, row.cells});
  return changes;
}

std::vector<std::string> texts_of_rows(const std::vector<ResultRow>& rows) {
  std::vector<std::string> texts;
  for (const ResultRow& row : rows) texts.push_back(written(row));
  return texts;
}

std::vector<std::string> folded(const std::vector<ResultChange>& changes, const std::vector<int32_t>& key) {
  ResultTable table(key);
  for (const ResultChange& change : changes) table.apply(change);
  return texts_of_rows(table.rows());
}

// Returns lines that only one side has; "" where both hold the same texts as often.
std::string set_difference(std::vector<std::string> expected, std::vector<std::string> actual) {
  std::sort(expected.begin(), expected.end());
  std::sort(actual.begin(), actual.end());
  std::vector<std::string> missing, unexpected;
  std::set_difference(expected.begin(), expected.end(), actual.begin(), actual.end(), std::back_inserter(missing));
  std::set_difference(actual.begin(), actual.end(), expected.begin(), expected.end(), std::back_inserter(unexpected));
  std::string text;
  for (const std::string& line : missing) text += "- " + line + "\n";
  for (const std::string& line : unexpected) text += "+ " + line + "\n";
  return text;
}

std::string list_difference(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
  if (expected == actual) return "";
  std::string text = set_difference(expected, actual);
  if (!text.empty()) return text;
  text = "the order differs:\n";
  for (const std::string& line : expected) text += "- " + line + "\n";
  for (const std::string& line : actual) text += "+ " + line + "\n";
  return text;
}

// The changes of each key in their order; no order is promised across keys.
std::map<std::string, std::vector<std::string>> by_key(const std::vector<ResultChange>& changes,
                                                       const std::optional<std::vector<int32_t>>& key) {
  std::map<std::string, std::vector<std::string>> grouped;
  for (const ResultChange& change : changes) {
    ResultRow identity = change.row;
    if (key) {
      identity.clear();
      for (const int32_t column : *key) identity.push_back(change.row.at(static_cast<size_t>(column)));
    }
    grouped[row_identity(identity)].push_back(written(change));
  }
  return grouped;
}

std::string changelog_difference(const std::vector<ResultChange>& expected, const std::vector<ResultChange>& actual,
                                 const std::optional<std::vector<int32_t>>& key) {
  const auto expected_keys = by_key(expected, key);
  const auto actual_keys = by_key(actual, key);
  if (expected_keys == actual_keys) return "";
  std::string text;
  for (const auto& [identity, lines] : expected_keys) {
    const auto found = actual_keys.find(identity);
    text += list_difference(lines, found == actual_keys.end() ? std::vector<std::string>() : found->second);
  }
  for (const auto& [identity, lines] : actual_keys) {
    if (!expected_keys.contains(identity)) text += list_difference({}, lines);
  }
  return text;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

const std::vector<ResultChange>& output_of(const CaseOutcome& outcome, const std::string& table) {
  static const std::vector<ResultChange> kNothing;
  const auto found = outcome.changes.find(table);
  return found == outcome.changes.end() ? kNothing : found->second;
}

std::vector<int32_t> key_of(const CaseOutcome& outcome, const std::string& table) {
  const auto found = outcome.keys.find(table);
  return found == outcome.keys.end() ? std::vector<int32_t>() : found->second;
}

// Returns "" where the outcome is as expected.
std::string difference(const TestExpectation& expected, const CaseOutcome& outcome, bool in_order) {
  if (expected.kind == TestExpectation::Kind::kError) {
    if (!outcome.error) return fmt::format("expected an error with '{}', but it succeeded\n", expected.text);
    return outcome.error->find(expected.text) != std::string::npos
               ? ""
               : fmt::format("expected an error with '{}', got: {}\n", expected.text, *outcome.error);
  }
  if (outcome.error) return fmt::format("error: {}\n", *outcome.error);
  const std::vector<ResultChange>& actual = output_of(outcome, expected.table);
  const std::vector<int32_t> key = key_of(outcome, expected.table);
  switch (expected.kind) {
    case TestExpectation::Kind::kLate:
      return outcome.late == expected.count
                 ? ""
                 : fmt::format("expected {} late rows, got {}\n", expected.count, outcome.late);
    case TestExpectation::Kind::kText:
      return list_difference(lines_of(expected.text), outcome.text);
    case TestExpectation::Kind::kRows:
      return list_difference(folded(changes_of(expected.rows), {}), folded(actual, key));
    case TestExpectation::Kind::kTable:
      return set_difference(folded(changes_of(expected.rows), {}), folded(actual, key));
    default:
      break;
  }
  if (!in_order) return set_difference(folded(changes_of(expected.rows), key), folded(actual, key));
  return changelog_difference(changes_of(expected.rows), actual,
                              expected.table.empty() ? outcome.upsert_key : std::nullopt);
}

// Mini-batches end at checkpoints too.
bool gathers_changes(const TestCase& test) {
  return std::any_of(test.settings.begin(), test.settings.end(), [](const auto& setting) {
    return setting.first == kMiniBatchEnabled.key && setting.second == "true";
  });
}

// Order of changes is a function of the input at parallelism 1 only; which changes there are, also of the checkpoints
// that a way adds, where they are gathered.
bool keeps_order(const TestCase& test, const TestWay& way) {
  if (way.crash_after_each_step && gathers_changes(test)) return false;
  const auto is_one = [](int32_t parallelism) { return parallelism == 1; };
  const bool one_input = std::all_of(test.steps.begin(), test.steps.end(), [&](const TestStep& step) {
    return step.kind != TestStep::Kind::kRows || step.table == test.steps.front().table;
  });
  return one_input && way.parallelism == 1 &&
         std::all_of(way.parallelism_cycle.begin(), way.parallelism_cycle.end(), is_one);
}

// The body lines that state what the outcome is.
std::vector<std::string> body_of(const TestExpectation& expected, const CaseOutcome& outcome) {
  std::vector<std::string> lines;
  if (expected.kind == TestExpectation::Kind::kText) {
    for (const std::string& line : outcome.text) lines.push_back(line.empty() ? "" : "  " + line);
    return lines;
  }
  const std::vector<ResultChange>& changes = output_of(outcome, expected.table);
  if (expected.kind == TestExpectation::Kind::kChangelog) {
    for (const ResultChange& change : changes)
      lines.push_back("  " + (change.kind == RowKind::kInsert ? written(change.row) : written(change)));
    return lines;
  }
  for (const std::string& line : folded(changes, key_of(outcome, expected.table))) lines.push_back("  " + line);
  return lines;
}

}  // namespace

std::vector<TestWay> all_test_ways() {
  return {{"one row a batch", 1, 1, false, {}, "", true},
          {"batches of 1,024 rows", 1024, 1, false, {}},
          {"parallelism 3", 1, 3, false, {}},
          {"parallelism 3, batches of 1,024 rows", 1024, 3, false, {}},
          {"killed after every row", 7, 1, true, {}},
          {"restored at another parallelism after every row", 7, 2, true, {3, 1, 2}, "", true},
          {"all state spilled after every row", 1, 1, false, {}, "1 b"},
          {"all state spilled, killed after every row", 7, 1, true, {}, "1 b"}};
}

std::optional<TestFailure> run_test_case(const std::string& path, const TestCase& test,
                                         const std::vector<TestWay>& ways, const TestRegistries& registries) {
  for (const TestWay& way : ways) {
    try {
      const CaseOutcome outcome = run_case(path, test, way, registries);
      for (const TestExpectation& expected : test.expectations) {
        std::string text = difference(expected, outcome, keeps_order(test, way));
        if (!text.empty()) return TestFailure{way.name, expected.line, std::move(text)};
      }
    } catch (const std::exception& error) {
      return TestFailure{way.name, test.line, fmt::format("internal error: {}\n", error.what())};
    }
  }
  return std::nullopt;
}

std::string rewrite_expectations(const TestFile& file, const TestRegistries& registries,
                                 std::vector<std::string>& failed) {
  std::vector<std::string> lines = file.lines;
  for (auto test = file.cases.rbegin(); test != file.cases.rend(); ++test) {
    CaseOutcome outcome;
    try {
      outcome = run_case(file.path, *test, all_test_ways().front(), registries);
    } catch (const std::exception& error) {
      outcome.error = error.what();
    }
    for (auto expected = test->expectations.rbegin(); expected != test->expectations.rend(); ++expected) {
      if (expected->kind == TestExpectation::Kind::kError) continue;
      if (outcome.error) {
        failed.push_back(fmt::format("{}:{}: {}: {}", file.path, test->line, test->name, *outcome.error));
        break;
      }
      if (expected->kind == TestExpectation::Kind::kLate) {
        lines[static_cast<size_t>(expected->line) - 1] = fmt::format("expect late {}", outcome.late);
        continue;
      }
      const std::vector<std::string> body = body_of(*expected, outcome);
      const auto first = lines.begin() + expected->line;
      const auto position = lines.erase(first, lines.begin() + expected->last_line);
      lines.insert(position, body.begin(), body.end());
    }
  }
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace tidemill
