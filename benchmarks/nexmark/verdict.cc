#include "benchmarks/nexmark/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "benchmarks/support/figures.h"

namespace tidemill::bench {
namespace {

double median_of(std::span<const double> values) { return median({values.begin(), values.end()}); }

double spread(std::span<const double> values) {
  const auto [lowest, highest] = std::ranges::minmax_element(values);
  return *highest - *lowest;
}

std::string_view in_words(Speed speed) {
  if (speed == Speed::kSlower) return "SLOWER";
  return speed == Speed::kFaster ? "faster" : "";
}

}  // namespace

Verdict judge(std::span<const double> before, std::span<const double> now) {
  const double base = median_of(before);
  Verdict verdict;
  verdict.change = median_of(now) / base - 1;
  verdict.noise = std::max(kNoiseMin, std::hypot(spread(before), spread(now)) / base);
  if (std::abs(verdict.change) > verdict.noise) verdict.speed = verdict.change > 0 ? Speed::kSlower : Speed::kFaster;
  return verdict;
}

std::vector<Comparison> compare_measurements(const Measurements& before, const Measurements& now) {
  if (before.events != now.events)
    throw std::runtime_error(fmt::format("The baseline read {} events, these queries {}: run with --events {}",
                                         before.events, now.events, before.events));
  std::vector<Comparison> result;
  for (const Measurement& one : now.queries) {
    const Measurement* const other = before.find(one.query, one.parallelism);
    if (other == nullptr) continue;
    if (std::min(other->cpu_s.size(), one.cpu_s.size()) < kRunsMin)
      throw std::runtime_error(
          fmt::format("{} has too few runs to tell their noise: measure with --runs {} or more", one.query, kRunsMin));
    result.push_back({one.query, one.parallelism, median(other->cpu_s), median(one.cpu_s),
                      judge(other->cpu_s, one.cpu_s), median(one.wall_s) / median(other->wall_s) - 1});
  }
  if (result.empty()) throw std::runtime_error("The baseline has none of these queries at this parallelism");
  return result;
}

std::string to_text(std::span<const Comparison> comparisons) {
  std::string text = fmt::format("{:6} {:>2} {:>10} {:>10} {:>8} {:>8} {:>8}\n", "query", "p", "CPU s was", "CPU s is",
                                 "change", "noise", "by clock");
  int32_t slower = 0, faster = 0;
  for (const Comparison& one : comparisons) {
    text += fmt::format("{:6} {:2} {:10.3f} {:10.3f} {:+7.1f}% {:7.1f}% {:+7.1f}%", one.query, one.parallelism,
                        one.before_s, one.now_s, 100 * one.cpu.change, 100 * one.cpu.noise, 100 * one.wall_change);
    const std::string_view words = in_words(one.cpu.speed);
    text += words.empty() ? "\n" : fmt::format(" {}\n", words);
    slower += one.cpu.speed == Speed::kSlower ? 1 : 0;
    faster += one.cpu.speed == Speed::kFaster ? 1 : 0;
  }
  return text + fmt::format("{} slower, {} faster, {} within the noise\n", slower, faster,
                            std::ssize(comparisons) - slower - faster);
}

bool any_slower(std::span<const Comparison> comparisons) {
  return std::ranges::any_of(comparisons, [](const Comparison& one) { return one.cpu.speed == Speed::kSlower; });
}

}  // namespace tidemill::bench
