#include "benchmarks/nexmark/verdict.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tidemill::bench {
namespace {

using Runs = std::vector<double>;

Measurement query(const std::string& name, int32_t parallelism, Runs cpu_s) {
  Measurement one;
  one.query = name;
  one.parallelism = parallelism;
  one.wall_s = one.cpu_s = std::move(cpu_s);
  return one;
}

TEST(VerdictTest, TellsASlowdownBeyondTheNoiseOfBoth) {
  const Verdict verdict = judge(Runs{1.00, 1.02, 0.98}, Runs{1.12, 1.10, 1.08});
  EXPECT_EQ(verdict.speed, Speed::kSlower);
  EXPECT_NEAR(verdict.change, 0.10, 1e-9);
  EXPECT_NEAR(verdict.noise, 0.0566, 1e-4);
  EXPECT_EQ(judge(Runs{1.12, 1.10, 1.08}, Runs{1.00, 1.02, 0.98}).speed, Speed::kFaster);
}

TEST(VerdictTest, TellsNothingWithinTheNoiseOfEither) {
  EXPECT_EQ(judge(Runs{1.00, 1.20, 0.95}, Runs{1.10, 1.12, 1.08}).speed, Speed::kSame);
  EXPECT_EQ(judge(Runs{1.00, 1.02, 0.98}, Runs{1.10, 1.30, 1.05}).speed, Speed::kSame);
  // Both are quiet, but the difference is smaller than what moved code makes.
  EXPECT_EQ(judge(Runs{1.00, 1.00, 1.00}, Runs{1.02, 1.02, 1.02}).speed, Speed::kSame);
  EXPECT_EQ(judge(Runs{1.00, 1.00, 1.00}, Runs{1.04, 1.04, 1.04}).speed, Speed::kSlower);
}

TEST(VerdictTest, ComparesWhatBothHave) {
  const Measurements before{10, {query("q0", 1, {1, 1, 1}), query("q0", 2, {1, 1, 1}), query("q1", 1, {2, 2, 2})}};
  const Measurements now{10, {query("q1", 1, {1, 1, 1}), query("q0", 2, {2, 2, 2}), query("q2", 1, {3, 3, 3})}};
  const std::vector<Comparison> comparisons = compare_measurements(before, now);
  EXPECT_EQ(to_text(comparisons),
            "query   p  CPU s was   CPU s is   change    noise by clock\n"
            "q1      1      2.000      1.000   -50.0%     3.0%   -50.0% faster\n"
            "q0      2      1.000      2.000  +100.0%     3.0%  +100.0% SLOWER\n"
            "1 slower, 1 faster, 0 within the noise\n");
  EXPECT_TRUE(any_slower(comparisons));
  EXPECT_FALSE(any_slower(std::span(comparisons).first(1)));
  EXPECT_FALSE(any_slower(compare_measurements(before, before)));
}

TEST(VerdictTest, RefusesWhatCannotBeCompared) {
  const Measurements ten{10, {query("q0", 1, {1, 1, 1})}};
  EXPECT_NO_THROW(compare_measurements(ten, ten));
  EXPECT_THROW(compare_measurements(ten, {20, {query("q0", 1, {1, 1, 1})}}), std::runtime_error);
  EXPECT_THROW(compare_measurements(ten, {10, {query("q0", 2, {1, 1, 1})}}), std::runtime_error);
  EXPECT_THROW(compare_measurements(ten, {10, {query("q0", 1, {1, 1})}}), std::runtime_error);
  EXPECT_THROW(compare_measurements({10, {query("q0", 1, {1, 1})}}, ten), std::runtime_error);
}

TEST(MeasurementTest, IsTheSameThroughJson) {
  Measurement one = query("q5", 2, {0.25, 1e-7});
  one.rows = 77;
  one.peak_mib = {12.5, 13};
  one.rows_a_batch = {1000.125, 999};
  one.hand_cpu_s = {0.1};
  const Measurements all{1'000'000, {one, query("q6", 1, {3})}};
  const std::string json = to_json(all);
  const Measurements read = parse_measurements(json, "x.json");
  EXPECT_EQ(to_json(read), json);
  ASSERT_EQ(read.queries.size(), 2u);
  EXPECT_EQ(read.events, 1'000'000);
  EXPECT_EQ(read.find("q5", 2)->cpu_s, (Runs{0.25, 1e-7}));
  EXPECT_EQ(read.find("q5", 2)->rows_a_batch, (Runs{1000.125, 999}));
  EXPECT_EQ(read.find("q5", 1), nullptr);
}

TEST(MeasurementTest, GathersRuns) {
  Measurement one = query("q5", 1, {3});
  one.add(query("q5", 1, {1, 2}));
  EXPECT_EQ(one.cpu_s, (Runs{3, 1, 2}));
  one.hand_cpu_s = {0.5};
  EXPECT_DOUBLE_EQ(one.ratio(), 4);
}

TEST(MeasurementTest, RefusesOtherJson) {
  for (const char* json : {"", "[1]", R"({"events": 1})", R"({"events": 1, "queries": [{"query": "q0"}]})",
                           R"({"events": 1, "queries": [{"query": "q0", "parallelism": 1, "rows": 1, "wall_s": [], )"
                           R"("cpu_s": [], "peak_mib": [], "rows_a_batch": [], "hand_cpu_s": []}]})"}) {
    try {
      parse_measurements(json, "x.json");
      FAIL() << json;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(std::string(error.what()).substr(0, 46), "x.json holds no measurements of this program: ");
    }
  }
}

}  // namespace
}  // namespace tidemill::bench
