// tidemill check and tidemill explain: parse and plan a whole script, run nothing.
#include <set>
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

// What of a script Flink refuses; and what Tidemill refuses of its tables, at the place where they are declared, used
// or not.
class BothTargets {
 public:
  BothTargets() : registries_(make_builtin_registries()) {}

  void check(Session& session, const ast::Statement& statement, Reporter& reporter) {
    const bool batch = session.config().get(kRuntimeMode) == "BATCH";
    for (const UserError& error : flink_.check(statement, batch)) reporter.report(std::make_exception_ptr(error));
    if (statement.kind != ast::StatementKind::kCreateTable) return;
    const auto& table = statement.as<ast::CreateTable>();
    if (table.like || table.options.empty()) return;  // what LIKE brings along is not known here
    OptionMap written;
    for (const ast::TableOption& option : table.options) written[option.key] = option.value;
    while (const std::optional<UserError> error = error_of(written)) {
      const ast::TableOption* const option = option_of(*error, table);
      const SourceLocation place = option == nullptr ? table.location : option->location;
      reporter.report(std::make_exception_ptr(error->at(place)));
      reported_.insert(error->what());
      // One that is unknown hides the next.
      if (option == nullptr || !std::string_view(error->what()).starts_with("Unknown option")) return;
      written.erase(option->key);
    }
  }

  // Notes that a statement failed; returns whether the user has been told already: it uses a table that could not be
  // made.
  bool has_reported(const ast::Statement& statement, const UserError& error) {
    if (statement.kind == ast::StatementKind::kCreateTable)
      missing_.insert(statement.as<ast::CreateTable>().name.last().name);
    if (statement.kind == ast::StatementKind::kCreateView)
      missing_.insert(statement.as<ast::CreateView>().name.last().name);
    constexpr std::string_view kUnknown = "Unknown table or view: ";
    const std::string_view message = error.what();
    return reported_.contains(message) ||
           (message.starts_with(kUnknown) && missing_.contains(message.substr(kUnknown.size())));
  }

 private:
  std::optional<UserError> error_of(const OptionMap& written) const {
    try {
      check_options(registries_->connectors.of_table(written), written, registries_->formats);
      return std::nullopt;
    } catch (const UserError& error) {
      return error;
    }
  }

  // The option that the error names, by its key or its value; nullptr: none.
  static const ast::TableOption* option_of(const UserError& error, const ast::CreateTable& table) {
    const std::string_view message = error.what();
    const auto names = [&](const std::string& text) {
      return message.find("'" + text + "'") != std::string_view::npos;
    };
    for (const bool by_key : {true, false})
      for (const ast::TableOption& option : table.options)
        if (names(by_key ? option.key : option.value)) return &option;
    return nullptr;
  }

  const std::unique_ptr<Registries> registries_;
  FlinkCheck flink_;
  std::set<std::string, std::less<>> reported_;  // messages about tables
  std::set<std::string, std::less<>> missing_;   // tables and views that could not be made
};

}  // namespace

int check_command(const ScriptOptions& options, bool for_flink, Environment& environment) {
  std::optional<BothTargets> both;
  if (for_flink) both.emplace();
  return for_each_statement(options, environment,
                            [&](Session& session, const ast::Statement& statement, Reporter& reporter) {
                              if (both) both->check(session, statement, reporter);
                              try {
                                const PlannedStatement planned = session.plan(statement, std::make_shared<QuerySink>());
                                const auto* job = std::get_if<JobPlan>(&planned);
                                if (job == nullptr) return;
                                for (size_t i = 0; both && i < job->flink_limits.size(); ++i)
                                  reporter.report(std::make_exception_ptr(job->flink_limits[i].at(statement.location)));
                                for (const std::string& warning : job->warnings)
                                  environment.console.write_error("warning: " + warning + "\n");
                              } catch (const UserError& error) {
                                if (!both || !both->has_reported(statement, error)) throw;
                              }
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
