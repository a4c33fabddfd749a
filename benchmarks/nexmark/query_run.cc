#include "benchmarks/nexmark/query_run.h"

#include <fmt/format.h>
#include <pthread.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "benchmarks/limit/loops.h"
#include "benchmarks/support/figures.h"
#include "benchmarks/support/script_job.h"
#include "runtime/operator_counters.h"

namespace tidemill::bench {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSideInputRows = 10'000;  // of q13: a row for each value of MOD(auction, 10000)
constexpr double kBytesPerMib = 1 << 20;

// How a profile calls the threads from the first row on: perf report --comms measured leaves out the making of events.
constexpr const char* kMeasured = "measured";

// A directory of its own that goes with the run.
class WorkFolder {
 public:
  WorkFolder() {
    std::string pattern = (fs::temp_directory_path() / "nexmark-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error(fmt::format("No directory can be made in {}", fs::temp_directory_path().string()));
    path_ = pattern;
    std::ofstream side_input(path_ / "side_input.csv");
    for (int64_t number = 0; number < kSideInputRows; ++number) side_input << number << ',' << number << '\n';
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

std::string read_text(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty())
    throw std::runtime_error(fmt::format("{} cannot be read: --sql names the directory of the queries", path.string()));
  return text.str();
}

// Returns `text` with the values of "${name}"; a name without one stays.
std::string fill_in(std::string_view text, const std::map<std::string, std::string, std::less<>>& values) {
  std::string result;
  for (size_t at = 0;;) {
    const size_t begin = text.find("${", at);
    const size_t end = text.find('}', begin);
    result += text.substr(at, begin - at);
    if (begin == std::string_view::npos || end == std::string_view::npos) return result;
    const auto value = values.find(text.substr(begin + 2, end - begin - 2));
    result += value == values.end() ? text.substr(begin, end + 1 - begin) : value->second;
    at = end + 1;
  }
}

std::string script(const QueryRun& run, const WorkFolder& folder, std::string_view sink) {
  const fs::path sql(run.sql_folder);
  return fill_in(read_text(sql / "tables.sql") + read_text(sql / (run.query + ".sql")),
                 {{"events", std::to_string(run.events)},
                  {"rate", std::to_string(kEventsPerSecond)},
                  {"preload", "true"},
                  {"sink", fmt::format("'connector' = '{}'", sink)},
                  {"folder", folder.path()}});
}

double rows_a_batch(const JobMetrics& metrics) {
  const int64_t batches = metrics.sum(counter::kBatchesOut);
  return batches == 0 ? 0 : static_cast<double>(metrics.sum(counter::kRecordsOut)) / static_cast<double>(batches);
}

// Throws std::runtime_error where the loop's result is not that of the query.
void check_loop(const Loop& loop, const EventColumns& events, const QueryRun& run) {
  ResultChecksum by_hand, by_engine;
  loop.run(events, by_hand);
  ScriptRun job;
  job.settings = {"parallelism.default=1", "state.memory.size=1 tb"};
  job.take = [&](const Batch& batch) { by_engine.take(batch); };
  const WorkFolder folder;
  run_script(script(run, folder, "taken"), job);
  if (by_hand == by_engine) return;
  throw std::runtime_error(fmt::format("{} gives {} rows by hand (checksum {:x}) and {} by the engine ({:x})",
                                       run.query, by_hand.rows(), by_hand.sum(), by_engine.rows(), by_engine.sum()));
}

}  // namespace

double measure_by_hand(const QueryRun& run, bool check) {
  const Loop& loop = *find_loop(run.query);
  const EventColumns events(loop.schema, run.events);
  if (check) check_loop(loop, events, run);
  ResultDropper dropper;
  const double cpu_s = process_cpu_seconds();
  loop.run(events, dropper);
  return process_cpu_seconds() - cpu_s;
}

// The settings are those of the published benchmark, which against_flink.py gives to Flink, too.
Measurement measure_query(const QueryRun& run) {
  const WorkFolder folder;
  Measurement result;
  result.query = run.query;
  result.parallelism = run.parallelism;
  // The events in memory are no part of what a job may take.
  ScriptRun job;
  job.settings = {fmt::format("parallelism.default={}", run.parallelism), "state.memory.size=1 tb",
                  "table.exec.mini-batch.enabled=true", "table.exec.mini-batch.allow-latency=2 s",
                  "table.exec.mini-batch.size=50000"};
  double wall_s = 0, cpu_s = 0;
  int64_t resident = 0;
  job.started = [&] {
    pthread_setname_np(pthread_self(), kMeasured);  // threads that the job begins are called the same
    resident = resident_memory().now;
    wall_s = wall_seconds();
    cpu_s = process_cpu_seconds();
  };
  job.ended = [&](const JobSummary& summary) {
    result.cpu_s.push_back(process_cpu_seconds() - cpu_s);
    result.wall_s.push_back(wall_seconds() - wall_s);
    result.peak_mib.push_back(static_cast<double>(resident_memory().peak - resident) / kBytesPerMib);
    result.rows = summary.rows_out;
    result.rows_a_batch.push_back(rows_a_batch(summary.metrics));
  };
  run_script(script(run, folder, "blackhole"), job);
  if (result.cpu_s.size() != 1)
    throw std::runtime_error(
        fmt::format("{}.sql has {} statements that run a job, not one", run.query, result.cpu_s.size()));
  return result;
}

}  // namespace tidemill::bench
