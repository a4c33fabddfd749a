// benchmarks/nexmark/measurement.h - what runs of Nexmark's queries cost, and their form in JSON. Rule: every run's
// figure is kept, so that who compares two files knows the noise of both.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill::bench {

// One query at one parallelism; the lists have an entry a run. What happens before the job's first row (planning,
// making the events) is in none of them.
struct Measurement {
  std::string query;  // "q5"
  int32_t parallelism = 1;
  int64_t rows = 0;                       // of the result: changes that the sink took
  std::vector<double> wall_s = {};        // to the end of the job
  std::vector<double> cpu_s = {};         // of all threads
  std::vector<double> peak_mib = {};      // resident memory at its highest, less what was resident at the first row
  std::vector<double> rows_a_batch = {};  // rows / batches, over all that operators gave on
  std::vector<double> hand_cpu_s = {};    // of the loop written by hand for the same result; empty: there is none

  // Adds the runs of another measurement of the same query.
  void add(const Measurement& other);
  // Returns how many times the CPU time of the loop by hand the engine takes, medians. Requires: hand_cpu_s.
  double ratio() const;
};

struct Measurements {
  int64_t events = 0;  // that each query read
  std::vector<Measurement> queries;

  // Returns that query's, null: it was not run.
  const Measurement* find(std::string_view query, int32_t parallelism) const;
};

std::string to_json(const Measurement& measurement);
std::string to_json(const Measurements& measurements);
// Throw std::runtime_error where the text is not what to_json() writes; `name` is what the error calls it.
Measurement parse_measurement(std::string_view json, std::string_view name);
Measurements parse_measurements(std::string_view json, std::string_view name);

}  // namespace tidemill::bench
