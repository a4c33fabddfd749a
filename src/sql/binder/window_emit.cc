#include "sql/binder/window_emit.h"

#include "base/config_options.h"

namespace tidemill {
namespace {

constexpr ConfigOption<bool> kEarlyFire{"table.exec.emit.early-fire.enabled"};
constexpr ConfigOption<int64_t> kEarlyFireDelay{"table.exec.emit.early-fire.delay"};
constexpr ConfigOption<bool> kLateFire{"table.exec.emit.late-fire.enabled"};
constexpr ConfigOption<int64_t> kLateFireDelay{"table.exec.emit.late-fire.delay"};
constexpr ConfigOption<int64_t> kAllowLateness{"table.exec.emit.allow-lateness"};

DurationMillis delay_of(const Config& config, const ConfigOption<bool>& enabled, const ConfigOption<int64_t>& delay,
                        SourceLocation location) {
  const std::optional<int64_t> delay_ms = config.find(delay);
  if (delay_ms) return *delay_ms;
  throw UserError(location, fmt::format("{} is on, and {} does not say how often", enabled.key, delay.key),
                  fmt::format("SET '{}' = '10 s'; 0 s: with every row.", delay.key));
}

// Late rows count for as long as this, or else for as long as state lives.
DurationMillis lateness_of(const Config& config) {
  return config.find(kAllowLateness).value_or(config.get(kStateTimeToLive));
}

}  // namespace

bool asks_for_updates(const Config& config) { return config.get(kEarlyFire) || config.get(kLateFire); }

WindowEmit bind_window_emit(const WindowDefinition& window, const Config& config, SourceLocation location) {
  WindowEmit emit;
  if (!asks_for_updates(config) || config.get(kRuntimeMode) == "BATCH") return emit;
  if (window.kind == WindowKind::kSession)
    throw UserError(location, "SESSION windows give no early or late results",
                    fmt::format("SET '{}' and '{}' to false for this query.", kEarlyFire.key, kLateFire.key));
  if (config.get(kEarlyFire)) emit.early_delay_ms = delay_of(config, kEarlyFire, kEarlyFireDelay, location);
  if (!config.get(kLateFire)) return emit;
  const DurationMillis late_delay_ms = delay_of(config, kLateFire, kLateFireDelay, location);
  if (window.processing_time) return emit;  // no row is late
  emit.late_delay_ms = late_delay_ms;
  emit.allowed_lateness_ms = lateness_of(config);
  if (emit.allowed_lateness_ms <= 0)
    throw UserError(location, fmt::format("{} is on, and nothing says how late rows may be", kLateFire.key),
                    fmt::format("SET '{}' = '1 h', or '{}'.", kAllowLateness.key, kStateTimeToLive.key));
  if (emit.allowed_lateness_ms < late_delay_ms)
    throw UserError(location,
                    fmt::format("{} ({} ms) is shorter than {} ({} ms): late rows would be forgotten before they are "
                                "shown",
                                kAllowLateness.key, emit.allowed_lateness_ms, kLateFireDelay.key, late_delay_ms));
  return emit;
}

}  // namespace tidemill
