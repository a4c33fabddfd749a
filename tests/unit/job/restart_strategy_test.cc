#include "job/restart_strategy.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr EpochMillis kNow = 1'700'000'000'000;

RestartOptions options_of(std::vector<std::pair<std::string, std::string>> settings, bool checkpoints = false) {
  Config config;
  for (const auto& [key, value] : settings) config.set("restart-strategy." + key, value);
  return restart_options(config, checkpoints);
}

// Returns the pauses after failures at these times (ms after the first), "-" where there is none.
std::string pauses(const RestartOptions& options, const std::vector<DurationMillis>& failures) {
  RestartStrategy strategy(options);
  SeededRandom random(1);
  std::string text;
  for (const DurationMillis at : failures) {
    const auto pause = strategy.pause_after_failure(kNow + at, random);
    text += fmt::format("{}{}", text.empty() ? "" : " ", pause ? std::to_string(*pause) : "-");
  }
  return text;
}

TEST(RestartStrategy, WithoutATypeItDependsOnCheckpoints) {
  EXPECT_EQ(options_of({}).type, RestartOptions::Type::kNone);
  EXPECT_EQ(options_of({}, true).type, RestartOptions::Type::kExponentialDelay);
  for (const std::string none : {"none", "OFF", "disable"})
    EXPECT_EQ(options_of({{"type", none}}, true).type, RestartOptions::Type::kNone) << none;
  for (const std::string fixed : {"fixed-delay", "fixeddelay"})
    EXPECT_EQ(options_of({{"type", fixed}}).type, RestartOptions::Type::kFixedDelay) << fixed;
  for (const std::string rate : {"failure-rate", "failurerate"})
    EXPECT_EQ(options_of({{"type", rate}}).type, RestartOptions::Type::kFailureRate) << rate;
  EXPECT_EQ(options_of({{"type", "exponentialdelay"}}).type, RestartOptions::Type::kExponentialDelay);
}

TEST(RestartStrategy, PausesAsInFlink) {
  struct Case {
    std::vector<std::pair<std::string, std::string>> settings;
    std::vector<DurationMillis> failures;
    std::string expected;
  };
  const std::pair<std::string, std::string> steady = {"exponential-delay.jitter-factor", "0"};
  const std::vector<Case> cases = {
      {{{"type", "none"}}, {0, 1}, "- -"},
      {{{"type", "fixed-delay"}}, {0, 2'000}, "1000 -"},
      {{{"type", "fixed-delay"}, {"fixed-delay.attempts", "3"}, {"fixed-delay.delay", "5 s"}},
       {0, 1, 2, 3},
       "5000 5000 5000 -"},
      {{{"type", "fixed-delay"}, {"fixed-delay.attempts", "0"}}, {0}, "-"},
      {{{"type", "exponential-delay"}, steady}, {0, 1, 2, 3, 4}, "1000 1500 2250 3375 5062"},
      {{{"type", "exponential-delay"}, steady, {"exponential-delay.max-backoff", "2 s"}},
       {0, 1, 2, 3},
       "1000 1500 2000 2000"},
      // An hour and the last pause without a failure begin anew; a millisecond less does not.
      {{{"type", "exponential-delay"}, steady}, {0, 1, 3'601'500, 7'203'750}, "1000 1500 2250 1000"},
      {{{"type", "exponential-delay"}, steady}, {0, 1, 3'601'501}, "1000 1500 1000"},
      {{{"type", "exponential-delay"}, steady, {"exponential-delay.attempts-before-reset-backoff", "2"}},
       {0, 1, 2, 9'000'000},
       "1000 1500 - 1000"},
      {{{"type", "failure-rate"}}, {0, 60'000, 120'001}, "1000 - 1000"},
      {{{"type", "failure-rate"},
        {"failure-rate.max-failures-per-interval", "2"},
        {"failure-rate.failure-rate-interval", "10 s"},
        {"failure-rate.delay", "1 ms"}},
       {0, 1'000, 10'001, 10'002, 30'000},
       "1 1 1 - 1"},
  };
  for (const Case& tried : cases) EXPECT_EQ(pauses(options_of(tried.settings), tried.failures), tried.expected);
}

TEST(RestartStrategy, JitterStaysWithinItsPartOfThePause) {
  SeededRandom random(1);
  DurationMillis least = INT64_MAX, most = 0;
  for (int i = 0; i < 1'000; ++i) {
    const RestartOptions options =
        options_of({{"type", "exponential-delay"}, {"exponential-delay.jitter-factor", "0.25"}});
    const DurationMillis pause = RestartStrategy(options).pause_after_failure(kNow, random).value();
    least = std::min(least, pause);
    most = std::max(most, pause);
  }
  EXPECT_GE(least, 750);
  EXPECT_LT(least, 760);
  EXPECT_GT(most, 1'240);
  EXPECT_LE(most, 1'250);
}

TEST(RestartStrategy, RefusesNumbersThatDoNotGoTogether) {
  using Settings = std::vector<std::pair<std::string, std::string>>;
  const std::vector<std::pair<std::string, Settings>> cases = {
      {"initial-backoff must be at least 1 ms", {{"exponential-delay.initial-backoff", "0 ms"}}},
      {"initial-backoff must be no longer than", {{"exponential-delay.initial-backoff", "2 min"}}},
      {"backoff-multiplier must be greater than 1", {{"exponential-delay.backoff-multiplier", "1"}}},
      {"jitter-factor must be from 0 to 1", {{"exponential-delay.jitter-factor", "1.1"}}},
  };
  for (const auto& [refusal, settings] : cases) {
    try {
      options_of(settings, true);
      ADD_FAILURE() << refusal;
    } catch (const UserError& error) {
      EXPECT_NE(std::string(error.what()).find(refusal), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(options_of({{"exponential-delay.jitter-factor", "much"}}, true), UserError);
  EXPECT_THROW(options_of({{"type", "sometimes"}}), UserError);
}

}  // namespace
}  // namespace tidemill
