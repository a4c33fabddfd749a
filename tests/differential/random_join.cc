#include "tests/differential/random_join.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace tidemill::differential {
namespace {

using Words = std::optional<std::string>;

bool left_only(Join::Type type) { return type >= Join::Type::kExists; }

Words shown(const std::optional<int64_t>& value) { return value ? Words(std::to_string(*value)) : Words(); }

Words cell(const Row& row, const std::string& column) {
  if (column == "k") return row.k;
  if (column == "s") return row.s;
  return column == "x" ? shown(row.x) : shown(row.y);
}

std::optional<bool> equal(const Join& join, const Row& a, const Row& b) {
  std::optional<bool> result = true;
  for (const std::string& key : join.keys) {
    const Words left = cell(a, key), right = cell(b, key);
    if (join.null_safe) {
      if (left != right) return false;
    } else if (!left || !right) {
      result = std::nullopt;
    } else if (*left != *right) {
      return false;
    }
  }
  return result;
}

bool near(const Join& join, const Row& a, const Row& b) {
  if (join.kind == Join::Kind::kInterval) {
    const int64_t distance = a.ts_ms - b.ts_ms;
    return join.lower_ms <= distance && distance <= join.upper_ms;
  }
  return join.kind != Join::Kind::kWindow || a.ts_ms / join.window_ms == b.ts_ms / join.window_ms;
}

bool below(const Join& join, const Row& a, const Row& b) {
  if (!join.less) return true;
  const std::optional<int64_t>& left = *join.less == "x" ? a.x : a.y;
  const std::optional<int64_t>& right = *join.less == "x" ? b.x : b.y;
  return left && right && *left < *right;
}

// u grouped by k: COUNT(*) AS x, MAX(y) AS y.
std::vector<Row> grouped(const std::vector<Row>& rows) {
  std::map<Words, Row> groups;
  for (const Row& row : rows) {
    Row& group = groups[row.k];
    group.k = row.k;
    group.x = group.x.value_or(0) + 1;
    if (row.y && (!group.y || *row.y > *group.y)) group.y = row.y;
  }
  std::vector<Row> result;
  for (const auto& [key, group] : groups) result.push_back(group);
  return result;
}

std::vector<Words> cells(const std::optional<Row>& row) {
  if (!row) return {std::nullopt, std::nullopt, std::nullopt};
  return {row->k, shown(row->x), shown(row->y)};
}

// x NOT IN (…) is TRUE only where no comparison is TRUE or UNKNOWN.
bool keeps(const Join& join, const Row& a, const std::vector<Row>& others) {
  bool found = false, unknown = false;
  for (const Row& b : others) {
    const std::optional<bool> same = equal(join, a, b);
    found = found || same.value_or(false);
    unknown = unknown || !same;
  }
  if (join.type == Join::Type::kNotIn) return !found && !unknown;
  if (join.type == Join::Type::kIn) return found;
  const bool exists = std::ranges::any_of(
      others, [&](const Row& b) { return equal(join, a, b).value_or(false) && near(join, a, b) && below(join, a, b); });
  return exists == (join.type == Join::Type::kExists);
}

std::string interval(int64_t ms) { return fmt::format("INTERVAL '{}.{:03}' SECOND", ms / 1000, ms % 1000); }

std::string shifted(const std::string& time, int64_t ms) {
  return fmt::format("{} {} {}", time, ms < 0 ? "-" : "+", interval(std::abs(ms)));
}

std::string condition_sql(const Join& join) {
  std::string sql;
  const auto add = [&](const std::string& conjunct) { sql += (sql.empty() ? "" : " AND ") + conjunct; };
  for (const std::string& key : join.keys)
    add(fmt::format("a.{} {} b.{}", key, join.null_safe ? "IS NOT DISTINCT FROM" : "=", key));
  if (join.kind == Join::Kind::kInterval) {
    add(fmt::format("a.ts BETWEEN {} AND {}", shifted("b.ts", join.lower_ms), shifted("b.ts", join.upper_ms)));
  }
  if (join.kind == Join::Kind::kWindow) add("a.window_start = b.window_start AND a.window_end = b.window_end");
  if (join.less) add(fmt::format("a.{} < b.{}", *join.less, *join.less));
  return sql;
}

std::string side_sql(const Join& join, const std::string& table) {
  if (join.kind == Join::Kind::kWindow)
    return fmt::format("TABLE(TUMBLE(TABLE {}, DESCRIPTOR(ts), {}))", table, interval(join.window_ms));
  if (join.kind == Join::Kind::kAggregated && table == "u")
    return "(SELECT k, COUNT(*) AS x, MAX(y) AS y FROM u GROUP BY k)";
  return table;
}

}  // namespace

std::string Join::table_sql() {
  std::string sql;
  for (const char* name : {"t", "u"}) {
    sql += fmt::format(
        "CREATE TABLE {} (k STRING, s STRING, x BIGINT, y BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL "
        "'1' HOUR) WITH ('connector' = 'test');\n",
        name);
  }
  return sql;
}

std::string Join::sql() const {
  const std::string a = side_sql(*this, "t") + " AS a";
  const std::string b = side_sql(*this, "u") + " AS b";
  if (type == Type::kIn || type == Type::kNotIn) {
    return fmt::format("SELECT a.k, a.x, a.y FROM {} WHERE a.{} {} (SELECT b.{} FROM {})", a, keys[0],
                       type == Type::kIn ? "IN" : "NOT IN", keys[0], b);
  }
  if (left_only(type)) {
    return fmt::format("SELECT a.k, a.x, a.y FROM {} WHERE {} (SELECT 1 FROM {} WHERE {})", a,
                       type == Type::kExists ? "EXISTS" : "NOT EXISTS", b, condition_sql(*this));
  }
  constexpr std::array<const char*, 4> kNames = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
  return fmt::format("SELECT a.k, a.x, a.y, b.k, b.x, b.y FROM {} {} {} ON {}", a, kNames[static_cast<size_t>(type)], b,
                     condition_sql(*this));
}

Join random_join(Dice& dice) {
  Join join;
  join.kind = static_cast<Join::Kind>(dice.below(4));
  join.type = static_cast<Join::Type>(dice.below(join.kind == Join::Kind::kInterval ? 4 : 8));
  const bool by_value = join.type == Join::Type::kIn || join.type == Join::Type::kNotIn;
  if (by_value && join.kind == Join::Kind::kWindow) join.kind = Join::Kind::kRegular;
  const bool aggregated = join.kind == Join::Kind::kAggregated;
  for (const char* key : {"k", "s", "x"}) {
    if (aggregated && *key == 's') continue;
    if (dice.chance(*key == 'k' ? 80 : 25)) join.keys.emplace_back(key);
  }
  if (join.keys.empty()) join.keys.emplace_back("k");
  if (by_value) {
    join.keys.resize(1);
    return join;
  }
  join.null_safe = dice.chance(25);
  if (dice.chance(35)) join.less = dice.chance(50) ? "x" : "y";
  join.lower_ms = 500 * (dice.below(9) - 5);
  join.upper_ms = join.lower_ms + 500 * dice.below(6);
  join.window_ms = 500 * (1 + dice.below(6));
  return join;
}

Answer join_naively(const Join& join, const std::vector<Row>& rows) {
  std::vector<Row> left, right;
  for (const Row& row : rows) (row.second ? right : left).push_back(row);
  if (join.kind == Join::Kind::kAggregated) right = grouped(right);
  Answer answer;
  const auto add = [&](const std::optional<Row>& a, const std::optional<Row>& b) {
    std::vector<Words> row = cells(a);
    const std::vector<Words> more = cells(b);
    if (!left_only(join.type)) row.insert(row.end(), more.begin(), more.end());
    answer.rows.push_back(row);
  };
  std::vector<bool> right_fits(right.size(), false);
  for (const Row& a : left) {
    if (left_only(join.type)) {
      if (keeps(join, a, right)) add(a, std::nullopt);
      continue;
    }
    bool fits = false;
    for (size_t i = 0; i < right.size(); ++i) {
      if (!equal(join, a, right[i]).value_or(false) || !near(join, a, right[i]) || !below(join, a, right[i])) continue;
      add(a, right[i]);
      fits = right_fits[i] = true;
    }
    if (!fits && (join.type == Join::Type::kLeft || join.type == Join::Type::kFull)) add(a, std::nullopt);
  }
  for (size_t i = 0; i < right.size(); ++i) {
    const bool outer = join.type == Join::Type::kRight || join.type == Join::Type::kFull;
    if (outer && !right_fits[i]) add(std::nullopt, right[i]);
  }
  return answer;
}

}  // namespace tidemill::differential
