// benchmarks/nexmark/verdict.h - whether a query got slower or faster between two measurements. Rule: CPU time decides,
// since the clock also tells what else the machine does; a difference within the noise of both is none.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/nexmark/measurement.h"

namespace tidemill::bench {

// Differences below this part of the time before are never told: code that was only moved in memory makes as much.
constexpr double kNoiseMin = 0.03;

// Runs of each, below which their spread says little about the noise.
constexpr size_t kRunsMin = 3;

enum class Speed : uint8_t { kSame, kSlower, kFaster };

// Parts of the median before: 0.1 is a tenth.
struct Verdict {
  Speed speed = Speed::kSame;
  double change = 0;  // of the median; above 0: it takes longer
  double noise = 0;  // what the change must exceed: the spreads (highest less lowest run) of both as independent errors
};

// Compares the times of runs before and now. Requires: some of each, above 0.
Verdict judge(std::span<const double> before, std::span<const double> now);

struct Comparison {
  std::string query;
  int32_t parallelism = 1;
  double before_s = 0, now_s = 0;  // CPU seconds, medians
  Verdict cpu;
  double wall_change = 0;  // of the median, as Verdict::change
};

// Compares what both have. Throws std::runtime_error where they read different numbers of events, have no query in
// common, or one of fewer than kRunsMin runs.
std::vector<Comparison> compare_measurements(const Measurements& before, const Measurements& now);

// Returns a line a comparison, and one in words below.
std::string to_text(std::span<const Comparison> comparisons);
bool any_slower(std::span<const Comparison> comparisons);

}  // namespace tidemill::bench
