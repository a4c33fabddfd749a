// tidemill check and tidemill explain: parse and plan a whole script, run nothing.
#include <variant>

#include "base/config_options.h"
#include "builtins/flink_extensions.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "cli/query_sink.h"
#include "sql/parser.h"

namespace tidemill {
namespace {

// Writes errors, and remembers the worst.
class Reporter {
 public:
  Reporter(const ScriptOptions& options, Environment& environment) : options_(options), environment_(environment) {}
  void read(std::string sql) { sql_ = std::move(sql); }
  void report(const std::exception_ptr& error) {
    const ErrorReport described = report_error(error, options_.file, sql_);
    environment_.console.write_error(described.text);
    exit_code_ = std::max(exit_code_, described.exit_code);
  }
  const std::string& sql() const { return sql_; }
  int exit_code() const { return exit_code_; }

 private:
  const ScriptOptions& options_;
  Environment& environment_;
  std::string sql_;
  int exit_code_ = kExitOk;
};

// Calls use(session, statement, reporter) for every statement that parses; reports each error and goes on. Returns the
// exit code.
template <class Use>
int for_each_statement(const ScriptOptions& options, Environment& environment, Use use) {
  Reporter reporter(options, environment);
  try {
    reporter.read(read_script(options.file, environment));
    const std::unique_ptr<Engine> engine = make_builtin_engine(environment);
    Session& session = engine->open_session();
    apply_settings(session, options.settings, environment);
    const ScriptSyntax syntax = parse_script_with_errors(reporter.sql());
    for (const UserError& error : syntax.errors) reporter.report(std::make_exception_ptr(error));
    for (const ast::StatementPtr& statement : syntax.statements) {
      try {
        use(session, *statement, reporter);
      } catch (const UserError&) {
        reporter.report(std::current_exception());
      }
    }
  } catch (...) {
    reporter.report(std::current_exception());
  }
  environment.console.flush();
  return reporter.exit_code();
}

}  // namespace

int check_command(const ScriptOptions& options, bool for_flink, Environment& environment) {
  FlinkCheck flink;
  return for_each_statement(options, environment,
                            [&](Session& session, const ast::Statement& statement, Reporter& reporter) {
                              if (for_flink) {
                                const bool batch = session.config().get(kRuntimeMode) == "BATCH";
                                for (const UserError& error : flink.check(statement, batch))
                                  reporter.report(std::make_exception_ptr(error));
                              }
                              const PlannedStatement planned = session.plan(statement, std::make_shared<QuerySink>());
                              const auto* job = std::get_if<JobPlan>(&planned);
                              if (job == nullptr) return;
                              for (const std::string& warning : job->warnings)
                                environment.console.write_error("warning: " + warning + "\n");
                            });
}

int explain_command(const ScriptOptions& options, Environment& environment) {
  return for_each_statement(options, environment, [&](Session& session, const ast::Statement& statement, Reporter&) {
    PlannedStatement planned = session.plan(statement, std::make_shared<QuerySink>());
    const auto* text = std::get_if<TextResult>(&planned);
    std::optional<PlannedStatement> explained;
    if (std::holds_alternative<JobPlan>(planned)) {
      const std::string explain = "EXPLAIN " + std::string(statement.text);
      explained = session.plan(*parse_script(explain).at(0), nullptr);
      text = std::get_if<TextResult>(&*explained);
    }
    if (text == nullptr || !text->is_text) return;
    for (const auto& row : text->rows) environment.console.write_out(row.at(0).value_or("") + "\n");
  });
}

}  // namespace tidemill
