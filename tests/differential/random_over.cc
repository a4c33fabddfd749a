#include "tests/differential/random_over.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace tidemill::differential {
namespace {

using Words = std::optional<std::string>;
using Key = OverQuery::Key;

constexpr std::array<const char*, 5> kColumns = {"k", "s", "x", "y", "ts"};

std::string bound_sql(const OverQuery::Bound& bound, bool is_start) {
  if (!bound) return is_start ? "UNBOUNDED PRECEDING" : "UNBOUNDED FOLLOWING";
  if (*bound == 0) return "CURRENT ROW";
  return fmt::format("{} {}", std::abs(*bound), *bound < 0 ? "PRECEDING" : "FOLLOWING");
}

std::string key_sql(const Key& key) {
  std::string sql = key.column + (key.descending ? " DESC" : "");
  if (key.nulls_last) sql += key.descending ? " NULLS FIRST" : " NULLS LAST";
  return sql;
}

std::string call_sql(const OverQuery::Call& call) {
  if (call.aggregate) return call.aggregate->sql();
  if (call.function == "NTILE") return fmt::format("NTILE({})", call.parameter);
  if (call.function == "LAG" || call.function == "LEAD") return fmt::format("{}(y, {})", call.function, call.parameter);
  return call.function + "()";
}

template <class T>
int32_t compared(const std::optional<T>& a, const std::optional<T>& b, const Key& key) {
  if (a == b) return 0;
  const int32_t sign = key.descending ? -1 : 1;
  if (!a || !b) return ((!a) == key.nulls_last ? 1 : -1) * sign;
  return (*a < *b ? -1 : 1) * sign;
}

int32_t compare_by(const Key& key, const Row& a, const Row& b) {
  if (key.column == "k") return compared(a.k, b.k, key);
  if (key.column == "s") return compared(a.s, b.s, key);
  if (key.column == "x") return compared(a.x, b.x, key);
  if (key.column == "y") return compared(a.y, b.y, key);
  return compared(std::optional(a.ts_ms), std::optional(b.ts_ms), key);
}

int32_t compare(const OverQuery& query, const Row& a, const Row& b) {
  for (const Key& key : query.order)
    if (const int32_t order = compare_by(key, a, b); order != 0) return order;
  return 0;
}

// How far `other` stands behind `row` in units of the one column of the order; nullopt: at no distance that is one.
std::optional<int64_t> distance(const OverQuery& query, const Row& row, const Row& other) {
  if (!row.x && !other.x) return 0;
  if (!row.x || !other.x) return std::nullopt;
  return query.order[0].descending ? *row.x - *other.x : *other.x - *row.x;
}

bool in_range(const OverQuery& query, const Row& row, const Row& other) {
  const auto inside = [&](const OverQuery::Bound& bound, int64_t sign) {  // sign -1: the start
    if (!bound) return true;
    const int32_t order = compare(query, other, row);
    if (*bound == 0) return sign * order <= 0;
    const std::optional<int64_t> behind = distance(query, row, other);
    return behind ? sign * *behind <= sign * *bound : sign * order < 0;
  };
  return inside(query.start, -1) && inside(query.end, 1);
}

std::vector<Row> frame_of(const OverQuery& query, const std::vector<Row>& rows, size_t row) {
  std::vector<Row> frame;
  for (size_t other = 0; other < rows.size(); ++other) {
    const auto behind = static_cast<int64_t>(other) - static_cast<int64_t>(row);
    const bool counted = (!query.start || behind >= *query.start) && (!query.end || behind <= *query.end);
    if (query.rows ? counted : in_range(query, rows[row], rows[other])) frame.push_back(rows[other]);
  }
  return frame;
}

std::string shown(double share) {
  std::string text = fmt::format("{}", share);
  return text.find('.') == std::string::npos && text.find('e') == std::string::npos ? text + ".0" : text;
}

Words number_shown(const std::optional<int64_t>& value) { return value ? Words(std::to_string(*value)) : Words(); }

Words position_of(const OverQuery& query, const OverQuery::Call& call, const std::vector<Row>& rows, size_t row) {
  const auto size = static_cast<int64_t>(rows.size());
  const auto index = static_cast<int64_t>(row);
  int64_t before = 0, groups = 1, up_to = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int32_t order = compare(query, rows[i], rows[row]);
    if (order <= 0) ++up_to;
    if (order >= 0) continue;
    ++before;
    if (i == 0 || compare(query, rows[i - 1], rows[i]) != 0) ++groups;
  }
  if (call.function == "ROW_NUMBER") return std::to_string(index + 1);
  if (call.function == "RANK") return std::to_string(before + 1);
  if (call.function == "DENSE_RANK") return std::to_string(groups);
  if (call.function == "PERCENT_RANK")
    return shown(size == 1 ? 0.0 : static_cast<double>(before) / static_cast<double>(size - 1));
  if (call.function == "CUME_DIST") return shown(static_cast<double>(up_to) / static_cast<double>(size));
  if (call.function == "NTILE") {
    int64_t end = 0;  // buckets take their rows one after the other
    for (int64_t bucket = 1;; ++bucket) {
      end += size / call.parameter + (bucket <= size % call.parameter ? 1 : 0);
      if (index < end) return std::to_string(bucket);
    }
  }
  const int64_t other = call.function == "LAG" ? index - call.parameter : index + call.parameter;
  if (other < 0 || other >= size) return std::nullopt;
  return number_shown(rows[static_cast<size_t>(other)].y);
}

bool depends_on_peers(const OverQuery& query) {
  return std::ranges::any_of(query.calls, [&](const OverQuery::Call& call) {
    if (call.aggregate) return query.rows || call.aggregate->ordered();
    return call.function == "ROW_NUMBER" || call.function == "NTILE" || call.function == "LAG" ||
           call.function == "LEAD";
  });
}

Aggregate random_aggregate(Dice& dice, bool ordered) {
  Aggregate aggregate;
  const std::array plain = {"COUNT", "SUM", "MIN", "MAX", "AVG"};
  const std::array listing = {"FIRST_VALUE", "LAST_VALUE", "LISTAGG"};
  aggregate.function =
      ordered ? listing[static_cast<size_t>(dice.below(3))] : plain[static_cast<size_t>(dice.below(5))];
  if (aggregate.function != "COUNT" || dice.chance(50)) aggregate.argument = random_number(dice, 1);
  aggregate.distinct = aggregate.argument.has_value() && dice.chance(20);
  if (dice.chance(20)) aggregate.filter = random_condition(dice, 1);
  return aggregate;
}

void choose_frame(Dice& dice, OverQuery& query) {
  query.rows = dice.chance(50);
  if (dice.chance(40)) return;  // UNBOUNDED PRECEDING to CURRENT ROW
  // RANGE with an offset is of one column, a number.
  const bool offsets = query.rows || (query.order.size() == 1 && query.order[0].column == "x");
  const auto bound = [&]() -> OverQuery::Bound {
    if (dice.chance(25)) return std::nullopt;
    return offsets ? dice.below(7) - 3 : 0;
  };
  query.start = bound();
  query.end = bound();
  if (query.start && query.end && *query.start > *query.end) std::swap(query.start, query.end);
}

}  // namespace

OverQuery random_over(Dice& dice) {
  OverQuery query;
  query.batch = dice.chance(50);
  const int32_t keys = dice.below(3);
  if (keys >= 1) query.partition.emplace_back("k");
  if (keys == 2) query.partition.emplace_back("s");
  for (int32_t i = 0, n = 1 + dice.below(2); i < n; ++i) {
    const char* column = dice.chance(50) ? "x" : kColumns[static_cast<size_t>(dice.below(5))];
    query.order.push_back({column, dice.chance(40), dice.chance(25)});
  }
  choose_frame(dice, query);
  const bool by_value = !query.rows && (query.start.value_or(0) != 0 || query.end.value_or(0) != 0);
  for (int32_t i = 0, n = 1 + dice.below(3); i < n; ++i) {
    if (dice.chance(60)) {
      query.calls.push_back({random_aggregate(dice, !by_value && dice.chance(30)), "", 0});
      continue;
    }
    const std::array functions = {"RANK",  "DENSE_RANK", "PERCENT_RANK", "CUME_DIST",
                                  "NTILE", "ROW_NUMBER", "LAG",          "LEAD"};
    const char* function = functions[static_cast<size_t>(dice.below(by_value ? 4 : 8))];
    const bool lags = std::string_view(function) == "LAG" || std::string_view(function) == "LEAD";
    query.calls.push_back({std::nullopt, function, lags ? dice.below(6) - 2 : 1 + dice.below(4)});
  }
  if (!depends_on_peers(query)) return query;
  for (const char* column : kColumns) query.order.push_back({column, false, false});
  return query;
}

std::string OverQuery::sql() const {
  std::string window = partition.empty() ? "" : fmt::format("PARTITION BY {} ", fmt::join(partition, ", "));
  std::vector<std::string> keys;
  for (const Key& key : order) keys.push_back(key_sql(key));
  window += fmt::format("ORDER BY {}", fmt::join(keys, ", "));
  const std::string frame =
      fmt::format(" {} BETWEEN {} AND {}", rows ? "ROWS" : "RANGE", bound_sql(start, true), bound_sql(end, false));
  std::string sql = "SELECT k, s, x, y, ts";
  for (const Call& call : calls)
    sql += fmt::format(", {} OVER ({}{})", call_sql(call), window, call.aggregate ? frame : "");
  return sql + " FROM t";
}

Answer over_naively(const OverQuery& query, const std::vector<Row>& rows) {
  std::map<std::vector<Words>, std::vector<Row>> partitions;
  for (const Row& row : rows) {
    std::vector<Words> key;
    for (const std::string& column : query.partition) key.push_back(column == "k" ? row.k : row.s);
    partitions[key].push_back(row);
  }
  Answer answer;
  for (auto& [key, partition] : partitions) {
    std::stable_sort(partition.begin(), partition.end(),
                     [&](const Row& a, const Row& b) { return compare(query, a, b) < 0; });
    for (size_t i = 0; i < partition.size(); ++i) {
      const Row& row = partition[i];
      std::vector<Words> cells = {row.k, row.s, number_shown(row.x), number_shown(row.y), time_text(row.ts_ms)};
      for (const OverQuery::Call& call : query.calls)
        cells.push_back(call.aggregate ? aggregate_of(*call.aggregate, frame_of(query, partition, i))
                                       : position_of(query, call, partition, i));
      answer.rows.push_back(cells);
    }
  }
  return answer;
}

}  // namespace tidemill::differential
