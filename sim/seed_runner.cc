#include "sim/seed_runner.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <cstring>

#include "sim/kill_run.h"

namespace tidemill::sim {
namespace {

constexpr uint64_t kTraceCheckedEvery = 50;  // such seeds run twice and must make the same choices

struct Arguments {
  uint64_t first = 1;
  uint64_t last = 1000;
  Defect defect = Defect::kNone;
  bool expect_failure = false;
};

bool parse_number(std::string_view text, uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_seeds(std::string_view text, Arguments& arguments) {
  const size_t dots = text.find("..");
  if (!parse_number(text.substr(0, dots), arguments.first)) return false;
  arguments.last = arguments.first;
  return dots == std::string_view::npos || parse_number(text.substr(dots + 2), arguments.last);
}

bool parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--expect-failure") {
      arguments.expect_failure = true;
    } else if (name == "--seeds" && parse_seeds(value, arguments)) {
      ++i;
    } else if (name == "--defect" && (value == "skip-alignment" || value == "drop-timer")) {
      arguments.defect = value == "drop-timer" ? Defect::kDropTimer : Defect::kSkipAlignment;
      ++i;
    } else {
      fmt::print(stderr, "usage: {} [--seeds FIRST..LAST] [--defect skip-alignment|drop-timer] [--expect-failure]\n",
                 argv[0]);
      return false;
    }
  }
  return true;
}

std::string_view defect_option(Defect defect) {
  if (defect == Defect::kNone) return "";
  return defect == Defect::kDropTimer ? " --defect drop-timer" : " --defect skip-alignment";
}

int run(const char* program, const Arguments& arguments, const DrawWorkload& draw) {
  RunResult sum;
  int64_t failed = 0;
  for (uint64_t seed = arguments.first; seed <= arguments.last; ++seed) {
    RunResult result = run_with_kills(draw, seed, arguments.defect);
    if (result.failure.empty() && seed % kTraceCheckedEvery == 0 &&
        run_with_kills(draw, seed, arguments.defect).trace != result.trace)
      result.failure = "a second run of the seed made other choices: something outside the seed decides";
    sum.kills += result.kills;
    sum.restores += result.restores;
    sum.checkpoints += result.checkpoints;
    sum.failures += result.failures;
    sum.steps += result.steps;
    if (result.failure.empty()) continue;
    ++failed;
    if (arguments.expect_failure) break;
    fmt::print("FAILED seed {} ({}): {}\n  repeat: {} --seeds {}{}\n", seed, result.description, result.failure,
               program, seed, defect_option(arguments.defect));
  }
  fmt::print("{} seeds: {} failed; {} kills, {} of them failing file calls, {} restores, {} checkpoints, {} steps\n",
             arguments.last - arguments.first + 1, failed, sum.kills, sum.failures, sum.restores, sum.checkpoints,
             sum.steps);
  return (failed > 0) == arguments.expect_failure ? 0 : 1;
}

}  // namespace

int run_seeds(int argc, char** argv, const DrawWorkload& draw) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) return 2;
  return run(argv[0], arguments, draw);
}

}  // namespace tidemill::sim
