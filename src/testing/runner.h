// testing/runner.h - runs test cases in every way and compares. Rule: no clock, no thread: a case takes the same steps
// each time.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "job/session.h"
#include "testing/test_file.h"

namespace tidemill {

// One way to run a case. All ways must give what the case expects.
struct TestWay {
  std::string name;
  int32_t batch_rows = kBatchRowsTarget;
  int32_t parallelism = 1;
  bool crash_after_each_step = false;      // every row is then a step: checkpoint, kill, restore
  std::vector<int32_t> parallelism_cycle;  // restores take the next of these; empty: always `parallelism`
  std::string state_memory = {};           // state.memory.size; empty: the default
  bool watermarks_travel_at_once = false;  // pipeline.auto-watermark-interval is 0: one behind each row that moves it
};

// One row a batch, with each watermark at once; batches of 1,024; parallelism 3; parallelism 3 in batches; killed after
// every step; rescaled after every step; with so little memory that all state is spilled after every batch, and killed
// now and then.
std::vector<TestWay> all_test_ways();

// Makes registries with everything a statement may name but the test connector, which each run adds for its own tables.
using TestRegistries = std::function<std::unique_ptr<Registries>()>;

struct TestFailure {
  std::string way;
  int32_t line = 0;  // of the expectation, or of the case
  std::string text;  // what is missing (-) and what is unexpected (+), or the error
};

// Runs the case in each way; returns the first failure, nullopt where it holds in all.
std::optional<TestFailure> run_test_case(const std::string& path, const TestCase& test,
                                         const std::vector<TestWay>& ways, const TestRegistries& registries);

// Returns the file's text with the body of every expectation replaced by what the first way gives. Cases that fail with
// an error where none is expected keep their text, and are named in `failed`.
std::string rewrite_expectations(const TestFile& file, const TestRegistries& registries,
                                 std::vector<std::string>& failed);

}  // namespace tidemill
