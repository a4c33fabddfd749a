// benchmarks/nexmark/bench_nexmark.cc - what each query of Nexmark costs, from events in memory to its last row. Rule:
// each run is a process of its own, and the runs of one query are spread over the whole measurement, so that what else
// the machine does meanwhile is in the noise that is told.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/error.h"
#include "benchmarks/limit/loops.h"
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
  std::string one;   // a query that is run here, once; empty: all in processes of their own
  std::string hand;  // the same of its loop written by hand
  bool check = true;
};

// Runs this program with these words more and returns what it prints. Throws std::runtime_error where it failed.
std::string run_itself(const Arguments& arguments, std::vector<std::string> more) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("No pipe can be made");
  std::vector<std::string> text = {"bench_nexmark", "--events", std::to_string(arguments.events), "--sql",
                                   arguments.sql};
  text.insert(text.end(), more.begin(), more.end());
  std::vector<char*> words;
  for (std::string& word : text) words.push_back(word.data());
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
    throw std::runtime_error(fmt::format("{} failed; its error is above", fmt::join(text, " ")));
  return output;
}

Measurement measure_in_process(const Arguments& arguments, const std::string& query, int32_t parallelism) {
  const std::string output = run_itself(arguments, {"--one", query, "--parallelism", std::to_string(parallelism)});
  return parse_measurement(output, fmt::format("The output of {}", query));
}

// `check`: that it gives what the query gives.
double measure_loop_in_process(const Arguments& arguments, const std::string& query, bool check) {
  return std::stod(run_itself(arguments, {"--hand", query, "--check", check ? "true" : "false"}));
}

Measurements measure_all(const Arguments& arguments) {
  Measurements all;
  all.events = arguments.events;
  for (const std::string& query : arguments.queries)
    for (const int32_t parallelism : arguments.parallelism) all.queries.push_back({query, parallelism});
  for (int32_t run = 0; run < arguments.runs; ++run) {
    std::optional<double> by_hand;
    for (Measurement& one : all.queries) {
      fmt::print(stderr, "\rrun {} of {}: {:4} at {} ", run + 1, arguments.runs, one.query, one.parallelism);
      if (one.parallelism == arguments.parallelism.front()) {
        by_hand.reset();
        if (find_loop(one.query) != nullptr) by_hand = measure_loop_in_process(arguments, one.query, run == 0);
      }
      one.add(measure_in_process(arguments, one.query, one.parallelism));
      if (by_hand) one.hand_cpu_s.push_back(*by_hand);
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
  if (!arguments.hand.empty()) {
    fmt::print("{}\n", measure_by_hand({arguments.hand, arguments.events, 1, arguments.sql}, arguments.check));
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
  // take_last(): make names some, and its user others behind them.
  app.add_option("--events", arguments.events, "how many events each query reads")
      ->check(CLI::PositiveNumber)
      ->take_last();
  app.add_option("--runs", arguments.runs, "of each query; figures are medians")
      ->check(CLI::PositiveNumber)
      ->take_last();
  app.add_option("--parallelism", arguments.parallelism, "one or more")->check(CLI::PositiveNumber);
  app.add_option("--queries", arguments.queries, "q0 … q22")->check(CLI::IsMember(known));
  app.add_option("--json", arguments.json, "file to write the figures of every run into")->take_last();
  app.add_option("--baseline", arguments.baseline,
                 "file of an earlier --json: says what got slower or faster; exit code 1 where anything got slower");
  app.add_option("--sql", arguments.sql, "directory of tables.sql and the queries");
  app.add_option("--one", arguments.one, "run this query once, in this process (for a profile), and print its JSON")
      ->check(CLI::IsMember(known));
  std::vector<std::string> loops;
  for (const Loop& loop : all_loops()) loops.emplace_back(loop.query);
  app.add_option("--hand", arguments.hand,
                 "run the loop written by hand for this query once, and print its CPU seconds")
      ->check(CLI::IsMember(loops));
  app.add_option("--check", arguments.check, "with --hand: whether its result is compared with the query's first");
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
