// tests/differential/both_modes.h - a case in every way, then in batch mode. Rule: final rows do not depend on the
// mode, and in batch mode nothing else comes.
#pragma once
#include <optional>
#include <string>

#include "cli/commands.h"
#include "testing/runner.h"

namespace tidemill::differential {

// Returns the first failure. In batch mode two ways do: its operators are few, and rows are all there.
inline std::optional<TestFailure> run_in_both_modes(const TestCase& test) {
  if (auto failure = run_test_case("random", test, all_test_ways(), make_builtin_registries)) return failure;
  TestCase batch = test;
  batch.settings.emplace_back("execution.runtime-mode", "batch");
  for (TestExpectation& expectation : batch.expectations)
    if (expectation.kind == TestExpectation::Kind::kTable) expectation.kind = TestExpectation::Kind::kChangelog;
  const std::vector<TestWay> ways = all_test_ways();
  auto failure = run_test_case("random", batch, {ways.at(0), ways.at(3)}, make_builtin_registries);
  if (failure) failure->way += ", batch mode";
  return failure;
}

}  // namespace tidemill::differential
