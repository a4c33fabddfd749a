// Planning cases: SQL and the text that planning it gives, in files of tests/unit/planner/cases/.
//
//   === title            a case; `=== prelude` runs before every case of the file
//   SQL                  all statements but the last must succeed
//   ----
//   expected text        of the last statement
//
// A title may end in a mode: [logical] the bound plan, [explain] all of EXPLAIN's text, [graph] vertices and edges;
// otherwise the optimised plan with row kinds, or the rows of a result, or the error.
#pragma once
#include <string>
#include <vector>

namespace tidemill {

struct PlanningCase {
  std::string title;
  std::string sql;
  std::string expected;
};

struct PlanningFile {
  std::string prelude;
  std::vector<PlanningCase> cases;
};

// Reads a case file. Throws EngineError where it has not this form.
PlanningFile read_planning_file(const std::string& path);
// Writes it with what its cases give now.
void write_planning_file(const std::string& path, const PlanningFile& file);

// Runs a case; returns the text it gives.
std::string run_planning_case(const std::string& prelude, const PlanningCase& one);

}  // namespace tidemill
