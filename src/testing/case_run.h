// testing/case_run.h - one run of one test case in one way, on a simulated world. Rule: a run is a function of case and
// way; a crash goes back to the last checkpoint, rows and clock included.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "job/session.h"
#include "testing/runner.h"
#include "testing/test_tables.h"

namespace tidemill {

// What a case gave.
struct CaseOutcome {
  std::optional<std::string> error;  // message, place and hint
  std::vector<std::string> text;     // lines that the query printed
  std::map<std::string, std::vector<ResultChange>, std::less<>>
      changes;                                                    // by sink table; the query's under kQueryOutput
  std::map<std::string, std::vector<int32_t>, std::less<>> keys;  // of upsert sinks
  int64_t late = 0;
  std::optional<std::vector<int32_t>> upsert_key;  // of the query's result
};

inline constexpr std::string_view kQueryOutput = "";

CaseOutcome run_case(const std::string& path, const TestCase& test, const TestWay& way,
                     const TestRegistries& registries);

}  // namespace tidemill
