#include "tests/differential/naive.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace tidemill::differential {
namespace {

using Number = std::optional<int64_t>;
using Truth = std::optional<bool>;
using Words = std::optional<std::string>;

Number number_of(const Node& node, const Row& row);

Words words_of(const Node& node, const Row& row) {
  if (node.kind == Node::Kind::kText) return node.op;
  return node.op == "k" ? row.k : row.s;
}

Number number_of(const Node& node, const Row& row) {
  if (node.kind == Node::Kind::kNumber) return node.number;
  if (node.kind == Node::Kind::kColumn) return node.op == "x" ? row.x : row.y;
  if (node.op == "CASE")
    return number_of(node.arguments[truth_of(node.arguments[0], row).value_or(false) ? 1 : 2], row);
  const Number a = number_of(node.arguments[0], row);
  const Number b = number_of(node.arguments[1], row);
  if (node.op == "COALESCE") return a ? a : b;
  if (node.op == "NULLIF") return a && b && *a == *b ? Number() : a;
  if (!a || !b) return std::nullopt;
  const auto left = static_cast<uint64_t>(*a), right = static_cast<uint64_t>(*b);  // BIGINT wraps
  if (node.op == "+") return static_cast<int64_t>(left + right);
  if (node.op == "-") return static_cast<int64_t>(left - right);
  return static_cast<int64_t>(left * right);
}

template <class T>
Truth compare(const std::string& op, const std::optional<T>& a, const std::optional<T>& b) {
  if (op == "IS DISTINCT FROM") return a != b;
  if (!a || !b) return std::nullopt;
  if (op == "=") return *a == *b;
  if (op == "<>") return *a != *b;
  if (op == "<") return *a < *b;
  if (op == "<=") return *a <= *b;
  if (op == ">") return *a > *b;
  return *a >= *b;
}

Truth negate(Truth truth) { return truth ? Truth(!*truth) : Truth(); }

Truth either(Truth a, Truth b) {
  if (a.value_or(false) || b.value_or(false)) return true;
  if (!a || !b) return std::nullopt;
  return false;
}

Truth like(const Words& text, const std::string& pattern) {
  if (!text) return std::nullopt;
  if (pattern == "a%") return text->starts_with("a");
  return text->find('b') != std::string::npos;  // %b%
}

}  // namespace

Truth truth_of(const Node& node, const Row& row) {
  const auto& arguments = node.arguments;
  if (node.op == "NOT") return negate(truth_of(arguments[0], row));
  if (node.op == "OR") return either(truth_of(arguments[0], row), truth_of(arguments[1], row));
  if (node.op == "AND") return negate(either(negate(truth_of(arguments[0], row)), negate(truth_of(arguments[1], row))));
  if (node.op == "IS NULL" || node.op == "IS NOT NULL") {
    const bool is_null = is_text(arguments[0]) ? !words_of(arguments[0], row) : !number_of(arguments[0], row);
    return is_null == (node.op == "IS NULL");
  }
  if (node.op == "LIKE") return like(words_of(arguments[0], row), arguments[1].op);
  if (is_text(arguments[0])) return compare(node.op, words_of(arguments[0], row), words_of(arguments[1], row));
  const Number value = number_of(arguments[0], row);
  const Number second = number_of(arguments[1], row);
  if (node.op == "IN") return either(compare("=", value, second), compare("=", value, number_of(arguments[2], row)));
  if (node.op == "BETWEEN") {
    const Truth below = compare("<", value, second), above = compare(">", value, number_of(arguments[2], row));
    return negate(either(below, above));
  }
  return compare(node.op, value, second);
}

namespace {

Words shown(const Number& value) { return value ? Words(std::to_string(*value)) : Words(); }

Words key_of(const std::string& column, const Row& row) { return column == "k" ? row.k : shown(row.x); }

}  // namespace

Words value_of(const Node& node, const Row& row) {
  return is_text(node) ? words_of(node, row) : shown(number_of(node, row));
}

namespace {

// FIRST_VALUE, LAST_VALUE, LISTAGG of rows that are in order.
Words ordered_aggregate_of(const Aggregate& aggregate, const std::vector<Row>& rows) {
  std::vector<std::string> values;
  for (const Row& row : rows) {
    if (aggregate.filter && !truth_of(*aggregate.filter, row).value_or(false)) continue;
    const Words value = value_of(*aggregate.argument, row);
    if (!value) continue;
    if (aggregate.distinct && std::find(values.begin(), values.end(), *value) != values.end()) continue;
    values.push_back(*value);
  }
  if (values.empty()) return std::nullopt;
  if (aggregate.function == "FIRST_VALUE") return values.front();
  if (aggregate.function == "LAST_VALUE") return values.back();
  std::string list = values.front();
  for (size_t i = 1; i < values.size(); ++i) list += "," + values[i];
  return list;
}

}  // namespace

Words aggregate_of(const Aggregate& aggregate, const std::vector<Row>& rows) {
  if (aggregate.ordered()) return ordered_aggregate_of(aggregate, rows);
  std::vector<int64_t> values;
  int64_t count = 0;
  for (const Row& row : rows) {
    if (aggregate.filter && !truth_of(*aggregate.filter, row).value_or(false)) continue;
    if (!aggregate.argument) {
      ++count;
    } else if (const Number value = number_of(*aggregate.argument, row)) {
      values.push_back(*value);
    }
  }
  if (!aggregate.argument) return std::to_string(count);
  if (aggregate.distinct) {
    const std::set<int64_t> distinct(values.begin(), values.end());
    values.assign(distinct.begin(), distinct.end());
  }
  if (aggregate.function == "COUNT") return std::to_string(values.size());
  if (values.empty()) return std::nullopt;
  if (aggregate.function == "MIN") return std::to_string(*std::min_element(values.begin(), values.end()));
  if (aggregate.function == "MAX") return std::to_string(*std::max_element(values.begin(), values.end()));
  uint64_t sum = 0;
  for (const int64_t value : values) sum += static_cast<uint64_t>(value);
  if (aggregate.function == "SUM") return std::to_string(static_cast<int64_t>(sum));
  return std::to_string(static_cast<int64_t>(sum) / static_cast<int64_t>(values.size()));
}

namespace {

using Key = std::vector<Words>;
struct Group {
  Key key;
  int64_t start = 0, end = 0;  // of the window
  std::vector<Row> rows;
};

void add_to_group(std::vector<Group>& groups, const Key& key, int64_t start, int64_t end, const Row& row) {
  for (Group& group : groups) {
    if (group.key == key && group.start == start && group.end == end) {
      group.rows.push_back(row);
      return;
    }
  }
  groups.push_back({key, start, end, {row}});
}

// Windows [start, end) that hold time `ts`, of TUMBLE, HOP and CUMULATE.
std::vector<std::pair<int64_t, int64_t>> windows_of(const Window& window, int64_t ts) {
  const auto start_of = [&](int64_t width) {
    const int64_t rest = ((ts - window.offset_ms) % width + width) % width;
    return ts - rest;
  };
  std::vector<std::pair<int64_t, int64_t>> windows;
  if (window.kind == Window::Kind::kHop) {
    for (int64_t start = start_of(window.slide_ms); start > ts - window.size_ms; start -= window.slide_ms)
      windows.emplace_back(start, start + window.size_ms);
  } else if (window.kind == Window::Kind::kCumulate) {
    const int64_t start = start_of(window.size_ms);
    for (int64_t end = start + window.slide_ms; end <= start + window.size_ms; end += window.slide_ms) {
      if (end > ts) windows.emplace_back(start, end);
    }
  } else {
    windows.emplace_back(start_of(window.size_ms), start_of(window.size_ms) + window.size_ms);
  }
  return windows;
}

// Takes a row into the open sessions of its key; returns false where it is too late.
bool add_to_session(std::vector<Group>& open, std::vector<Group>& closed, const Key& key, const Row& row, int64_t gap,
                    int64_t watermark) {
  Group merged{key, row.ts_ms, row.ts_ms + gap, {}};
  std::vector<Group> others;
  std::vector<Group> absorbed;
  for (Group& session : open) {
    if (session.end - 1 <= watermark) {
      closed.push_back(session);
    } else if (session.key == key && session.start <= merged.end && merged.start <= session.end) {
      absorbed.push_back(session);
    } else {
      others.push_back(session);
    }
  }
  for (const Group& session : absorbed) {
    merged.start = std::min(merged.start, session.start);
    merged.end = std::max(merged.end, session.end);
    merged.rows.insert(merged.rows.end(), session.rows.begin(), session.rows.end());
  }
  open = others;
  if (merged.end - 1 <= watermark) return false;
  merged.rows.push_back(row);
  open.push_back(merged);
  return true;
}

bool passes(const Query& query, const Row& row) { return !query.where || truth_of(*query.where, row).value_or(false); }

std::vector<Words> projected(const Query& query, const Row& row) {
  std::vector<Words> cells;
  for (const Node& node : query.projections) cells.push_back(value_of(node, row));
  return cells;
}

// The rows of a window, each with it.
void add_assigned(const Query& query, const Group& window, std::vector<std::vector<Words>>& answer) {
  for (const Row& row : window.rows) {
    if (!passes(query, row)) continue;
    std::vector<Words> cells = projected(query, row);
    cells.emplace_back(time_text(window.start));
    cells.emplace_back(time_text(window.end));
    answer.push_back(cells);
  }
}

// SELECT a0, COUNT(*), SUM(last) … GROUP BY a0 of rows whose a0 stands behind `keys` columns.
std::vector<std::vector<Words>> regrouped(const std::vector<std::vector<Words>>& rows, size_t keys) {
  struct Total {
    int64_t count = 0;
    std::optional<uint64_t> sum;
  };
  std::map<Words, Total> totals;
  for (const std::vector<Words>& row : rows) {
    Total& total = totals[row[keys]];
    ++total.count;
    if (row.back()) total.sum = total.sum.value_or(0) + static_cast<uint64_t>(std::stoll(*row.back()));
  }
  std::vector<std::vector<Words>> result;
  for (const auto& [a0, total] : totals) {
    const Number sum = total.sum ? Number(static_cast<int64_t>(*total.sum)) : Number();
    result.push_back({a0, std::to_string(total.count), shown(sum)});
  }
  return result;
}

// Puts rows in the order of FIRST_VALUE and the like: by time, table, and place in the table.
void put_in_order(std::vector<Row>& rows, bool two_tables) {
  std::sort(rows.begin(), rows.end(), [two_tables](const Row& a, const Row& b) {
    if (a.ts_ms != b.ts_ms) return a.ts_ms < b.ts_ms;
    if (two_tables && a.second != b.second) return b.second;
    return a.number < b.number;
  });
}

Key partition_of(const Query& query, const Row& row) {
  Key key;
  for (const std::string& column : query.keys) key.push_back(key_of(column, row));
  return key;
}

// One partition of OVER. A row comes out with the first watermark after its coming that has reached its time.
struct Partition {
  std::vector<std::pair<Row, int64_t>> waiting;  // with the watermark at their coming
  std::vector<Row> done;
  std::optional<int64_t> fired, forget_at;
  int64_t forget_from = 0;  // forgotten with a later watermark than this
};

void answer_over(const Query& query, Partition& partition, int64_t time, Answer& answer) {
  std::vector<Row> rows;
  std::erase_if(partition.waiting, [&](const auto& waiting) {
    if (waiting.first.ts_ms == time) rows.push_back(waiting.first);
    return waiting.first.ts_ms == time;
  });
  if (!query.frame.rows) partition.done.insert(partition.done.end(), rows.begin(), rows.end());
  for (const Row& row : rows) {
    if (query.frame.rows) partition.done.push_back(row);
    std::vector<Row> frame;
    for (size_t i = 0; i < partition.done.size(); ++i) {
      const int64_t back =
          query.frame.rows ? static_cast<int64_t>(partition.done.size() - 1 - i) : row.ts_ms - partition.done[i].ts_ms;
      if (!query.frame.preceding || back <= *query.frame.preceding) frame.push_back(partition.done[i]);
    }
    std::vector<Words> cells = {row.k, shown(row.x), time_text(row.ts_ms)};
    for (const Aggregate& aggregate : query.aggregates) cells.push_back(aggregate_of(aggregate, frame));
    answer.rows.push_back(cells);
  }
  partition.fired = time;
}

void fire_over(const Query& query, std::map<Key, Partition>& partitions, int64_t watermark, Answer& answer) {
  for (auto& [key, partition] : partitions) {
    for (;;) {
      std::optional<int64_t> next;
      for (const auto& [row, came_at] : partition.waiting)
        if (row.ts_ms <= watermark && came_at < watermark) next = std::min(next.value_or(row.ts_ms), row.ts_ms);
      if (!next) break;
      answer_over(query, partition, *next, answer);
    }
    if (partition.forget_at && *partition.forget_at <= watermark && partition.forget_from < watermark)
      partition = Partition();
  }
}

Answer over(const Query& query, const std::vector<Row>& rows) {
  Answer answer;
  std::map<Key, Partition> partitions;
  int64_t watermark = std::numeric_limits<int64_t>::min();
  for (const Row& row : rows) {
    fire_over(query, partitions, watermark, answer);
    if (passes(query, row)) {
      Partition& partition = partitions[partition_of(query, row)];
      const bool bounded = query.frame.preceding.has_value();
      if (bounded ? partition.fired && row.ts_ms <= *partition.fired : row.ts_ms <= watermark) {
        ++answer.late;
      } else {
        partition.waiting.emplace_back(row, watermark);
        const int64_t interval = query.frame.preceding.value_or(0);
        if (bounded && !query.frame.rows && partition.forget_at.value_or(-1) < row.ts_ms + interval + 1) {
          partition.forget_at = row.ts_ms + interval + interval / 2 + 1;
          partition.forget_from = watermark;
        }
      }
    }
    watermark = std::max(watermark, row.ts_ms - query.watermark_delay_ms);
  }
  fire_over(query, partitions, std::numeric_limits<int64_t>::max(), answer);
  return answer;
}

// Returns -1, 0, 1 as a stands before, with, behind b; NULL is lowest.
int32_t compare_by(const Query& query, const Row& a, const Row& b) {
  for (const std::string& column : query.order) {
    const auto compared = [](const auto& one, const auto& other) { return one < other ? -1 : other < one ? 1 : 0; };
    const int32_t order = column == "ts"  ? compared(a.ts_ms, b.ts_ms)
                          : column == "s" ? compared(a.s, b.s)
                          : column == "x" ? compared(a.x, b.x)
                                          : compared(a.y, b.y);
    if (order != 0) return query.descending ? -order : order;
  }
  return 0;
}

Answer ranked(const Query& query, const std::vector<Row>& rows) {
  Answer answer;
  std::map<Key, std::vector<Row>> partitions;
  const bool by_time = query.order == std::vector<std::string>{"ts"};
  int64_t watermark = std::numeric_limits<int64_t>::min();
  for (const Row& row : rows) {
    // Only the first by time waits for the watermark.
    const bool late = by_time && !query.descending && row.ts_ms < watermark;
    if (passes(query, row) && late) ++answer.late;
    if (passes(query, row) && !late) partitions[partition_of(query, row)].push_back(row);
    watermark = std::max(watermark, row.ts_ms - query.watermark_delay_ms);
  }
  for (auto& [key, partition] : partitions) {
    if (by_time && query.descending) std::reverse(partition.begin(), partition.end());  // the last of equal ones
    std::stable_sort(partition.begin(), partition.end(),
                     [&](const Row& a, const Row& b) { return compare_by(query, a, b) < 0; });
    for (int64_t n = query.first; n <= query.last && n <= static_cast<int64_t>(partition.size()); ++n) {
      const Row& row = partition[static_cast<size_t>(n - 1)];
      std::vector<Words> cells = {row.k, row.s, shown(row.x), shown(row.y), time_text(row.ts_ms)};
      if (query.numbers) cells.emplace_back(std::to_string(n));
      answer.rows.push_back(cells);
    }
  }
  return answer;
}

}  // namespace

Answer evaluate_naively(const Query& query, const std::vector<Row>& rows) {
  if (query.shape == Query::Shape::kOver) return over(query, rows);
  if (query.shape == Query::Shape::kTopN || query.shape == Query::Shape::kDeduplicate) return ranked(query, rows);
  Answer answer;
  std::vector<Group> groups, sessions;
  int64_t watermark = std::numeric_limits<int64_t>::min();
  for (const Row& row : rows) {
    const int64_t before = watermark;
    watermark = std::max(watermark, row.ts_ms - query.watermark_delay_ms);
    const bool assigns = query.shape == Query::Shape::kAssign;
    if (!assigns && !passes(query, row)) continue;  // a row that is filtered away still belongs to its window
    Key key;
    for (const std::string& column : query.keys) key.push_back(key_of(column, row));
    if (query.shape == Query::Shape::kProject) {
      answer.rows.push_back(projected(query, row));
    } else if (query.shape != Query::Shape::kWindow && !assigns) {
      add_to_group(groups, key, 0, 0, row);
    } else if (query.window.kind == Window::Kind::kSession) {
      if (!add_to_session(sessions, groups, key, row, query.window.size_ms, before)) ++answer.late;
    } else {
      bool counted = false;
      for (const auto& [start, end] : windows_of(query.window, row.ts_ms)) {
        if (end - 1 <= before && !assigns) continue;  // nobody waits for such windows: no row is late for them
        add_to_group(groups, key, start, end, row);
        counted = true;
      }
      if (!counted) ++answer.late;
    }
  }
  groups.insert(groups.end(), sessions.begin(), sessions.end());
  for (Group& group : groups) {
    put_in_order(group.rows, query.two_tables);
    if (query.shape == Query::Shape::kAssign) {
      add_assigned(query, group, answer.rows);
      continue;
    }
    if (query.having_more_than && static_cast<int64_t>(group.rows.size()) <= *query.having_more_than) continue;
    std::vector<Words> cells = group.key;
    if (query.shape == Query::Shape::kWindow) {
      cells.emplace_back(time_text(group.start));
      cells.emplace_back(time_text(group.end));
    }
    for (const Aggregate& aggregate : query.aggregates) cells.push_back(aggregate_of(aggregate, group.rows));
    answer.rows.push_back(cells);
  }
  if (query.shape == Query::Shape::kRegroup) answer.rows = regrouped(answer.rows, query.keys.size());
  return answer;
}

}  // namespace tidemill::differential
