#include "sim/seed_runner.h"

#include <fmt/format.h>

#include <cstdio>
#include <tuple>

#include "sim/kill_run.h"
#include "sim/mutations.h"
#include "sim/number_options.h"

namespace tidemill::sim {
namespace {

constexpr uint64_t kTraceCheckedEvery = 50;  // such seeds run twice and must make the same choices

struct Arguments {
  uint64_t first = 1;
  uint64_t last = 1000;
  RunOptions options;
  bool expect_failure = false;
};

bool parse_seeds(std::string_view text, Arguments& arguments) {
  const auto range = parse_range(text);
  if (range) std::tie(arguments.first, arguments.last) = *range;
  return range.has_value();
}

bool parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--expect-failure") {
      arguments.expect_failure = true;
    } else if (name == "--seeds" && parse_seeds(value, arguments)) {
      ++i;
    } else if (name == "--mutation" && is_mutation(value)) {
      arguments.options.mutation = value;
      ++i;
    } else if (name == "--faults" && profile_of(value)) {
      arguments.options.profile = *profile_of(value);
      ++i;
    } else {
      fmt::print(stderr,
                 "usage: {} [--seeds FIRST..LAST] [--faults mixed|power-cuts|misdirected|disk-full] [--mutation NAME] "
                 "[--expect-failure]\n",
                 argv[0]);
      return false;
    }
  }
  return true;
}

std::string options_text(const RunOptions& options) {
  std::string text;
  if (options.profile != FaultProfile::kMixed) text += fmt::format(" --faults {}", profile_name(options.profile));
  if (!options.mutation.empty()) text += fmt::format(" --mutation {}", options.mutation);
  return text;
}

void add(RunResult& sum, const RunResult& result) {
  sum.kills += result.kills;
  sum.restores += result.restores;
  sum.checkpoints += result.checkpoints;
  sum.failures += result.failures;
  sum.power_cuts += result.power_cuts;
  sum.passed_over += result.passed_over;
  sum.refused += result.refused;
  sum.steps += result.steps;
}

int run(const char* program, const Arguments& arguments, const DrawWorkload& draw) {
  RunResult sum;
  int64_t failed = 0;
  for (uint64_t seed = arguments.first; seed <= arguments.last; ++seed) {
    RunResult result = run_with_kills(draw, seed, arguments.options);
    if (result.failure.empty() && seed % kTraceCheckedEvery == 0 &&
        run_with_kills(draw, seed, arguments.options).trace != result.trace)
      result.failure = "a second run of the seed made other choices: something outside the seed decides";
    add(sum, result);
    if (result.failure.empty()) continue;
    ++failed;
    if (arguments.expect_failure) break;
    fmt::print("FAILED seed {} ({}): {}\n  repeat: {} --seeds {}{}\n", seed, result.description, result.failure,
               program, seed, options_text(arguments.options));
  }
  fmt::print(
      "seeds {}..{}, faults {}: {} failed; {} kills, {} of them failing file calls, {} power cuts, {} restores, {} "
      "checkpoints, {} of them found damaged, {} jobs refused, {} steps\n",
      arguments.first, arguments.last, profile_name(arguments.options.profile), failed, sum.kills, sum.failures,
      sum.power_cuts, sum.restores, sum.checkpoints, sum.passed_over, sum.refused, sum.steps);
  return (failed > 0) == arguments.expect_failure ? 0 : 1;
}

}  // namespace

int run_seeds(int argc, char** argv, const DrawWorkload& draw) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) return 2;
  return run(argv[0], arguments, draw);
}

}  // namespace tidemill::sim
