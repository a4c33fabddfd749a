// benchmarks/nexmark/bench_nexmark.cc - what each query of Nexmark costs, from events in memory to its last row. Rule:
// each run is a process of its own, and the runs of one query are spread over the whole measurement, so that what else
// the machine does meanwhile is in the noise that is told.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/error.h"
#include "benchmarks/nexmark/query_run.h"
#include "benchmarks/nexmark/verdict.h"
#include "benchmarks/support/figures.h"

namespace tidemill::bench {
namespace {

constexpr int32_t kQueries = 23;  // q0 … q22

struct Arguments {
  int64_t events = 10'000'000;
  int32_t runs = 5;
  std::vector<int32_t> parallelism = {1, 2};
  std::vector<std::string> queries;
  std::string json;      // file to write; empty: none
  std::string baseline;  // file to compare with; empty: none
  std::string sql = "benchmarks/nexmark";
  std::string one;  // a query that is run here, once; empty: all in processes of their own
};

// Runs this program with --one and returns what it measured. Throws std::runtime_error with what it wrote where it
// failed.
Measurement measure_in_process(const Arguments& arguments, const std::string& query, int32_t parallelism) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("No pipe can be made");
  const std::string text[] = {"bench_nexmark",
                              "--one",
                              query,
                              "--events",
                              std::to_string(arguments.events),
                              "--parallelism",
                              std::to_string(parallelism),
                              "--sql",
                              arguments.sql};
  std::vector<char*> words;
  for (const std::string& word : text) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execv("/proc/self/exe", words.data());
    _exit(127);
  }
  close(ends[1]);
  std::string output;
  char buffer[4096];
  for (ssize_t bytes = 0; (bytes = read(ends[0], buffer, sizeof(buffer))) > 0;)
    output.append(buffer, static_cast<size_t>(bytes));
  close(ends[0]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
    throw std::runtime_error(fmt::format("{} at parallelism {} failed; its error is above", query, parallelism));
  return parse_measurement(output, fmt::format("The output of {}", query));
}

Measurements measure_all(const Arguments& arguments) {
  Measurements all;
  all.events = arguments.events;
  for (int32_t run = 0; run < arguments.runs; ++run) {
    size_t at = 0;
    for (const std::string& query : arguments.queries) {
      for (const int32_t parallelism : arguments.parallelism) {
        fmt::print(stderr, "\rrun {} of {}: {:4} at {} ", run + 1, arguments.runs, query, parallelism);
        const Measurement one = measure_in_process(arguments, query, parallelism);
        if (run == 0) {
          all.queries.push_back(one);
        } else {
          all.queries[at].add(one);
        }
        ++at;
      }
    }
  }
  fmt::print(stderr, "\n");
  return all;
}

std::string to_text(const Measurements& all) {
  std::string text = fmt::format("{:6} {:>2} {:>10} {:>8} {:>10} {:>8} {:>11} {:>9} {:>9} {:>6}\n", "query", "p",
                                 "rows", "wall s", "CPU s/M", "noise", "events/s", "peak MiB", "rows/batch", "ratio");
  const auto events = static_cast<double>(all.events);
  for (const Measurement& one : all.queries) {
    const double wall_s = median(one.wall_s), cpu_s = median(one.cpu_s);
    const auto [lowest, highest] = std::ranges::minmax(one.cpu_s);
    text += fmt::format("{:6} {:2} {:10} {:8.3f} {:10.4f} {:7.1f}% {:11.0f} {:9.1f} {:9.0f} {:>6}\n", one.query,
                        one.parallelism, one.rows, wall_s, cpu_s / events * 1e6, 100 * (highest - lowest) / cpu_s,
                        events / wall_s, median(one.peak_mib), median(one.rows_a_batch),
                        one.hand_cpu_s.empty() ? "" : fmt::format("{:.1f}", one.ratio()));
  }
  return text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw std::runtime_error(fmt::format("{} cannot be read", path));
  return text.str();
}

// Returns the program's exit code.
int run(const Arguments& arguments) {
  if (!arguments.one.empty()) {
    const QueryRun one{arguments.one, arguments.events, arguments.parallelism.front(), arguments.sql};
    fmt::print("{}\n", to_json(measure_query(one)));
    return 0;
  }
  std::optional<Measurements> baseline;  // read first: what is wrong with it is said before anything runs
  if (!arguments.baseline.empty()) baseline = parse_measurements(read_file(arguments.baseline), arguments.baseline);
  if (baseline && baseline->events != arguments.events)
    throw std::runtime_error(
        fmt::format("{} read {} events: run with --events {}", arguments.baseline, baseline->events, baseline->events));
  const Measurements all = measure_all(arguments);
  fmt::print("{} events, {} runs; medians; noise: highest less lowest run, of the CPU time\n{}", all.events,
             arguments.runs, to_text(all));
  if (!arguments.json.empty() && !(std::ofstream(arguments.json) << to_json(all)))
    throw std::runtime_error(fmt::format("{} cannot be written", arguments.json));
  if (!baseline) return 0;
  const std::vector<Comparison> comparisons = compare_measurements(*baseline, all);
  fmt::print("\nSince {}:\n{}", arguments.baseline, to_text(comparisons));
  return any_slower(comparisons) ? 1 : 0;
}

int parse_and_run(int argc, char** argv) {
  Arguments arguments;
  std::vector<std::string> known;
  for (int32_t number = 0; number < kQueries; ++number) known.push_back(fmt::format("q{}", number));
  arguments.queries = known;
  CLI::App app("What the queries of Nexmark cost, from events in memory to the last row");
  app.add_option("--events", arguments.events, "how many events each query reads")->check(CLI::PositiveNumber);
  app.add_option("--runs", arguments.runs, "of each query; figures are medians")->check(CLI::PositiveNumber);
  app.add_option("--parallelism", arguments.parallelism, "one or more")->check(CLI::PositiveNumber);
  app.add_option("--queries", arguments.queries, "q0 … q22")->check(CLI::IsMember(known));
  app.add_option("--json", arguments.json, "file to write the figures of every run into");
  app.add_option("--baseline", arguments.baseline,
                 "file of an earlier --json: says what got slower or faster; exit code 1 where anything got slower");
  app.add_option("--sql", arguments.sql, "directory of tables.sql and the queries");
  app.add_option("--one", arguments.one, "run this query once, in this process (for a profile), and print its JSON")
      ->check(CLI::IsMember(known));
  CLI11_PARSE(app, argc, argv);
  return run(arguments);
}

}  // namespace
}  // namespace tidemill::bench

int main(int argc, char** argv) {
  constexpr int kFailed = 2;
  try {
    return tidemill::bench::parse_and_run(argc, argv);
  } catch (const tidemill::UserError& error) {
    fmt::print(stderr, "error: {}\n{}\n", error.what(), error.hint());
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
  }
  return kFailed;
}
