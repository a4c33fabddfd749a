// sim/kafka_run.h - one seed: a job from topics to topics, exactly once, on a cluster in memory, killed and restored
// until it ends. Rule: what a read_committed reader finds at the end is what a plain evaluator says, the group's
// offsets are the ends of what was read, and no transaction is open.
//
// Besides kills: brokers out of reach, messages that are lost on their way, commits whose answer is lost, with and
// without effect, power cuts, aborted and open transactions in the input, messages that cannot be read and go to a
// topic of their own, a second job that the first one fences.
#pragma once
#include <cstdint>
#include <string>

namespace tidemill::sim {

struct KafkaRunResult {
  std::string failure;      // empty: as expected
  std::string description;  // of the query
  int64_t kills = 0;
  int64_t failures = 0;  // attempts that an injected fault ended
  int64_t restores = 0;  // attempts that began at a checkpoint
  int64_t unknown = 0;   // commits whose outcome was looked up
  int64_t steps = 0;
};

// Runs a seed. The result depends on nothing else.
KafkaRunResult run_kafka_seed(uint64_t seed);

}  // namespace tidemill::sim
