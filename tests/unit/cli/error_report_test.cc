#include "cli/error_report.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemill {
namespace {

TEST(ErrorReport, PointsAtTheColumn) {
  const std::string sql = "SELECT 1;\nSELECT é, orign FROM t;\n";
  const ErrorReport report = report_error(
      std::make_exception_ptr(UserError({2, 11}, "Unknown column 'orign'", "Did you mean 'origin'?")), "a.sql", sql);
  EXPECT_EQ(report.text,
            "error: Unknown column 'orign'\n"
            "  at a.sql, line 2, column 11\n"
            " 2 | SELECT é, orign FROM t;\n"
            "   |           ^\n"
            "hint: Did you mean 'origin'?\n");
  EXPECT_EQ(report.exit_code, kExitUserError);
}

TEST(ErrorReport, ShowsOnlyTheNeighbourhoodInALongLine) {
  const std::string sql = std::string(5000, 'x') + "!" + std::string(5000, 'y');
  const ErrorReport report = report_error(std::make_exception_ptr(UserError(SourceLocation{1, 5001}, "bad")), "", sql);
  EXPECT_LT(report.text.size(), 600u);
  EXPECT_NE(report.text.find("x!y"), std::string::npos);
}

TEST(ErrorReport, TellsWhoMustAct) {
  EXPECT_EQ(report_error(std::make_exception_ptr(EngineError("x")), "", "").exit_code, kExitInternal);
  EXPECT_EQ(report_error(std::make_exception_ptr(TransientError("x")), "", "").exit_code, kExitUserError);
  EXPECT_EQ(report_error(std::make_exception_ptr(std::runtime_error("x")), "", "").exit_code, kExitInternal);
}

}  // namespace
}  // namespace tidemill
