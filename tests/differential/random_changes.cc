#include "tests/differential/random_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace tidemill::differential {
namespace {

auto content(const Row& row) { return std::tie(row.second, row.k, row.s, row.x, row.y, row.ts_ms); }

bool adds(RowKind kind) { return kind == RowKind::kInsert || kind == RowKind::kUpdateAfter; }

}  // namespace

std::vector<Change> random_changes(Dice& dice) {
  std::vector<Row> present;
  std::vector<Change> changes;
  const int32_t updates = dice.chance(20) ? 0 : 40;  // per cent
  for (const Row& row : random_rows(dice)) {
    const bool changes_one = !present.empty() && dice.chance(updates);
    if (!changes_one) {
      changes.push_back({RowKind::kInsert, row});
      present.push_back(row);
      continue;
    }
    Row& old = present[static_cast<size_t>(dice.below(static_cast<int32_t>(present.size())))];
    if (dice.chance(40)) {
      changes.push_back({RowKind::kDelete, old});
      old = present.back();
      present.pop_back();
      continue;
    }
    Row updated = row;
    updated.second = old.second;
    if (dice.chance(50)) updated.k = old.k;  // as often in its group as out of it
    changes.push_back({RowKind::kUpdateBefore, old});
    changes.push_back({RowKind::kUpdateAfter, updated});
    old = updated;
  }
  return changes;
}

std::vector<Row> remaining_rows(const std::vector<Change>& changes) {
  std::vector<Row> rows;
  for (const Change& change : changes) {
    if (adds(change.kind)) {
      rows.push_back(change.row);
      continue;
    }
    rows.erase(std::ranges::find_if(rows, [&](const Row& row) { return content(row) == content(change.row); }));
  }
  return rows;
}

std::vector<Change> without_change(const std::vector<Change>& changes, size_t index) {
  std::vector<Change> fewer = changes;
  const Row row = changes[index].row;
  if (!adds(changes[index].kind)) {
    // The row stays: with an update, what came in its place goes too, where nothing takes that back.
    fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(index));
    if (changes[index].kind == RowKind::kUpdateBefore) fewer[index].kind = RowKind::kInsert;
    return fewer;
  }
  const auto takes_it = [&](const Change& change) { return !adds(change.kind) && content(change.row) == content(row); };
  const auto end = std::find_if(fewer.begin() + static_cast<ptrdiff_t>(index), fewer.end(), takes_it);
  if (end != fewer.end()) {
    if (end->kind == RowKind::kUpdateBefore) std::next(end)->kind = RowKind::kInsert;
    fewer.erase(end);
  }
  if (changes[index].kind == RowKind::kUpdateAfter) fewer[index - 1].kind = RowKind::kDelete;
  fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(index));
  return fewer;
}

std::string changing_tables_sql() {
  std::string sql;
  for (const char* name : {"t", "u"})
    sql += fmt::format(
        "CREATE TABLE {} (k STRING, s STRING, x BIGINT, y BIGINT, ts TIMESTAMP(3)) WITH ('connector' = 'test', "
        "'changelog-mode' = 'all');\n",
        name);
  return sql;
}

TestCase case_of_changes(const std::vector<Change>& changes, const std::string& query,
                         const std::vector<std::vector<TestCell>>& rows) {
  TestCase test;
  test.name = "random changes";
  test.statements.push_back({1, changing_tables_sql()});
  test.query = TestSql{1, query};
  for (const Change& change : changes) {
    const Row& row = change.row;
    const std::string table = row.second ? "u" : "t";
    if (test.steps.empty() || test.steps.back().table != table) test.steps.emplace_back().table = table;
    test.steps.back().rows.push_back({0, change.kind, cells_of(row)});
  }
  TestExpectation table;
  for (const auto& cells : rows) table.rows.push_back({0, RowKind::kInsert, cells});
  test.expectations = {table};
  return test;
}

std::string as_text(const std::vector<Change>& changes, const std::string& query) {
  std::string text = query + "\n";
  for (const TestStep& step : case_of_changes(changes, query, {}).steps) {
    text += "input " + step.table + "\n";
    for (const TestRow& row : step.rows) {
      text += "  ";
      text += row_kind_text(row.kind);
      for (const TestCell& cell : row.cells) text += " | " + format_test_cell(cell);
      text += "\n";
    }
  }
  return text;
}

}  // namespace tidemill::differential
