#include "testing/test_file.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemill {
namespace {

TEST(TestFile, ReadsSharedPartsStepsAndExpectations) {
  const TestFile file = parse_test_file("a.test", R"(# shared by all
sql
  CREATE TABLE t (k STRING, x INT);

case one
set parallelism.default = 2
query
  SELECT k
  FROM t
input t
  a | 1
  -D | 'b | c' | NULL
checkpoint
crash parallelism 3
clock 2020-01-01 00:00:10
expect
  a

expect late 2
case two
flink: skip no such thing
flink: refused not yet
query
  SELECT 1
expect error went wrong
)");
  ASSERT_EQ(file.cases.size(), 2u);
  const TestCase& one = file.cases[0];
  EXPECT_EQ(one.line, 5);
  ASSERT_EQ(one.statements.size(), 1u);
  EXPECT_EQ(one.statements[0].line, 3);
  EXPECT_EQ(one.query->text, "  SELECT k\n  FROM t\n");
  ASSERT_EQ(one.steps.size(), 4u);
  EXPECT_EQ(one.steps[0].rows[1].kind, RowKind::kDelete);
  EXPECT_EQ(one.steps[0].rows[1].cells, (std::vector<TestCell>{"b | c", std::nullopt}));
  EXPECT_EQ(one.steps[2].parallelism, 3);
  ASSERT_EQ(one.expectations.size(), 2u);
  EXPECT_EQ(one.expectations[0].line, 16);
  EXPECT_EQ(one.expectations[0].last_line, 17);
  EXPECT_EQ(one.expectations[1].count, 2);
  EXPECT_EQ(file.cases[1].statements.size(), 1u);
  EXPECT_EQ(file.cases[1].flink_skip, "no such thing");
  EXPECT_EQ(file.cases[1].flink_refused, "not yet");
  EXPECT_EQ(file.cases[1].expectations[0].text, "went wrong");
}

TEST(TestFile, SaysWhatItDoesNotUnderstand) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"case a\nexpext\n", "a.test:2: Unknown section 'expext'"},
      {"case a\nquery\n  SELECT 1\n", "a.test:1: case 'a' expects nothing"},
      {"case a\nexpect late x\n", "a.test:2: Expected 'expect late NUMBER'"},
      {"  x\n", "a.test:1: An indented line belongs to no section"},
      {"case a\nexpect late 1\ncase a\n", "a.test:3: A case named 'a'"},
      {"", "no case found"},
  };
  for (const auto& [text, error] : cases) {
    try {
      parse_test_file("a.test", text);
      ADD_FAILURE() << text;
    } catch (const UserError& caught) {
      EXPECT_NE(std::string(caught.what()).find(error), std::string::npos) << caught.what();
    }
  }
}

TEST(TestFile, CellsSurviveBeingWritten) {
  for (const TestCell& cell : {TestCell("a"), TestCell(), TestCell("NULL"), TestCell(""), TestCell(" x "),
                               TestCell("it's"), TestCell("'q'"), TestCell("a|b"), TestCell("#h")}) {
    EXPECT_EQ(parse_test_cells(format_test_cell(cell) + " | 1").at(0), cell) << format_test_cell(cell);
  }
}

}  // namespace
}  // namespace tidemill
