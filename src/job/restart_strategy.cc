#include "job/restart_strategy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "job/job_settings.h"

namespace tidemill {
namespace {

RestartOptions::Type type_of(const std::string& name, bool keeps_checkpoints) {
  using enum RestartOptions::Type;
  if (name.empty()) return keeps_checkpoints ? kExponentialDelay : kNone;
  if (name.starts_with("FIXED")) return kFixedDelay;
  if (name.starts_with("EXPONENTIAL")) return kExponentialDelay;
  if (name.starts_with("FAILURE")) return kFailureRate;
  return kNone;  // NONE, OFF, DISABLE
}

double number_of(const Config& config, const ConfigOption<std::string>& option) {
  const std::string text = config.get(option);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(number)) return number;
  throw UserError(fmt::format("Setting {} cannot be '{}'", option.key, text), "Use a number such as 1.5.");
}

void require(bool holds, std::string_view key, std::string_view what) {
  if (!holds)
    throw UserError(fmt::format("Setting {} must be {}", key, what),
                    "Set it, or leave restart-strategy.type at another strategy.");
}

void check_backoff(const RestartOptions& options) {
  require(options.backoff_initial_ms >= 1, kBackoffInitial.key, "at least 1 ms");
  require(options.backoff_initial_ms <= options.backoff_max_ms, kBackoffInitial.key,
          "no longer than restart-strategy.exponential-delay.max-backoff");
  require(options.backoff_multiplier > 1, kBackoffMultiplier.key, "greater than 1");
  require(options.jitter_factor >= 0 && options.jitter_factor <= 1, kBackoffJitter.key, "from 0 to 1");
}

}  // namespace

RestartOptions restart_options(const Config& config, bool keeps_checkpoints) {
  RestartOptions options;
  options.type = type_of(config.get(kRestartStrategy), keeps_checkpoints);
  switch (options.type) {
    case RestartOptions::Type::kNone:
      break;
    case RestartOptions::Type::kFixedDelay:
      options.attempts_max = config.get(kFixedDelayAttempts);
      options.delay_ms = config.get(kFixedDelayDelay);
      break;
    case RestartOptions::Type::kExponentialDelay:
      options.backoff_initial_ms = config.get(kBackoffInitial);
      options.backoff_max_ms = config.get(kBackoffMax);
      options.backoff_multiplier = number_of(config, kBackoffMultiplier);
      options.backoff_reset_threshold_ms = config.get(kBackoffResetThreshold);
      options.jitter_factor = number_of(config, kBackoffJitter);
      options.attempts_max = config.find(kBackoffAttempts).value_or(std::numeric_limits<int64_t>::max());
      check_backoff(options);
      break;
    case RestartOptions::Type::kFailureRate:
      options.failures_max = config.get(kFailureRateMax);
      options.failure_interval_ms = config.get(kFailureRateInterval);
      options.delay_ms = config.get(kFailureRateDelay);
      break;
  }
  return options;
}

std::optional<DurationMillis> RestartStrategy::pause_after_failure(EpochMillis now, Random& random) {
  switch (options_.type) {
    case RestartOptions::Type::kNone:
      return std::nullopt;
    case RestartOptions::Type::kFixedDelay:
      if (restarts_ >= options_.attempts_max) return std::nullopt;
      ++restarts_;
      return options_.delay_ms;
    case RestartOptions::Type::kExponentialDelay:
      return next_backoff(now, random);
    case RestartOptions::Type::kFailureRate:
      if (!within_rate(now)) return std::nullopt;
      ++restarts_;
      return options_.delay_ms;
  }
  return std::nullopt;
}

std::optional<DurationMillis> RestartStrategy::next_backoff(EpochMillis now, Random& random) {
  const bool anew = !last_failure_ || now - *last_failure_ >= options_.backoff_reset_threshold_ms + backoff_ms_;
  last_failure_ = now;
  if (anew) {
    backoff_ms_ = options_.backoff_initial_ms;
    restarts_ = 0;
  } else {
    const double longer = static_cast<double>(backoff_ms_) * options_.backoff_multiplier;
    backoff_ms_ = static_cast<DurationMillis>(std::min(longer, static_cast<double>(options_.backoff_max_ms)));
  }
  if (restarts_ >= options_.attempts_max) return std::nullopt;
  ++restarts_;
  const auto jitter = static_cast<DurationMillis>(static_cast<double>(backoff_ms_) * options_.jitter_factor);
  const auto drawn = static_cast<DurationMillis>(random.below(static_cast<uint64_t>(2 * jitter + 1)));
  return std::min(backoff_ms_ - jitter + drawn, options_.backoff_max_ms);
}

bool RestartStrategy::within_rate(EpochMillis now) {
  failures_.push_back(now);
  const auto kept = static_cast<size_t>(options_.failures_max) + 1;
  if (failures_.size() > kept) failures_.pop_front();
  return failures_.size() < kept || now - failures_.front() > options_.failure_interval_ms;
}

std::string RestartStrategy::exhausted_text() const {
  switch (options_.type) {
    case RestartOptions::Type::kNone:
      return "";
    case RestartOptions::Type::kFixedDelay:
      return fmt::format("restarted {} times ({})", restarts_, kFixedDelayAttempts.key);
    case RestartOptions::Type::kExponentialDelay:
      return fmt::format("restarted {} times ({})", restarts_, kBackoffAttempts.key);
    case RestartOptions::Type::kFailureRate:
      return fmt::format("failed {} times in {} ms ({})", failures_.size(), options_.failure_interval_ms,
                         kFailureRateMax.key);
  }
  return "";
}

}  // namespace tidemill
