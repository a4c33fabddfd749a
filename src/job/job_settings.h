// job/job_settings.h - typed handles of the settings that only jobs read: checkpoints, recovery, restarts. Rule:
// durations are in milliseconds; the definitions stand with all others in base/config_definitions.cc.
#pragma once
#include "base/config_options.h"

namespace tidemill {

inline constexpr ConfigOption<int64_t> kCheckpointMinPause{"execution.checkpointing.min-pause"};
inline constexpr ConfigOption<int64_t> kTolerableFailedCheckpoints{
    "execution.checkpointing.tolerable-failed-checkpoints"};
inline constexpr ConfigOption<std::string> kSavepointDirectory{"execution.checkpointing.savepoint-dir"};
inline constexpr ConfigOption<bool> kIgnoreUnclaimedState{"execution.state-recovery.ignore-unclaimed-state"};
inline constexpr ConfigOption<std::string> kRestartStrategy{"restart-strategy.type"};  // "": by checkpoints
inline constexpr ConfigOption<int64_t> kFixedDelayAttempts{"restart-strategy.fixed-delay.attempts"};
inline constexpr ConfigOption<int64_t> kFixedDelayDelay{"restart-strategy.fixed-delay.delay"};
inline constexpr ConfigOption<int64_t> kBackoffAttempts{
    "restart-strategy.exponential-delay.attempts-before-reset-backoff"};  // find(): none = any number
inline constexpr ConfigOption<int64_t> kBackoffInitial{"restart-strategy.exponential-delay.initial-backoff"};
inline constexpr ConfigOption<int64_t> kBackoffMax{"restart-strategy.exponential-delay.max-backoff"};
inline constexpr ConfigOption<std::string> kBackoffMultiplier{"restart-strategy.exponential-delay.backoff-multiplier"};
inline constexpr ConfigOption<int64_t> kBackoffResetThreshold{
    "restart-strategy.exponential-delay.reset-backoff-threshold"};
inline constexpr ConfigOption<std::string> kBackoffJitter{"restart-strategy.exponential-delay.jitter-factor"};
inline constexpr ConfigOption<int64_t> kFailureRateMax{"restart-strategy.failure-rate.max-failures-per-interval"};
inline constexpr ConfigOption<int64_t> kFailureRateInterval{"restart-strategy.failure-rate.failure-rate-interval"};
inline constexpr ConfigOption<int64_t> kFailureRateDelay{"restart-strategy.failure-rate.delay"};

}  // namespace tidemill
