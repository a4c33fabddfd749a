// Runs every case file. `unit_planner --rewrite` writes what the cases give now: read the difference before committing.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/unit/planner/planning_case.h"

namespace tidemill {
namespace {

constexpr const char* kFolder = "tests/unit/planner/cases";

std::vector<std::string> case_files() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) paths.push_back(entry.path().string());
  std::ranges::sort(paths);
  return paths;
}

class PlanningTest : public testing::TestWithParam<std::string> {};

TEST_P(PlanningTest, GivesWhatTheFileSays) {
  const PlanningFile file = read_planning_file(GetParam());
  EXPECT_FALSE(file.cases.empty());
  for (const PlanningCase& one : file.cases) {
    EXPECT_EQ(run_planning_case(file.prelude, one), one.expected) << one.title << "\n" << one.sql;
  }
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  return std::filesystem::path(info.param).stem().string();
}

INSTANTIATE_TEST_SUITE_P(Cases, PlanningTest, testing::ValuesIn(case_files()), test_name);

}  // namespace
}  // namespace tidemill

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc < 2 || std::string(argv[1]) != "--rewrite") return RUN_ALL_TESTS();
  for (const std::string& path : tidemill::case_files()) {
    tidemill::PlanningFile file = tidemill::read_planning_file(path);
    for (tidemill::PlanningCase& one : file.cases) one.expected = tidemill::run_planning_case(file.prelude, one);
    tidemill::write_planning_file(path, file);
  }
  return 0;
}
