#include "sim/query_workload.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/check.h"
#include "data/pretty.h"
#include "functions/all.h"
#include "planner/statement_planner.h"
#include "sim/no_files.h"
#include "sql/parser.h"
#include "tests/differential/random_changes.h"
#include "tests/differential/random_join.h"
#include "tests/differential/random_match.h"
#include "tests/differential/random_over.h"
#include "tests/differential/random_set.h"

namespace tidemill::sim {
namespace {

using differential::Answer;
using differential::Change;
using differential::Dice;
using differential::Row;

using Cells = std::vector<std::optional<std::string>>;

struct LoggedRow {
  RowKind kind = RowKind::kInsert;
  Cells cells;  // of all columns
};

struct LoggedTable {
  std::vector<LoggedRow> rows;
  uint64_t splits = 1;
};

// What is asked, of which rows, and what must come of it.
struct Drawn {
  std::string tables_sql;
  std::string sql;
  std::map<std::string, LoggedTable, std::less<>> tables;
  bool changes = false;  // rows are taken back
  bool counts_late = true;
  Answer answer = {};
  bool batch = false;
};

void add_rows(Drawn& drawn, const std::vector<Row>& rows) {
  for (const Row& row : rows)
    drawn.tables[row.second ? "u" : "t"].rows.push_back({RowKind::kInsert, differential::cells_of(row)});
}

Drawn draw_query(Dice& dice) {
  const differential::Query query = differential::random_query(dice);
  std::vector<Row> rows = differential::random_rows(dice);
  // Which of two tables is read first is left to chance, and lateness to each: only one of them has the rows.
  for (Row& row : rows) row.second = false;
  Drawn drawn{query.table_sql(), query.sql(), {}, false, true, differential::evaluate_naively(query, rows)};
  add_rows(drawn, rows);
  // Where a condition over the rows of windows is never true, the windows are not made, and nothing is late for them.
  drawn.counts_late = query.shape != differential::Query::Shape::kAssign;
  return drawn;
}

Drawn draw_join(Dice& dice) {
  const differential::Join join = differential::random_join(dice);
  const std::vector<Row> rows = differential::random_rows(dice);
  Drawn drawn{differential::Join::table_sql(), join.sql(), {}, false, true, differential::join_naively(join, rows)};
  add_rows(drawn, rows);
  for (auto& [name, table] : drawn.tables) table.splits = static_cast<uint64_t>(1 + dice.below(3));
  return drawn;
}

// Where a pattern can be fitted in too many ways for the plain evaluator, draws another one.
Drawn draw_match(Dice& dice) {
  const differential::Match match = differential::random_match(dice);
  const std::vector<Row> rows = differential::random_match_rows(dice);
  Drawn drawn{differential::Match::table_sql(), match.sql(), {}, false, true};
  try {
    drawn.answer = differential::match_naively(match, rows);
  } catch (const differential::TooManyWays&) {
    return draw_match(dice);
  }
  for (const Row& row : rows)
    drawn.tables["t"].rows.push_back(
        {RowKind::kInsert,
         {row.k, std::to_string(row.number), std::to_string(*row.x), differential::time_text(row.ts_ms)}});
  return drawn;
}

Drawn draw_changes(Dice& dice) {
  const std::vector<Change> changes = differential::random_changes(dice);
  std::vector<Row> remaining = differential::remaining_rows(changes);
  Drawn drawn;
  drawn.tables_sql = differential::changing_tables_sql();
  drawn.changes = true;
  drawn.batch = dice.chance(30);
  const int32_t kind = dice.below(3);
  if (kind == 0) {
    std::erase_if(remaining, [](const Row& row) { return row.second; });
    const differential::OverQuery query = differential::random_over(dice);
    drawn.batch = query.batch;
    drawn.sql = query.sql();
    drawn.answer = differential::over_naively(query, remaining);
  } else if (kind == 1) {
    const differential::SetQuery query = differential::random_set_query(dice);
    drawn.sql = query.sql();
    drawn.answer = differential::set_naively(query, remaining);
  } else {
    differential::Join join = differential::random_join(dice);
    while (join.kind > differential::Join::Kind::kAggregated) join = differential::random_join(dice);
    drawn.sql = join.sql();
    drawn.answer = differential::join_naively(join, remaining);
  }
  for (const Change& change : changes)
    drawn.tables[change.row.second ? "u" : "t"].rows.push_back({change.kind, differential::cells_of(change.row)});
  return drawn;
}

Drawn draw(Dice& dice) {
  switch (dice.below(5)) {
    case 0:
      return draw_join(dice);
    case 1:
      return draw_match(dice);
    case 2:
      return draw_changes(dice);
    default:
      return draw_query(dice);
  }
}

std::string to_line(const LoggedRow& row, const TableDescription& table) {
  std::string line(row_kind_text(row.kind));
  for (const int32_t column : table.projection) {
    const std::optional<std::string>& cell = row.cells[static_cast<size_t>(column)];
    const bool quoted = cell && table.physical->field(column).type.is_character();
    line += fmt::format(" | {1}{0}{1}", cell.value_or("NULL"), quoted ? "'" : "");
  }
  return line + "\n";
}

// A cell of an answer as the sink shows it: times and DOUBLE without zeros at their end. No text of the queries looks
// like one.
std::string shown(const std::optional<std::string>& cell) {
  if (!cell) return "NULL";
  if (cell->starts_with("2020-01-") && cell->size() == std::string_view("2020-01-01 00:00:00.000").size())
    return to_pretty(parse_cell(*cell, Type::timestamp(3)));
  if (cell->find_first_not_of("0123456789.-E") == std::string::npos && cell->find('.') != std::string::npos)
    return to_pretty(parse_cell(*cell, Type::float64()));
  return to_pretty(Value::string(*cell));
}

// Stands where the queries say 'connector' = 'test'.
class LogConnector final : public Connector {
 public:
  LogConnector(const Drawn& drawn, const LogSourceOptions& options) : drawn_(drawn), options_(options) {
    options_.append_only = !drawn.changes;
  }
  std::string_view name() const override { return "test"; }
  std::string_view doc() const override { return "Logs in memory."; }
  std::vector<OptionSpec> options() const override {
    return {{"changelog-mode", OptionType::kString, "Kinds of the rows", "append"}};
  }
  bool can_read() const override { return true; }

  std::shared_ptr<const Source> make_source(const TableDescription& table, const FormatRegistry&) const override {
    const SchemaPtr schema = source_schema(table, {}, name());
    const auto logged = drawn_.tables.find(table.name.substr(table.name.rfind('.') + 1));
    std::vector<std::string> texts(logged == drawn_.tables.end() ? 1 : logged->second.splits);
    if (logged != drawn_.tables.end()) {
      size_t next = 0;
      for (const LoggedRow& row : logged->second.rows) texts[next++ % texts.size()] += to_line(row, table);
    }
    std::vector<LogSplit> splits;
    for (size_t i = 0; i < texts.size(); ++i)
      splits.push_back({fmt::format("{}-{}", table.name, i), parse_batch(schema, texts[i])});
    return make_log_source(schema, std::move(splits), options_);
  }

 private:
  const Drawn& drawn_;
  LogSourceOptions options_;
};

class QueryWorkload final : public Workload {
 public:
  explicit QueryWorkload(Random& random) {
    Dice dice(random.next());
    drawn_ = draw(dice);
  }

  std::string description() const override { return drawn_.sql; }

  Expectation expectation() const override {
    Expectation expected{{}, std::nullopt, std::nullopt};
    if (drawn_.counts_late) expected.rows_late = drawn_.answer.late;
    for (const Cells& row : drawn_.answer.rows) {
      std::string line;
      for (const auto& cell : row) line += (line.empty() ? "" : " | ") + shown(cell);
      expected.rows.push_back(std::move(line));
    }
    std::sort(expected.rows.begin(), expected.rows.end());
    return expected;
  }

  bool needs_split_order() const override { return true; }

  JobGraph job(const JobShape& shape, CommittedRows& rows) const override {
    FunctionRegistry functions;
    register_builtin_functions(functions);
    ConnectorRegistry connectors;
    connectors.add(std::make_unique<LogConnector>(drawn_, shape.log));
    const FormatRegistry formats;
    Catalog catalog;
    Config config;
    config.set("parallelism.default", std::to_string(shape.keyed_parallelism));
    if (drawn_.batch) config.set("execution.runtime-mode", "batch");
    NoFiles files;
    StatementPlanner planner({catalog, config, functions, connectors, formats, files});
    for (const ast::StatementPtr& statement : parse_script(drawn_.tables_sql)) planner.plan(*statement, nullptr);
    const std::vector<ast::StatementPtr> query = parse_script(drawn_.sql);
    return std::get<JobPlan>(planner.plan(*query.front(), make_committed_sink(rows))).graph;
  }

 private:
  Drawn drawn_;
};

}  // namespace

std::unique_ptr<Workload> draw_query_workload(Random& random) { return std::make_unique<QueryWorkload>(random); }

}  // namespace tidemill::sim
