// cli/main.cc - the binary: reads the command line, builds the real world, calls one command. Rule: no logic here.
#include <CLI/CLI.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "env/real/real_environment.h"
#include "env/real/stop_signals.h"

namespace tidemill {
namespace {

constexpr const char* kVersion = TIDEMILL_VERSION;

void add_script(CLI::App& command, ScriptOptions& options) {
  command.add_option("file", options.file, "SQL script, or - for standard input")->required();
  command
      .add_option("--set", options.settings,
                  "Setting as key=value, as SET 'key' = 'value' before the script; may be repeated")
      ->allow_extra_args(false);
}

WrongUsage wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
  WrongUsage usage;
  usage.message = error.what();
  usage.leftover = app.remaining(true);
  for (const CLI::App* command : app.get_subcommands({})) usage.commands.push_back(command->get_name());
  for (const CLI::App* command : app.get_subcommands()) {
    usage.command = command->get_name();
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) usage.options.push_back("--" + name);
    }
  }
  return usage;
}

int main_of(int argc, char** argv) {
  CLI::App app{"Tidemill: streaming SQL in Apache Flink's dialect, on one machine.", "tidemill"};
  app.require_subcommand(1);
  app.set_version_flag("--version", kVersion);

  RealEnvironment environment;
  RunOptions run;
  std::string format = "table";
  CLI::App* run_app =
      app.add_subcommand("run", "Run the statements of a script in order; rows of SELECT go to standard output");
  add_script(*run_app, run.script);
  run_app->add_option("--format", format, "How rows are printed: table, json, csv or changelog")->capture_default_str();

  ScriptOptions check;
  CLI::App* check_app = app.add_subcommand("check", "Parse and plan a script, and report every error; nothing is run");
  add_script(*check_app, check);

  ScriptOptions explain;
  CLI::App* explain_app = app.add_subcommand("explain", "Print the plan of every query and INSERT of a script");
  add_script(*explain_app, explain);

  TestOptions test;
  CLI::App* test_app = app.add_subcommand("test", "Run test files: streaming jobs as unit tests on virtual time");
  test_app->add_option("path", test.paths, "Test files (*.test), or directories of them")->required();
  test_app->add_flag("--rewrite", test.rewrite, "Write what the cases give into their expectations");

  CLI::App* version_app = app.add_subcommand("version", "Print the version");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    environment.get().console.write_error(usage_error_text(wrong_usage(app, error)));
    return kExitUsage;
  }
  try {
    run.format = parse_result_format(format);
  } catch (const UserError&) {
    environment.get().console.write_error(report_error(std::current_exception(), "", "").text);
    return kExitUsage;
  }
  if (version_app->parsed()) {
    environment.get().console.write_out(fmt::format("tidemill {}\n", kVersion));
    environment.get().console.flush();
    return kExitOk;
  }
  if (check_app->parsed()) return check_command(check, environment.get());
  if (explain_app->parsed()) return explain_command(explain, environment.get());
  if (test_app->parsed()) return test_command(test, environment.get());
  const StopSignals signals;
  return run_command(run, environment.get(), [&] { return signals.requested(); });
}

}  // namespace
}  // namespace tidemill

int main(int argc, char** argv) { return tidemill::main_of(argc, argv); }
