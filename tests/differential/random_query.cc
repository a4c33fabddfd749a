#include "tests/differential/random_query.h"

#include <fmt/format.h>

#include <array>
#include <set>

namespace tidemill::differential {

uint64_t Dice::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  uint64_t value = state_;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

namespace {

template <size_t n>
std::string pick(Dice& dice, const std::array<const char*, n>& choices) {
  return choices[static_cast<size_t>(dice.below(static_cast<int32_t>(n)))];
}

Node column(const char* name) { return {Node::Kind::kColumn, name, 0, {}}; }
Node number(int64_t value) { return {Node::Kind::kNumber, "", value, {}}; }
Node text(const char* value) { return {Node::Kind::kText, value, 0, {}}; }
Node call(std::string op, std::vector<Node> arguments) {
  return {Node::Kind::kCall, std::move(op), 0, std::move(arguments)};
}

}  // namespace

Node random_number(Dice& dice, int32_t depth) {
  if (depth == 0 || dice.chance(40)) {
    if (dice.chance(70)) return column(dice.chance(60) ? "x" : "y");
    return number(dice.below(9) - 3);
  }
  switch (dice.below(5)) {
    case 0:
      return call("COALESCE", {random_number(dice, depth - 1), number(dice.below(5))});
    case 1:
      return call("NULLIF", {random_number(dice, depth - 1), number(dice.below(3))});
    case 2:
      return call("CASE",
                  {random_condition(dice, depth - 1), random_number(dice, depth - 1), random_number(dice, depth - 1)});
    default:
      return call(pick(dice, std::array{"+", "-", "*"}),
                  {random_number(dice, depth - 1), random_number(dice, depth - 1)});
  }
}

Node random_text(Dice& dice) {
  if (dice.chance(25)) return text(dice.chance(50) ? "a" : "b");
  return column(dice.chance(50) ? "k" : "s");
}

namespace {

Node random_leaf_condition(Dice& dice, int32_t depth) {
  switch (dice.below(7)) {
    case 0:
      return call(dice.chance(50) ? "IS NULL" : "IS NOT NULL",
                  {dice.chance(50) ? random_number(dice, depth) : random_text(dice)});
    case 1:
      return call("IN", {random_number(dice, depth), number(dice.below(4)), number(dice.below(9) - 3)});
    case 2:
      return call("BETWEEN", {random_number(dice, depth), number(dice.below(4) - 2), number(dice.below(6))});
    case 3:
      return call("LIKE", {column(dice.chance(50) ? "k" : "s"), text(dice.chance(50) ? "a%" : "%b%")});
    case 4:
      return call("IS DISTINCT FROM", {random_number(dice, depth), random_number(dice, depth)});
    case 5:
      return call(pick(dice, std::array{"=", "<>", "<", ">="}), {random_text(dice), random_text(dice)});
    default:
      return call(pick(dice, std::array{"=", "<>", "<", "<=", ">", ">="}),
                  {random_number(dice, depth), random_number(dice, depth)});
  }
}

}  // namespace

Node random_condition(Dice& dice, int32_t depth) {
  if (depth == 0 || dice.chance(50)) return random_leaf_condition(dice, std::max(0, depth - 1));
  if (dice.chance(25)) return call("NOT", {random_condition(dice, depth - 1)});
  return call(dice.chance(50) ? "AND" : "OR", {random_condition(dice, depth - 1), random_condition(dice, depth - 1)});
}

namespace {

Aggregate random_ordered_aggregate(Dice& dice) {
  Aggregate aggregate;
  aggregate.function = pick(dice, std::array{"FIRST_VALUE", "LAST_VALUE", "LISTAGG"});
  aggregate.argument = dice.chance(50) ? random_text(dice) : random_number(dice, 1);
  aggregate.distinct = dice.chance(25);
  if (dice.chance(25)) aggregate.filter = random_condition(dice, 1);
  return aggregate;
}

Aggregate random_aggregate(Dice& dice) {
  if (dice.chance(40)) return random_ordered_aggregate(dice);
  Aggregate aggregate;
  aggregate.function = pick(dice, std::array{"COUNT", "SUM", "MIN", "MAX", "AVG", "COUNT"});
  if (aggregate.function != "COUNT" || dice.chance(50)) aggregate.argument = random_number(dice, 1);
  if (aggregate.argument && dice.chance(25)) aggregate.distinct = true;
  if (dice.chance(25)) aggregate.filter = random_condition(dice, 1);
  return aggregate;
}

Window random_window(Dice& dice) {
  Window window;
  window.kind = static_cast<Window::Kind>(1 + dice.below(4));
  const int64_t slide = 500 * (1 + dice.below(4));
  window.slide_ms = slide;
  window.size_ms = slide * (1 + dice.below(4));
  if (window.kind == Window::Kind::kTumble || window.kind == Window::Kind::kSession) window.size_ms = slide;
  if (window.kind != Window::Kind::kSession && dice.chance(25)) window.offset_ms = 250 * (dice.below(7) - 3);
  return window;
}

}  // namespace

std::string Node::sql() const {
  if (kind == Kind::kColumn) return op;
  if (kind == Kind::kNumber) return number < 0 ? fmt::format("(- {})", -number) : std::to_string(number);
  if (kind == Kind::kText) return "'" + op + "'";
  std::vector<std::string> parts;
  for (const Node& argument : arguments) parts.push_back(argument.sql());
  if (op == "NOT") return fmt::format("(NOT {})", parts[0]);
  if (op == "IS NULL" || op == "IS NOT NULL") return fmt::format("({} {})", parts[0], op);
  if (op == "COALESCE" || op == "NULLIF") return fmt::format("{}({}, {})", op, parts[0], parts[1]);
  if (op == "CASE") return fmt::format("CASE WHEN {} THEN {} ELSE {} END", parts[0], parts[1], parts[2]);
  if (op == "IN") return fmt::format("({} IN ({}, {}))", parts[0], parts[1], parts[2]);
  if (op == "BETWEEN") return fmt::format("({} BETWEEN {} AND {})", parts[0], parts[1], parts[2]);
  return fmt::format("({} {} {})", parts[0], op, parts[1]);
}

bool is_text(const Node& node) {
  return node.kind == Node::Kind::kText || (node.kind == Node::Kind::kColumn && (node.op == "k" || node.op == "s"));
}

std::string Aggregate::sql() const {
  std::string value = argument ? argument->sql() : "*";
  if (function == "LISTAGG" && !is_text(*argument)) value = fmt::format("CAST({} AS STRING)", value);
  std::string sql = function + "(" + (distinct ? "DISTINCT " : "") + value + ")";
  if (filter) sql += " FILTER (WHERE " + filter->sql() + ")";
  return sql;
}

std::string Query::table_sql() const {
  std::string sql;
  for (const char* name : {"t", "u"}) {
    if (*name == 'u' && !two_tables) continue;
    sql += fmt::format(
        "CREATE TABLE {} (k STRING, s STRING, x BIGINT, y BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL "
        "'{}.{:03}' SECOND) "
        "WITH ('connector' = 'test');\n",
        name, watermark_delay_ms / 1000, watermark_delay_ms % 1000);
  }
  return sql;
}

namespace {

std::string interval(int64_t ms) {
  return fmt::format("INTERVAL '{}{}.{:03}' SECOND", ms < 0 ? "-" : "", std::abs(ms) / 1000, std::abs(ms) % 1000);
}

std::string window_sql(const Query& query) {
  const Window& window = query.window;
  const std::string offset = window.offset_ms == 0 ? "" : ", " + interval(window.offset_ms);
  switch (window.kind) {
    case Window::Kind::kNone:
      return query.two_tables ? "(SELECT * FROM t UNION ALL SELECT * FROM u)" : "t";
    case Window::Kind::kTumble:
      return fmt::format("TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), {}{}))", interval(window.size_ms), offset);
    case Window::Kind::kHop:
      return fmt::format("TABLE(HOP(TABLE t, DESCRIPTOR(ts), {}, {}{}))", interval(window.slide_ms),
                         interval(window.size_ms), offset);
    case Window::Kind::kCumulate:
      return fmt::format("TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), {}, {}{}))", interval(window.slide_ms),
                         interval(window.size_ms), offset);
    case Window::Kind::kSession: {
      const std::string keys = query.keys.empty() ? "" : fmt::format(" PARTITION BY ({})", fmt::join(query.keys, ", "));
      return fmt::format("TABLE(SESSION(TABLE t{}, DESCRIPTOR(ts), {}))", keys, interval(window.size_ms));
    }
  }
  return "";
}

}  // namespace

std::string Query::over_sql() const {
  const std::string start = !frame.preceding ? "UNBOUNDED"
                            : frame.rows     ? std::to_string(*frame.preceding)
                                             : interval(*frame.preceding);
  std::string sql = "SELECT k, x, ts";
  for (const Aggregate& aggregate : aggregates) sql += fmt::format(", {} OVER w", aggregate.sql());
  sql += " FROM t";
  if (where) sql += " WHERE " + where->sql();
  const std::string keys_sql = keys.empty() ? "" : fmt::format("PARTITION BY {} ", fmt::join(keys, ", "));
  return sql + fmt::format(" WINDOW w AS ({}ORDER BY ts {} BETWEEN {} PRECEDING AND CURRENT ROW)", keys_sql,
                           frame.rows ? "ROWS" : "RANGE", start);
}

std::string Query::rank_sql() const {
  std::string by;
  for (const std::string& column : order)
    by += fmt::format("{}{}{}", by.empty() ? "" : ", ", column, descending ? " DESC" : "");
  const std::string keys_sql = keys.empty() ? "" : fmt::format("PARTITION BY {} ", fmt::join(keys, ", "));
  return fmt::format(
      "SELECT k, s, x, y, ts{} FROM (SELECT *, ROW_NUMBER() OVER ({}ORDER BY {}) AS n FROM t{}) WHERE n BETWEEN {} AND "
      "{}",
      numbers ? ", n" : "", keys_sql, by, where ? " WHERE " + where->sql() : "", first, last);
}

std::string Query::sql() const {
  if (shape == Shape::kOver) return over_sql();
  if (shape == Shape::kTopN || shape == Shape::kDeduplicate) return rank_sql();
  const bool assigns = shape == Shape::kAssign;
  std::vector<std::string> columns = assigns ? std::vector<std::string>() : keys;
  std::vector<std::string> groups = keys;
  for (const Node& projection : projections) columns.push_back(projection.sql());
  if (shape == Shape::kWindow || assigns) {
    for (const char* bound : {"window_start", "window_end"}) {
      columns.emplace_back(bound);
      groups.emplace_back(bound);
    }
  }
  for (size_t i = 0; i < aggregates.size(); ++i) {
    columns.push_back(aggregates[i].sql() + (shape == Shape::kRegroup ? fmt::format(" AS a{}", i) : ""));
  }
  std::string sql = fmt::format("SELECT {}{} FROM {}", shape == Shape::kDistinct ? "DISTINCT " : "",
                                fmt::join(columns, ", "), window_sql(*this));
  if (where) sql += " WHERE " + where->sql();
  const bool grouped = shape == Shape::kGroup || shape == Shape::kRegroup || shape == Shape::kWindow;
  if (grouped && !groups.empty()) sql += fmt::format(" GROUP BY {}", fmt::join(groups, ", "));
  if (having_more_than) sql += fmt::format(" HAVING COUNT(*) > {}", *having_more_than);
  if (shape != Shape::kRegroup) return sql;
  return fmt::format("SELECT a0, COUNT(*), SUM(a{}) FROM ({}) GROUP BY a0", aggregates.size() - 1, sql);
}

namespace {

// The parts of a query of OVER, Top-N or deduplication.
void add_over(Dice& dice, Query& query) {
  const int32_t keys = dice.below(3);
  if (keys >= 1) query.keys.emplace_back("k");
  if (keys == 2) query.keys.emplace_back("x");
  if (query.shape == Query::Shape::kOver) {
    query.frame.rows = dice.chance(50);
    if (dice.chance(75)) query.frame.preceding = query.frame.rows ? dice.below(4) : 500 * dice.below(5);
    for (int32_t i = 0, n = 1 + dice.below(4); i < n; ++i) {
      query.aggregates.push_back(random_aggregate(dice));
      // What is listed once each cannot be taken back.
      if (query.frame.preceding && query.aggregates.back().ordered()) query.aggregates.back().distinct = false;
    }
    return;
  }
  query.descending = dice.chance(50);
  query.order = {"ts"};
  if (query.shape == Query::Shape::kDeduplicate) return;
  query.order = {pick(dice, std::array{"x", "y", "s"})};
  if (dice.chance(40)) query.order.emplace_back("ts");
  query.first = 1 + (dice.chance(25) ? dice.below(3) : 0);
  query.last = query.first + dice.below(4);
  query.numbers = dice.chance(50);
}

}  // namespace

Query random_query(Dice& dice) {
  Query query;
  // Windows as often as all others before them; as often again what is computed row by row.
  const int32_t shape = dice.below(13);
  query.shape = static_cast<Query::Shape>(shape < 9 ? std::min(5, shape) : std::min(8, shape - 3));
  query.watermark_delay_ms = 500 * dice.below(5);
  if (dice.chance(50)) query.where = random_condition(dice, 2);
  if (query.shape > Query::Shape::kWindow) {
    add_over(dice, query);
    return query;
  }
  const bool assigns = query.shape == Query::Shape::kAssign;
  const bool windows = query.shape == Query::Shape::kWindow || assigns;
  if (windows) query.window = random_window(dice);
  if (query.shape == Query::Shape::kProject || assigns) {
    for (int32_t i = 0, n = 1 + dice.below(3); i < n; ++i)
      query.projections.push_back(dice.chance(75) ? random_number(dice, 3) : random_text(dice));
  }
  if (query.shape == Query::Shape::kProject) return query;
  const int32_t keys = dice.below(3);
  if (keys >= 1) query.keys.emplace_back("k");
  if (keys == 2 || (keys == 0 && !windows)) query.keys.emplace_back("x");
  if (query.shape == Query::Shape::kDistinct || assigns) return query;
  for (int32_t i = 0, n = 1 + dice.below(4); i < n; ++i) query.aggregates.push_back(random_aggregate(dice));
  if (dice.chance(25)) query.having_more_than = 1;
  const Aggregate& last = query.aggregates.back();
  if (query.shape == Query::Shape::kRegroup &&
      (last.function == "LISTAGG" || (last.argument && is_text(*last.argument))))
    query.aggregates.back() = {"COUNT", {}, false, {}};  // it is summed
  query.two_tables = !windows && dice.chance(50);
  return query;
}

std::vector<Row> random_rows(Dice& dice) {
  std::vector<Row> rows(static_cast<size_t>(dice.below(40)));
  int64_t clock = 0;
  const bool coarse = dice.chance(60);  // many rows of one time
  for (Row& row : rows) {
    clock += coarse ? 500 * dice.below(3) : 100 * dice.below(12);
    const int64_t behind = coarse ? 500 * dice.below(12) : 100 * dice.below(60);
    row.ts_ms = std::max<int64_t>(0, clock - (dice.chance(50) ? behind : 0));
    if (!dice.chance(15)) row.k = pick(dice, std::array{"a", "b", "ab", "a key that is longer than twelve bytes"});
    if (!dice.chance(15)) row.s = pick(dice, std::array{"a", "b", "abc", ""});
    if (!dice.chance(20)) row.x = dice.below(6) - 2;
    if (!dice.chance(20)) row.y = dice.below(100) * 1'000'000'000LL;
    row.second = dice.chance(40);
    row.number = &row - rows.data();
  }
  return rows;
}

std::vector<std::optional<std::string>> cells_of(const Row& row) {
  const auto text = [](const std::optional<int64_t>& value) {
    return value ? std::optional(std::to_string(*value)) : std::nullopt;
  };
  return {row.k, row.s, text(row.x), text(row.y), time_text(row.ts_ms)};
}

std::string time_text(int64_t ms) {
  const int64_t day_ms = 86'400'000;
  const int64_t first_day = 10;  // windows with an offset may start before the first row
  const int64_t day = first_day + (ms >= 0 ? ms / day_ms : -1);
  const int64_t rest = ((ms % day_ms) + day_ms) % day_ms;
  return fmt::format("2020-01-{:02} {:02}:{:02}:{:02}.{:03}", day, rest / 3'600'000, rest / 60'000 % 60,
                     rest / 1000 % 60, rest % 1000);
}

}  // namespace tidemill::differential
