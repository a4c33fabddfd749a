#include "testing/case_run.h"

#include "base/config_options.h"
#include "data/time_text.h"
#include "env/simulated/simulated_environment.h"
#include "expr/cast.h"
#include "expr/evaluator.h"
#include "sql/parser.h"
#include "sql/to_sql.h"
#include "testing/test_connector.h"

namespace tidemill {
namespace {

constexpr uint64_t kSeed = 1;              // of the simulated executor: one order of steps, the same each time
constexpr size_t kCrashesPerStepMax = 64;  // an input of more rows is killed after several at a time
constexpr const char* kCheckpoints = "checkpoints";

// One thing to do, once everything before is quiet.
struct Action {
  enum class Kind : uint8_t { kRelease, kClock, kCheckpoint, kCrash };
  Kind kind = Kind::kRelease;
  std::string table;  // kRelease
  size_t released = 0;
  EpochMillis time = 0;                // kClock
  std::optional<int32_t> parallelism;  // kCrash
};

EpochMillis parse_clock(const std::string& text) {
  const ExpressionPtr cast = make_cast(make_literal(Value::string(text)), Type::timestamp(3), false, {});
  return evaluate_constant(*cast, EvaluationContext()).as<int64_t>();
}

// A test reads no files: a path in its SQL is an error that says so.
class NoFiles final : public FileTables {
 public:
  TableDefinitionPtr infer(const std::string& path, SourceLocation location) override {
    throw UserError(location, fmt::format("A test case reads no files: '{}'", path),
                    "Give the rows in an input section.");
  }
};

class CaseRun {
 public:
  CaseRun(const std::string& path, const TestCase& test, const TestWay& way, const TestRegistries& registries)
      : test_(test), way_(way), environment_(kSeed), registries_(registries()) {
    tables_.path = path;
    registries_->connectors.add(make_test_connector(tables_));
    session_.emplace(*registries_, files_, environment_.get());
  }

  CaseOutcome run() {
    plan();
    if (job_statement_) {
      prepare_actions();
      run_job();
    }
    for (const auto& [name, output] : tables_.outputs) {
      outcome_.changes[name] = output.changes();
      outcome_.keys[name] = output.key();
    }
    return std::move(outcome_);
  }

 private:
  void plan() {
    set_parallelism(way_.parallelism);
    session_->config().set("execution.checkpointing.dir", kCheckpoints);
    session_->config().set("execution.checkpointing.interval", "0 ms");  // the steps say when
    session_->config().set("table.local-time-zone", "UTC");
    for (const auto& [key, value] : test_.settings) session_->config().set(key, value);
    for (const TestSql& sql : test_.statements) plan_statements(sql);
    if (test_.query) plan_statements(*test_.query);
  }

  void plan_statements(const TestSql& sql) {
    for (ast::StatementPtr& statement : parse_script(sql.text)) {
      PlannedStatement planned = session_->plan(*statement, query_sink_);
      if (auto* text = std::get_if<TextResult>(&planned)) add_text(*text);
      if (auto* job = std::get_if<JobPlan>(&planned)) {
        if (job_statement_)
          throw UserError("A test case has one job", "Put several INSERTs into EXECUTE STATEMENT SET BEGIN … END.");
        outcome_.upsert_key = job->upsert_key;
        graph_ = std::move(job->graph);
        job_statement_ = std::move(statement);
      }
    }
  }

  void add_text(const TextResult& text) {
    for (const auto& row : text.rows) {
      std::string line;
      for (const auto& cell : row) line += (line.empty() ? "" : " | ") + cell.value_or("NULL");
      for (size_t start = 0; start <= line.size();) {
        const size_t end = std::min(line.find('\n', start), line.size());
        outcome_.text.push_back(line.substr(start, end - start));
        start = end + 1;
      }
    }
    while (!outcome_.text.empty() && outcome_.text.back().empty()) outcome_.text.pop_back();
  }

  // Lays out the logs of all tables and the actions that release them.
  // Returns the time of a clock step. Throws UserError where it is before `earliest`.
  static EpochMillis clock_time(const TestStep& step, EpochMillis earliest) {
    const EpochMillis time = parse_clock(step.time);
    if (time >= earliest) return time;
    std::string text;
    append_timestamp(text, earliest, 3);
    throw UserError(fmt::format("The clock cannot go back to {}: it stands at {}", step.time, text),
                    "A case starts at 2024-01-01 00:00:00 UTC; give later times, in order.");
  }

  void prepare_actions() {
    EpochMillis clock = SimulatedClock::kStart;
    for (const TestStep& step : test_.steps) {
      switch (step.kind) {
        case TestStep::Kind::kRows:
          add_rows(step);
          break;
        case TestStep::Kind::kWatermark:
          tables_.inputs[step.table].log.push_back({step.time, {}});
          release(step.table);
          break;
        case TestStep::Kind::kClock:
          clock = clock_time(step, clock);
          actions_.push_back({Action::Kind::kClock, "", 0, clock, {}});
          break;
        case TestStep::Kind::kCheckpoint:
          actions_.push_back({Action::Kind::kCheckpoint, "", 0, 0, {}});
          break;
        case TestStep::Kind::kCrash:
          actions_.push_back({Action::Kind::kCrash, "", 0, 0, step.parallelism});
          break;
      }
    }
  }

  void add_rows(const TestStep& step) {
    TestInput& input = tables_.inputs[step.table];
    const size_t rows_a_crash = std::max<size_t>(1, step.rows.size() / kCrashesPerStepMax);
    size_t since_release = 0;
    for (const TestRow& row : step.rows) {
      input.log.push_back({std::nullopt, row});
      if (way_.crash_after_each_step && ++since_release == rows_a_crash) {
        release(step.table);
        since_release = 0;
      }
    }
    if (!way_.crash_after_each_step || since_release > 0) release(step.table);
  }

  void release(const std::string& table) {
    actions_.push_back({Action::Kind::kRelease, table, tables_.inputs[table].log.size(), 0, {}});
    if (!way_.crash_after_each_step) return;
    actions_.push_back({Action::Kind::kCheckpoint, "", 0, 0, {}});
    std::optional<int32_t> parallelism;
    if (!way_.parallelism_cycle.empty()) parallelism = way_.parallelism_cycle[cycle_++ % way_.parallelism_cycle.size()];
    actions_.push_back({Action::Kind::kCrash, "", 0, 0, parallelism});
  }

  void run_job() {
    start();
    for (size_t next = 0; next < actions_.size(); ++next) {
      const Action& action = actions_[next];
      next_action_ = next + 1;
      act(action);
      if (action.kind == Action::Kind::kCrash) replay_until(next);
    }
    for (auto& [table, input] : tables_.inputs) input.ended = true;
    ended_ = true;
    job_->poll_sources();
    job_->run();
    const JobSummary summary = job_->summary();
    summary.metrics.check_row_outcomes();
    outcome_.late = summary.rows_late;
    job_.reset();
  }

  void start() {
    if (!way_.state_memory.empty()) session_->config().set("state.memory.size", way_.state_memory);
    if (way_.watermarks_travel_at_once && !session_->config().find(kAutoWatermarkInterval))
      session_->config().set(kAutoWatermarkInterval.key, "0 ms");
    job_ = session_->make_job(graph_, way_.batch_rows);
    job_->start();
    until_quiet();
  }

  void until_quiet() {
    environment_.executor().run([this] { return environment_.executor().quiet() || job_->finished(); });
    if (job_->finished()) job_->run();  // raises what ended it
  }

  void act(const Action& action) {
    switch (action.kind) {
      case Action::Kind::kRelease:
        tables_.inputs[action.table].released = action.released;
        job_->poll_sources();
        return until_quiet();
      case Action::Kind::kClock:
        return move_clock(action.time);
      case Action::Kind::kCheckpoint:
        return checkpoint();
      case Action::Kind::kCrash:
        return crash(action.parallelism);
    }
  }

  // Jumps, so that what happens every 100 ms happens once and not a million times on the way.
  void move_clock(EpochMillis time) {
    environment_.clock().advance_to(time);
    until_quiet();
  }

  // A checkpoint behind a row that waits for the clock (its lookup is tried again) completes once that has come; a kill
  // before goes back to the one that was completed last. The last epoch of a job that has finished is a checkpoint too.
  void checkpoint() {
    const auto remember = [this, next = next_action_, released = released_rows()] {
      resume_at_ = next;
      released_at_checkpoint_ = released;
    };
    job_->trigger({BarrierKind::kCheckpoint, [remember](const EpochResult& result) {
                     if (result.decided) remember();
                   }});
    until_quiet();
    if (job_->finished()) remember();
  }

  std::map<std::string, size_t, std::less<>> released_rows() const {
    std::map<std::string, size_t, std::less<>> released;
    for (const auto& [table, input] : tables_.inputs) released[table] = input.released;
    return released;
  }

  void crash(std::optional<int32_t> parallelism) {
    environment_.executor().crash();
    job_.reset();
    for (auto& [table, input] : tables_.inputs) input.released = released_at_checkpoint_[table];
    if (resume_at_ == 0) {
      for (auto& [name, output] : tables_.outputs) output.clear();
    }
    if (parallelism) {
      set_parallelism(*parallelism);
      forget_created();
      PlannedStatement planned = session_->plan(*job_statement_, query_sink_);
      graph_ = std::move(std::get<JobPlan>(planned).graph);
    }
    start();
  }

  // A job that also makes its table (CREATE TABLE … AS) finds none when it is planned again.
  void forget_created() {
    if (job_statement_->kind != ast::StatementKind::kCreateTable) return;
    const std::string name = to_sql(job_statement_->as<ast::CreateTable>().name);
    for (const ast::StatementPtr& statement : parse_script(fmt::format("DROP TABLE {}", name)))
      session_->plan(*statement, query_sink_);
  }

  // Does again what the crash at `end` took back.
  void replay_until(size_t end) {
    for (size_t next = resume_at_; next < end; ++next) {
      if (actions_[next].kind == Action::Kind::kRelease) act(actions_[next]);
    }
  }

  void set_parallelism(int32_t parallelism) {
    for (const auto& [key, value] : test_.settings) {
      if (key == "parallelism.default") return;
    }
    session_->config().set("parallelism.default", std::to_string(parallelism));
  }

  const TestCase& test_;
  const TestWay& way_;
  TestTables tables_;
  NoFiles files_;
  SimulatedEnvironment environment_;
  std::unique_ptr<Registries> registries_;
  std::optional<Session> session_;
  std::shared_ptr<const Sink> query_sink_ = make_test_sink(tables_, std::string(kQueryOutput));
  ast::StatementPtr job_statement_;
  JobGraph graph_;
  std::unique_ptr<JobExecution> job_;
  std::vector<Action> actions_;
  size_t cycle_ = 0;
  bool ended_ = false;
  size_t next_action_ = 0;  // after the one that is being done
  // Of the last checkpoint that was completed: the action after it, and the entries of each table released before it.
  size_t resume_at_ = 0;
  std::map<std::string, size_t, std::less<>> released_at_checkpoint_;
  CaseOutcome outcome_;
};

std::string full_text(const UserError& error) {
  return std::string(error.what()) + (error.hint().empty() ? "" : "; " + error.hint());
}

}  // namespace

CaseOutcome run_case(const std::string& path, const TestCase& test, const TestWay& way,
                     const TestRegistries& registries) {
  try {
    return CaseRun(path, test, way, registries).run();
  } catch (const UserError& error) {
    CaseOutcome outcome;
    outcome.error = full_text(error);
    return outcome;
  }
}

}  // namespace tidemill
