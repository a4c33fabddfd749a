// benchmarks/latency/bench_latency.cc - how long rows take through a job that is not in a hurry, and what it costs to
// wait for them. Rule: a row's time begins when its source gives it, a window's when the row that completes it is
// given.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "benchmarks/latency/paced_source.h"
#include "benchmarks/support/figures.h"
#include "benchmarks/support/script_job.h"

namespace tidemill::bench {
namespace {

constexpr const char* kTable =
    "CREATE TABLE events (k BIGINT NOT NULL, ts TIMESTAMP(3) NOT NULL, given DOUBLE NOT NULL, WATERMARK FOR ts AS ts)"
    " WITH ('connector' = 'paced');";
constexpr const char* kStateless = "SELECT k, given, k * 2 AS twice FROM events WHERE k <> 7;";
constexpr const char* kWindows =
    "SELECT k, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' SECOND))"
    " GROUP BY k, window_start, window_end;";

struct Figures {
  std::vector<double> latencies_ms;
  double cpu_share = 0;  // of one core
};

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[std::min(values.size() - 1, static_cast<size_t>(share * static_cast<double>(values.size())))];
}

Figures measure(const char* query, const Pace& pace, bool windows) {
  GivenTimes times(pace);
  Figures figures;
  double cpu_s = 0, begun_s = 0;
  ScriptRun run;
  run.connectors = [&](ConnectorRegistry& connectors) { connectors.add(make_paced_connector(pace, times)); };
  run.started = [&] {
    begun_s = wall_seconds();
    cpu_s = process_cpu_seconds();
  };
  run.ended = [&](const JobSummary&) {
    figures.cpu_share = (process_cpu_seconds() - cpu_s) / (wall_seconds() - begun_s);
  };
  run.take = [&](const Batch& batch) {
    const double now = wall_seconds();
    for (int32_t row = 0; row < batch.num_rows(); ++row) {
      const double given = windows ? times.first_at(batch.column(1)->decode<int64_t>()[row] - 1)
                                   : batch.column(1)->decode<double>()[row];
      if (given > 0) figures.latencies_ms.push_back((now - given) * 1'000);
    }
  };
  run_script(std::string(kTable) + query, run);
  return figures;
}

void print(std::string_view what, const Pace& pace, Figures figures) {
  fmt::print("{:<34} {:>9}/s {:>10} {:>9.2f} {:>9.2f} {:>9.2f} {:>8.1f} %\n", what, pace.rows_per_second,
             figures.latencies_ms.size(), percentile(figures.latencies_ms, 0.5), percentile(figures.latencies_ms, 0.99),
             percentile(figures.latencies_ms, 1), figures.cpu_share * 100);
}

}  // namespace
}  // namespace tidemill::bench

int main(int argc, char** argv) {
  using namespace tidemill::bench;
  CLI::App app("How long rows take through a job, and what the job costs while it waits for them");
  Pace pace;
  int64_t slow_rate = 1'000;
  app.add_option("--rate", pace.rows_per_second, "rows a second")->check(CLI::PositiveNumber);
  app.add_option("--slow-rate", slow_rate, "rows a second of the runs that measure CPU")->check(CLI::PositiveNumber);
  app.add_option("--seconds", pace.seconds, "how long each run takes")->check(CLI::PositiveNumber);
  app.add_option("--keys", pace.keys, "how many keys")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  fmt::print("{:<34} {:>11} {:>10} {:>9} {:>9} {:>9} {:>10}\n", "", "rows in", "rows out", "p50 ms", "p99 ms", "max ms",
             "CPU, core");
  print("from source to sink", pace, measure(kStateless, pace, false));
  print("from watermark to row of a window", pace, measure(kWindows, pace, true));
  Pace slow = pace;
  slow.rows_per_second = slow_rate;
  for (const tidemill::DurationMillis pause_ms : {1, 10}) {
    slow.pause_ms = pause_ms;
    print(fmt::format("source to sink, polled each {} ms", pause_ms), slow, measure(kStateless, slow, false));
    print(fmt::format("window, polled each {} ms", pause_ms), slow, measure(kWindows, slow, true));
  }
  return 0;
}
