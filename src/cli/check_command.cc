// tidemill check and tidemill explain: parse and plan a whole script, run nothing.
#include <variant>

#include "cli/commands.h"
#include "cli/error_report.h"
#include "cli/query_sink.h"
#include "sql/parser.h"

namespace tidemill {
namespace {

// Calls use(session, statement) for every statement that parses; reports each error and goes on. Returns the exit code.
template <class Use>
int for_each_statement(const ScriptOptions& options, Environment& environment, Use use) {
  std::string sql;
  int exit_code = kExitOk;
  const auto report = [&](std::exception_ptr error) {
    const ErrorReport described = report_error(error, options.file, sql);
    environment.console.write_error(described.text);
    exit_code = std::max(exit_code, described.exit_code);
  };
  try {
    sql = read_script(options.file, environment);
    const std::unique_ptr<Engine> engine = make_builtin_engine(environment);
    Session& session = engine->open_session();
    apply_settings(session, options.settings, environment);
    const ScriptSyntax syntax = parse_script_with_errors(sql);
    for (const UserError& error : syntax.errors) report(std::make_exception_ptr(error));
    for (const ast::StatementPtr& statement : syntax.statements) {
      try {
        use(session, *statement);
      } catch (const UserError&) {
        report(std::current_exception());
      }
    }
  } catch (...) {
    report(std::current_exception());
  }
  environment.console.flush();
  return exit_code;
}

}  // namespace

int check_command(const ScriptOptions& options, Environment& environment) {
  return for_each_statement(options, environment, [&](Session& session, const ast::Statement& statement) {
    const PlannedStatement planned = session.plan(statement, std::make_shared<QuerySink>());
    const auto* job = std::get_if<JobPlan>(&planned);
    if (job == nullptr) return;
    for (const std::string& warning : job->warnings) environment.console.write_error("warning: " + warning + "\n");
  });
}

int explain_command(const ScriptOptions& options, Environment& environment) {
  return for_each_statement(options, environment, [&](Session& session, const ast::Statement& statement) {
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
