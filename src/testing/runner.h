// testing/runner.h - runs test cases in every way and compares. Rule: no clock, no thread: a case takes the same steps
// each time.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "testing/test_file.h"

namespace tidemill {

// One way to run a case. All ways must give what the case expects.
struct TestWay {
  std::string name;
  int32_t batch_rows = 1024;
  int32_t parallelism = 1;
  bool crash_after_each_step = false;      // every row is then a step: checkpoint, kill, restore
  std::vector<int32_t> parallelism_cycle;  // restores take the next of these; empty: always `parallelism`
};

// One row a batch; batches of 1,024; parallelism 3; parallelism 3 in batches; killed after every step; rescaled after
// every step.
std::vector<TestWay> all_test_ways();

struct TestFailure {
  std::string way;
  int32_t line = 0;  // of the expectation, or of the case
  std::string text;  // what is missing (-) and what is unexpected (+), or the error
};

// Runs the case; returns nothing where it holds. Stops at the first way that fails.
std::vector<TestFailure> run_test_case(const std::string& path, const TestCase& test, const std::vector<TestWay>& ways);

// Returns the file's text with every expectation of `cases` replaced by what the first way gives; a case that fails
// with an error keeps its text.
std::string rewrite_expectations(const TestFile& file);

}  // namespace tidemill
