// job/restart_strategy.h - whether and when a job that failed of something outside begins again. Rule: pure; the caller
// brings time and chance. Names, defaults and arithmetic are Flink's (runtime/executiongraph/failover).
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/config.h"
#include "env/random.h"

namespace tidemill {

// restart-strategy.*; durations in ms.
struct RestartOptions {
  enum class Type : uint8_t { kNone, kFixedDelay, kExponentialDelay, kFailureRate };
  Type type = Type::kNone;
  DurationMillis delay_ms = 1'000;            // kFixedDelay, kFailureRate: before each restart
  int64_t attempts_max = 1;                   // kFixedDelay: restarts; kExponentialDelay: before the pause begins anew
  DurationMillis backoff_initial_ms = 1'000;  // kExponentialDelay: the first pause
  DurationMillis backoff_max_ms = 60'000;
  double backoff_multiplier = 1.5;                        // of each pause over the one before
  DurationMillis backoff_reset_threshold_ms = 3'600'000;  // running this long without a failure begins anew
  double jitter_factor = 0.1;                             // of the pause that is added or taken off at random, 0 … 1
  int64_t failures_max = 1;                               // kFailureRate: restarts in an interval
  DurationMillis failure_interval_ms = 60'000;
};

// Returns what the settings say; where they name no type: exponential delay for a job that keeps checkpoints, otherwise
// none. Throws UserError naming the setting for numbers that do not go together.
RestartOptions restart_options(const Config& config, bool keeps_checkpoints);

// One a job. One thread.
class RestartStrategy {
 public:
  explicit RestartStrategy(const RestartOptions& options)
      : options_(options), backoff_ms_(options.backoff_initial_ms) {}

  // The job has failed at `now` (wall ms). Returns the pause before the next attempt, nullopt: there is none.
  std::optional<DurationMillis> pause_after_failure(EpochMillis now, Random& random);
  // Says why there is no further attempt: "2 restarts were tried (restart-strategy.fixed-delay.attempts)".
  std::string exhausted_text() const;

 private:
  std::optional<DurationMillis> next_backoff(EpochMillis now, Random& random);
  bool within_rate(EpochMillis now);

  const RestartOptions options_;
  int64_t restarts_ = 0;                     // allowed so far; kExponentialDelay: since the pause began anew
  DurationMillis backoff_ms_;                // last pause, without jitter
  std::optional<EpochMillis> last_failure_;  // wall ms
  std::deque<EpochMillis> failures_;         // kFailureRate: the newest, one more than are allowed
};

}  // namespace tidemill
