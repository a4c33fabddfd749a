#include "tests/differential/random_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

namespace tidemill::differential {
namespace {

constexpr std::array<const char*, 6> kOperators = {"UNION",         "UNION ALL", "INTERSECT",
                                                   "INTERSECT ALL", "EXCEPT",    "EXCEPT ALL"};
using Cells = std::vector<std::optional<std::string>>;
using Counts = std::map<Cells, int64_t>;

std::string side_sql(const SetQuery::Side& side) {
  std::vector<std::string> columns;
  for (const Node& column : side.columns) columns.push_back(column.sql());
  return fmt::format("SELECT {} FROM {}{}", fmt::join(columns, ", "), side.second ? "u" : "t",
                     side.where ? " WHERE " + side.where->sql() : "");
}

Counts side_naively(const SetQuery::Side& side, const std::vector<Row>& rows) {
  Counts counts;
  for (const Row& row : rows) {
    if (row.second != side.second || (side.where && !truth_of(*side.where, row).value_or(false))) continue;
    Cells cells;
    for (const Node& column : side.columns) cells.push_back(value_of(column, row));
    ++counts[cells];
  }
  return counts;
}

int64_t combined(const std::string& op, int64_t left, int64_t right) {
  if (op == "UNION ALL") return left + right;
  if (op == "INTERSECT ALL") return std::min(left, right);
  if (op == "EXCEPT ALL") return std::max<int64_t>(left - right, 0);
  if (op == "UNION") return left + right > 0 ? 1 : 0;
  if (op == "INTERSECT") return left > 0 && right > 0 ? 1 : 0;
  return left > 0 && right == 0 ? 1 : 0;
}

}  // namespace

std::string SetQuery::sql() const {
  std::string text = side_sql(sides.front());
  for (size_t i = 1; i < sides.size(); ++i) {
    // INTERSECT binds closer than the others: brackets say that it does not here.
    if (i == 2) text = "(" + text + ")";
    text += fmt::format(" {} {}", operators[i - 1], side_sql(sides[i]));
  }
  return text;
}

SetQuery random_set_query(Dice& dice) {
  SetQuery query;
  std::vector<bool> texts;
  for (int32_t i = 0, n = 1 + dice.below(2); i < n; ++i) texts.push_back(dice.chance(40));
  for (int32_t i = 0, n = dice.chance(30) ? 3 : 2; i < n; ++i) {
    SetQuery::Side& side = query.sides.emplace_back();
    side.second = i > 0 && dice.chance(75);
    for (const bool text : texts) side.columns.push_back(text ? random_text(dice) : random_number(dice, 1));
    if (dice.chance(40)) side.where = random_condition(dice, 1);
    if (i > 0) query.operators.emplace_back(kOperators[static_cast<size_t>(dice.below(6))]);
  }
  return query;
}

Answer set_naively(const SetQuery& query, const std::vector<Row>& rows) {
  Counts counts = side_naively(query.sides.front(), rows);
  for (size_t i = 1; i < query.sides.size(); ++i) {
    const Counts other = side_naively(query.sides[i], rows);
    const Counts left = counts;
    Counts result;
    counts.insert(other.begin(), other.end());  // all rows of either side
    for (const auto& [cells, count] : counts) {
      const auto count_in = [&](const Counts& of) { return of.contains(cells) ? of.at(cells) : 0; };
      result[cells] = combined(query.operators[i - 1], count_in(left), count_in(other));
    }
    counts = std::move(result);
  }
  Answer answer;
  for (const auto& [cells, count] : counts) answer.rows.insert(answer.rows.end(), static_cast<size_t>(count), cells);
  return answer;
}

}  // namespace tidemill::differential
