#include "results/result_table.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemill {
namespace {

using Rows = std::vector<ResultRow>;

TEST(ResultTable, AnUpdateTakesThePlaceOfTheRowItReplaces) {
  ResultTable table;
  table.apply({RowKind::kInsert, {"a", "1"}});
  table.apply({RowKind::kInsert, {"b", "1"}});
  table.apply({RowKind::kUpdateBefore, {"a", "1"}});
  table.apply({RowKind::kUpdateAfter, {"a", "2"}});
  EXPECT_EQ(table.rows(), (Rows{{"a", "2"}, {"b", "1"}}));
  table.apply({RowKind::kDelete, {"a", "2"}});
  table.apply({RowKind::kInsert, {"c", std::nullopt}});
  EXPECT_EQ(table.rows(), (Rows{{"b", "1"}, {"c", std::nullopt}}));
}

TEST(ResultTable, EqualRowsAreCounted) {
  ResultTable table;
  for (int i = 0; i < 3; ++i) table.apply({RowKind::kInsert, {"a"}});
  table.apply({RowKind::kDelete, {"a"}});
  EXPECT_EQ(table.num_rows(), 2);
  table.apply({RowKind::kDelete, {"a"}});
  table.apply({RowKind::kDelete, {"a"}});
  EXPECT_THROW(table.apply({RowKind::kDelete, {"a"}}), EngineError);
}

TEST(ResultTable, NullIsNotTheTextNull) {
  ResultTable table;
  table.apply({RowKind::kInsert, {std::nullopt}});
  EXPECT_THROW(table.apply({RowKind::kDelete, {"NULL"}}), EngineError);
}

TEST(ResultTable, WithAKeyItUpserts) {
  ResultTable table({0});
  table.apply({RowKind::kUpdateAfter, {"a", "1"}});
  table.apply({RowKind::kInsert, {"b", "1"}});
  table.apply({RowKind::kUpdateBefore, {"a", "1"}});
  table.apply({RowKind::kUpdateAfter, {"a", "2"}});
  EXPECT_EQ(table.rows(), (Rows{{"a", "2"}, {"b", "1"}}));
  table.apply({RowKind::kDelete, {"a", std::nullopt}});
  EXPECT_EQ(table.rows(), (Rows{{"b", "1"}}));
}

}  // namespace
}  // namespace tidemill
