#include "sim/kafka_run.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "builtins/builtins.h"
#include "env/simulated/simulated_environment.h"
#include "functions/all.h"
#include "job/job_execution.h"
#include "planner/statement_planner.h"
#include "sim/no_files.h"
#include "sql/parser.h"

namespace tidemill::sim {
namespace {

constexpr int64_t kKillsMax = 6;
constexpr int64_t kStepsMax = 2'000'000;
constexpr int32_t kKeys = 5;
constexpr EpochMillis kWindowMs = 1'000;
constexpr std::string_view kSources =
    "CREATE TABLE source (k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH "
    "('connector' = 'kafka', 'topic' = 'in', 'properties.bootstrap.servers' = 'simulated', 'properties.group.id' = "
    "'g', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'format' = 'json', "
    "'record.error-policy' = 'dead-letter');";
constexpr std::string_view kLetters =
    "INSERT INTO letters SELECT split, split_offset, CAST(raw_record AS STRING) FROM source$errors;";
constexpr std::string_view kExactlyOnce =
    "'properties.bootstrap.servers' = 'simulated', 'sink.delivery-guarantee' = 'exactly-once', "
    "'sink.transactional-id-prefix' = 'job'";

struct InputRow {
  int32_t k = 0;
  int32_t v = 0;
  EpochMillis ts = 0;
};

// A query and what it must leave in topic 'out': values, sorted; of upserts the last of each key.
struct KafkaQuery {
  std::string name;
  std::string sink;
  std::string insert;
  bool upserts = false;
};

const std::vector<KafkaQuery>& queries() {
  static const std::vector<KafkaQuery> kQueries = {
      {"copy", "k INT, v INT) WITH ('connector' = 'kafka', 'topic' = 'out', 'format' = 'csv', ",
       "SELECT k, v FROM source"},
      {"filter by two tables", "k INT, v INT) WITH ('connector' = 'kafka', 'topic' = 'out', 'format' = 'csv', ",
       "SELECT k, v FROM source WHERE k < 3; INSERT INTO sink SELECT k, v FROM source WHERE k >= 3"},
      {"tumbling count", "k INT, n BIGINT) WITH ('connector' = 'kafka', 'topic' = 'out', 'format' = 'csv', ",
       "SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE source, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY k, "
       "window_start, window_end"},
      {"sums by key",
       "k INT, s BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', 'topic' = 'out', "
       "'key.format' = 'csv', 'value.format' = 'csv', ",
       "SELECT k, SUM(CAST(v AS BIGINT)) FROM source GROUP BY k", true},
  };
  return kQueries;
}

class KafkaRun {
 public:
  explicit KafkaRun(uint64_t seed)
      : choices_(hash_combine(seed, 2)), environment_(seed), query_(queries()[choices_.below(queries().size())]) {
    register_builtin_functions(functions_);
    register_builtin_connectors(connectors_);
    register_builtin_formats(formats_);
    cluster().create_topic("in", static_cast<int32_t>(1 + choices_.below(3)));
    cluster().create_topic("out", static_cast<int32_t>(1 + choices_.below(2)));
    cluster().create_topic("letters", 1);
    fill_input();
  }

  KafkaRunResult run() {
    result_.description = query_.name;
    try {
      const auto kills = static_cast<int64_t>(choices_.below(kKillsMax + 1));
      while (!attempt(result_.kills + result_.failures < kills)) continue;
      result_.failure = differences();
    } catch (const std::exception& error) {
      result_.failure = error.what();
    }
    environment_.executor().crash();
    result_.steps = environment_.executor().steps();
    return result_;
  }

 private:
  SimulatedKafkaCluster& cluster() { return environment_.kafka().cluster(); }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[choices_.below(values.size())];
  }

  void fill_input() {
    const auto partitions = static_cast<uint64_t>(cluster().topics().at("in").size());
    const uint64_t count = 20 + choices_.below(200);
    int64_t producer = 1'000;
    for (uint64_t i = 0; i < count; ++i) {
      const InputRow row{static_cast<int32_t>(choices_.below(kKeys)), static_cast<int32_t>(choices_.below(100)),
                         static_cast<EpochMillis>(i * 40 + choices_.below(2'000))};
      const KafkaPartition partition{"in", static_cast<int32_t>(choices_.below(partitions))};
      SimulatedKafkaLog::Entry entry;
      const bool broken = choices_.below(10) == 0;
      entry.value = fmt::format(R"({{"k": {}, "v": {}, "ts": "1970-01-01 00:00:{:02}.{:03}"}})", row.k, row.v,
                                row.ts / 1'000, row.ts % 1'000);
      if (broken) entry.value = fmt::format("broken{}", i);
      const int64_t offset = cluster().find_log(partition)->end();
      const bool aborted = choices_.below(10) == 0;
      const bool committed = !aborted && choices_.below(10) == 0;
      if (aborted || committed) entry.producer = producer++;
      cluster().append(partition, entry);
      if (entry.producer != 0) cluster().find_log(partition)->end_transaction(entry.producer, committed);
      if (aborted) continue;
      if (broken)
        letters_.push_back(fmt::format("in-{},{},{}", partition.partition, offset, entry.value));
      else
        input_.push_back(row);
    }
  }

  std::vector<std::string> expected() const {
    std::map<std::pair<int32_t, EpochMillis>, int64_t> groups;
    std::vector<std::string> rows;
    const bool windows = query_.name == "tumbling count";
    for (const InputRow& row : input_) {
      if (!windows && !query_.upserts) rows.push_back(fmt::format("{},{}", row.k, row.v));
      groups[{row.k, windows ? row.ts / kWindowMs : 0}] += windows ? 1 : row.v;
    }
    for (const auto& [group, value] : groups)
      if (windows || query_.upserts) rows.push_back(fmt::format("{},{}", group.first, value));
    std::ranges::sort(rows);
    return rows;
  }

  std::vector<std::string> found_letters() {
    std::vector<std::string> rows = environment_.kafka().committed_values({"letters", 0});
    std::ranges::sort(rows);
    return rows;
  }

  std::vector<std::string> found() {
    std::vector<std::string> rows;
    const size_t partitions = cluster().topics().at("out").size();
    for (size_t partition = 0; partition < partitions; ++partition) {
      std::map<std::string, std::string> newest;  // by key, which is what comes before the comma
      for (std::string& value : environment_.kafka().committed_values({"out", static_cast<int32_t>(partition)})) {
        if (query_.upserts)
          newest[value.substr(0, value.find(','))] = value;
        else
          rows.push_back(std::move(value));
      }
      for (auto& [key, value] : newest) rows.push_back(std::move(value));
    }
    std::ranges::sort(rows);
    return rows;
  }

  std::string differences() {
    const std::vector<std::string> wanted = expected();
    const std::vector<std::string> rows = found();
    if (rows != wanted)
      return fmt::format("topic 'out' holds [{}] and should hold [{}]", fmt::join(rows, " "), fmt::join(wanted, " "));
    std::ranges::sort(letters_);
    const std::vector<std::string> letters = found_letters();
    if (letters != letters_)
      return fmt::format("topic 'letters' holds [{}] and should hold [{}]", fmt::join(letters, " "),
                         fmt::join(letters_, " "));
    if (environment_.kafka().open_transactions() > 0) return "a transaction is open at the end";
    const auto partitions = static_cast<int32_t>(cluster().topics().at("in").size());
    for (int32_t partition = 0; partition < partitions; ++partition) {
      const int64_t end = environment_.kafka().log({"in", partition}).stable_end();
      const int64_t offset = cluster().group_offset("g", {"in", partition});
      if (offset != end)
        return fmt::format("the group is at {} in partition {}, which was read to {}", offset, partition, end);
    }
    return "";
  }

  JobGraph job(int32_t parallelism) {
    Catalog catalog;
    Config config;
    config.set("parallelism.default", std::to_string(parallelism));
    NoFiles files;
    StatementPlanner planner({catalog, config, functions_, connectors_, formats_, files});
    const std::string tables = fmt::format(
        "{} CREATE TABLE sink ({}{}); CREATE TABLE letters (s STRING, o BIGINT, r STRING) WITH ('connector' = "
        "'kafka', "
        "'topic' = 'letters', 'format' = 'csv', {});",
        kSources, query_.sink, kExactlyOnce, kExactlyOnce);
    for (const ast::StatementPtr& statement : parse_script(tables)) planner.plan(*statement, nullptr);
    const std::string inserts =
        fmt::format("EXECUTE STATEMENT SET BEGIN INSERT INTO sink {}; {} END;", query_.insert, kLetters);
    const std::vector<ast::StatementPtr> statements = parse_script(inserts);
    return std::get<JobPlan>(planner.plan(*statements.front(), nullptr)).graph;
  }

  JobOptions draw_options() {
    JobOptions options;
    options.checkpoint_directory = "checkpoints";
    options.checkpoint_interval_ms = one_of<DurationMillis>({0, 20, 25});
    options.publish_interval_ms = one_of<DurationMillis>({0, 7});
    options.runtime.batch_rows = one_of({1, 7, 64});
    options.runtime.channel_events = one_of({1, 2, 16});
    options.runtime.check_contracts = true;
    options.runtime.small_state_bytes = one_of<uint64_t>({0, kSmallStateBytes});
    return options;
  }

  void draw_faults(bool enable) {
    SimulatedFaults& faults = environment_.faults();
    for (const std::string fault :
         {"kafka.unreachable", "kafka.send_lost", "kafka.commit_lost", "kafka.commit_late", "kafka.fetch_slow",
          "transaction.prepared", "transaction.recording", "transaction.committing", "transaction.committed",
          "epoch.decided", "file.rename"}) {
      faults.disable(fault);
      const double probability = fault == "kafka.send_lost" ? 0.01 : 0.1;
      if (enable && choices_.below(6) == 0) faults.enable(fault, fault == "kafka.fetch_slow" ? 0.3 : probability);
    }
  }

  // Runs an attempt; returns whether the job came to its end.
  bool attempt(bool kill) {
    draw_faults(kill);
    JobExecution job(this->job(static_cast<int32_t>(1 + choices_.below(3))), environment_.get(), draw_options());
    try {
      job.start();
      if (job.restored_epoch() > 0) ++result_.restores;
      steer(job, kill);
    } catch (const TransientError& error) {
      if (std::string_view(error.what()).find("not answered") != std::string_view::npos) ++result_.unknown;
      ++result_.failures;
      end_attempt();
      return false;
    }
    if (job.finished()) return true;
    ++result_.kills;
    end_attempt();
    return false;
  }

  void end_attempt() {
    environment_.executor().crash();
    if (choices_.below(3) == 0) environment_.files().power_cut(choices_);
  }

  void steer(JobExecution& job, bool kill) {
    const SimulatedExecutor& executor = environment_.executor();
    const int64_t begin = executor.steps();
    const int64_t kill_at = kill ? begin + 1 + static_cast<int64_t>(choices_.below(400)) : INT64_MAX;
    while (!job.finished() && executor.steps() < kill_at) {
      const int64_t pause_at = std::min(kill_at, executor.steps() + 1 + static_cast<int64_t>(choices_.below(100)));
      job.run([&] { return executor.steps() >= pause_at; });
      CHECK_MSG(executor.steps() - begin < kStepsMax, "the job does not come to its end");
      if (!job.finished() && executor.steps() < kill_at) job.trigger({BarrierKind::kCheckpoint});
    }
  }

  SeededRandom choices_;
  SimulatedEnvironment environment_;
  const KafkaQuery& query_;
  FunctionRegistry functions_;
  ConnectorRegistry connectors_;
  FormatRegistry formats_;
  std::vector<InputRow> input_;       // that read_committed readers see
  std::vector<std::string> letters_;  // the same of messages that cannot be read
  KafkaRunResult result_;
};

}  // namespace

KafkaRunResult run_kafka_seed(uint64_t seed) { return KafkaRun(seed).run(); }

}  // namespace tidemill::sim
