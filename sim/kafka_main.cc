// sim/kafka_main.cc - topics to topics, exactly once, under faults: sim_kafka [--seeds FIRST..LAST].
#include <fmt/format.h>

#include "sim/kafka_run.h"
#include "sim/number_options.h"

int main(int argc, char** argv) {
  using namespace tidemill::sim;
  NumberOptions options{{"--seeds", 1, 400}};
  if (!options.parse(argc, argv)) return 2;
  KafkaRunResult sum;
  int64_t failed = 0;
  for (uint64_t seed = options.first("--seeds"); seed <= options.last("--seeds"); ++seed) {
    const KafkaRunResult result = run_kafka_seed(seed);
    sum.kills += result.kills;
    sum.failures += result.failures;
    sum.restores += result.restores;
    sum.unknown += result.unknown;
    sum.steps += result.steps;
    if (result.failure.empty()) continue;
    ++failed;
    fmt::print("FAILED seed {} ({}): {}\n  repeat: {} --seeds {}\n", seed, result.description, result.failure, argv[0],
               seed);
  }
  fmt::print(
      "seeds {}..{}: {} failed; {} kills, {} attempts ended by a fault, {} of them commits of unknown outcome, {} "
      "restores, {} steps\n",
      options.first("--seeds"), options.last("--seeds"), failed, sum.kills, sum.failures, sum.unknown, sum.restores,
      sum.steps);
  return failed == 0 ? 0 : 1;
}
