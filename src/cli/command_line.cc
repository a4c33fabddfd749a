#include "cli/command_line.h"

#include <CLI/CLI.hpp>

#include "cli/error_report.h"

namespace tidemill {
namespace {

void add_script(CLI::App& command, ScriptOptions& options) {
  command.add_option("file", options.file, "SQL script, or - for standard input")->required();
  command
      .add_option("--set", options.settings,
                  "Setting as key=value, as SET 'key' = 'value' before the script; may be repeated")
      ->allow_extra_args(false);
}

void add_format(CLI::App& command, CommandLine& line) {
  command.add_option("--format", line.format, "How rows are printed: table, json, csv or changelog")
      ->capture_default_str();
}

void add_run(CLI::App& app, CommandLine& line) {
  CLI::App* run =
      app.add_subcommand("run", "Run the statements of a script in order; rows of SELECT go to standard output");
  add_script(*run, line.run.script);
  add_format(*run, line);
  run->add_option("--checkpoint-dir", line.run.checkpoint_directory,
                  "Directory of checkpoints: the job saves itself there (every 10 s, or "
                  "execution.checkpointing.interval), and goes on from the newest one when it is run again");
  run->add_option("--from", line.run.from,
                  "Savepoint, checkpoint or directory of checkpoints to begin from, where the job has no checkpoint of "
                  "its own yet");
  run->add_flag(
      "--fresh", line.run.fresh,
      "Begin anew, or from what --from names, although there are checkpoints in the directory: they stay, and "
      "are passed over");
  run->add_flag("--allow-state-loss", line.run.allow_state_loss,
                "Begin although the query has changed and has no place for some of the checkpoint's state");
  run->add_flag(
      "--available-now", line.run.available_now,
      "Read all there is by now, then take a last checkpoint and end; windows that are not complete stay open "
      "for the next run");
  run->add_option(
      "--control", line.run.control,
      "Path of the socket at which 'tidemill job' asks this job; without it, control.sock in the checkpoint "
      "directory");
  run->footer(
      "Ctrl-C or SIGTERM takes a last checkpoint and ends with exit code 0; a second one ends at once.\n"
      "Exit codes: 1 for an error in the SQL or the data, 2 for the command line, 3 for a fault of Tidemill.");
  run->callback([&line] { line.command = CommandName::kRun; });
}

void add_job(CLI::App& app, CommandLine& line) {
  struct Verb {
    ControlCommand command;
    const char* help;
  };
  static constexpr Verb kVerbs[] = {
      {ControlCommand::kStatus, "Show state, rows, watermark and checkpoints"},
      {ControlCommand::kMetrics, "Show the counters of every operator"},
      {ControlCommand::kWhy,
       "Say why there is no output yet: which split holds the watermark back, what windows wait for"},
      {ControlCommand::kStop, "Take a last checkpoint and end the job; waits until that is done"},
      {ControlCommand::kCancel, "End the job at once; a later run goes on from its last checkpoint"},
      {ControlCommand::kCheckpoint, "Take a checkpoint now; waits until it is complete"},
  };
  CLI::App* job = app.add_subcommand("job", "Ask a job that runs in another process");
  job->require_subcommand(1);
  for (const Verb& verb : kVerbs) {
    CLI::App* command = job->add_subcommand(std::string(control_command_text(verb.command)), verb.help);
    command->add_option("path", line.job.path, "Checkpoint directory of the job, or the path given to run --control")
        ->required();
    command->add_flag("--json", line.job.json, "Print the answer as one line of JSON");
    if (verb.command == ControlCommand::kStop)
      command
          ->add_option_function<std::vector<std::string>>(
              "--savepoint",
              [&line](const std::vector<std::string>& place) {
                line.job.savepoint = place.empty() ? std::string() : place.front();
              },
              "Copy the last checkpoint to a savepoint, in the directory PATH or in the job's own place for them")
          ->type_name("[PATH]")
          ->expected(0, 1);
    command->callback([&line, &verb] {
      line.command = CommandName::kJob;
      line.job.command = verb.command;
    });
  }
}

void add_why(CLI::App& app, CommandLine& line) {
  CLI::App* why =
      app.add_subcommand("why", "Run a script without writing anything, and say what holds its output back");
  add_script(*why, line.why.script);
  why->add_option("--timeout", line.why_timeout,
                  "How long to read where input does not come to an end, as '30 s' or '5 min'")
      ->capture_default_str();
  why->footer(
      "Every query and INSERT is run over all there is by now, from the start; tables are read, and nothing is written "
      "or saved.\n'tidemill job why DIR' asks a job that runs.");
  why->callback([&line] { line.command = CommandName::kWhy; });
}

void add_savepoint(CLI::App& app, CommandLine& line) {
  CLI::App* command = app.add_subcommand(
      "savepoint", "Copy the state of a running job to a directory that stays; waits until it is complete");
  command->add_option("path", line.job.path, "Checkpoint directory of the job, or the path given to run --control")
      ->required();
  command->add_option("place", line.savepoint_place,
                      "Directory that the savepoint is made in; without it, execution.checkpointing.savepoint-dir of "
                      "the job, or savepoints in its checkpoint directory");
  command->add_flag("--json", line.job.json, "Print the answer as one line of JSON");
  command->footer("Begin from it with: tidemill run FILE.sql --from SAVEPOINT");
  command->callback([&line] {
    line.command = CommandName::kJob;
    line.job.command = ControlCommand::kSavepoint;
    line.job.savepoint = line.savepoint_place;
  });
}

void add_checkpoint(CLI::App& app, CommandLine& line) {
  struct Verb {
    CheckpointVerb verb;
    const char* name;
    const char* help;
    const char* path;
  };
  static constexpr Verb kVerbs[] = {
      {CheckpointVerb::kList, "ls", "List checkpoints and savepoints", "Directory of checkpoints"},
      {CheckpointVerb::kVerify, "verify", "Read every byte against its checksum; exit code 1 where one is damaged",
       "Directory of checkpoints, one checkpoint or a savepoint"},
      {CheckpointVerb::kInspect, "inspect",
       "Show operators, state, splits and what sinks have prepared, or what differs from another checkpoint",
       "Directory of checkpoints (its newest), one checkpoint or a savepoint"},
      {CheckpointVerb::kQuery, "query", "Ask the state with SQL: SELECT * FROM state('operator')",
       "Directory of checkpoints (its newest), one checkpoint or a savepoint"},
      {CheckpointVerb::kRemove, "rm", "Remove one checkpoint of a job that does not run", "Directory of checkpoints"},
  };
  CLI::App* checkpoint = app.add_subcommand("checkpoint", "Look at checkpoints and savepoints on disk");
  checkpoint->require_subcommand(1);
  for (const Verb& verb : kVerbs) {
    CLI::App* command = checkpoint->add_subcommand(verb.name, verb.help);
    command->add_option("path", line.checkpoint.path, verb.path)->required();
    if (verb.verb == CheckpointVerb::kRemove) {
      command->add_option("epoch", line.checkpoint.epoch, "Its number: 7 of chk-7")->required();
      command->add_flag("--force", line.checkpoint.force,
                        "Remove it although it is the last good one, or a job runs in the directory");
    } else if (verb.verb == CheckpointVerb::kQuery) {
      command->add_option("sql", line.checkpoint.sql, "Statements; state('operator' [, 'table']) in FROM is a table")
          ->required();
      add_format(*command, line);
      command->footer("'tidemill checkpoint inspect' lists the operators and tables.");
    } else {
      command->add_flag("--json", line.checkpoint.json, "Print JSON, one line a checkpoint");
    }
    if (verb.verb == CheckpointVerb::kInspect) {
      command->add_option("--diff", line.checkpoint.diff,
                          "An older checkpoint: show the rows that were added, removed and changed since it");
      command->add_option("--rows", line.checkpoint.rows, "With --diff: rows shown a table")->capture_default_str();
    }
    command->callback([&line, &verb] {
      line.command = CommandName::kCheckpoint;
      line.checkpoint.verb = verb.verb;
    });
  }
}

void add_kafka(CLI::App& app, CommandLine& line) {
  CLI::App* kafka = app.add_subcommand("kafka", "Look at what jobs have left in a Kafka cluster");
  kafka->require_subcommand(1);
  CLI::App* transactions = kafka->add_subcommand("txn", "Transactions of jobs that write exactly once");
  transactions->require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& help, KafkaVerb verb) {
    CLI::App* command = transactions->add_subcommand(name, help);
    command->add_option("--bootstrap-servers", line.kafka.servers, "Brokers to ask: host:port, separated by commas")
        ->required();
    command->add_option("--property", line.kafka.properties,
                        "A property of Java's client, as security.protocol=SASL_SSL; may be repeated");
    command->callback([&line, verb] {
      line.command = CommandName::kKafka;
      line.kafka.verb = verb;
    });
    return command;
  };
  add("ls", "List prefixes with their last epoch, and partitions that an open transaction blocks", KafkaVerb::kList)
      ->add_flag("--json", line.kafka.json, "Print one line of JSON");
  add("abort", "End the transactions of a prefix; its job, where one runs, is fenced", KafkaVerb::kAbort)
      ->add_option("--prefix", line.kafka.prefix, "'sink.transactional-id-prefix' of the job")
      ->required();
}

void add_others(CLI::App& app, CommandLine& line) {
  const auto on = [&line](CLI::App* command, CommandName name) {
    command->callback([&line, name] { line.command = name; });
    return command;
  };
  CLI::App* check = on(app.add_subcommand("check", "Parse and plan a script, and report every error; nothing is run"),
                       CommandName::kCheck);
  add_script(*check, line.script);
  check
      ->add_option("--target", line.check_target,
                   "tidemill, or flink: report also what of the script Apache Flink does not have")
      ->capture_default_str()
      ->check(CLI::IsMember({"tidemill", "flink"}));
  add_script(
      *on(app.add_subcommand("explain", "Print the plan of every query and INSERT of a script"), CommandName::kExplain),
      line.script);
  CLI::App* test = on(app.add_subcommand("test", "Run test files: streaming jobs as unit tests on virtual time"),
                      CommandName::kTest);
  test->add_option("path", line.test.paths, "Test files (*.test), or directories of them")->required();
  test->add_flag("--rewrite", line.test.rewrite, "Write what the cases give into their expectations");
  on(app.add_subcommand("version", "Print the version"), CommandName::kVersion);
}

// What was read, down to the last command that was named, and what might follow it.
WrongUsage wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
  WrongUsage usage;
  usage.message = error.what();
  usage.leftover = app.remaining(true);
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    usage.command += fmt::format("{}{}", usage.command.empty() ? "" : " ", command->get_name());
  }
  for (const CLI::App* next : command->get_subcommands({})) usage.commands.push_back(next->get_name());
  for (const CLI::Option* option : command->get_options())
    for (const std::string& name : option->get_lnames()) usage.options.push_back("--" + name);
  return usage;
}

}  // namespace

std::optional<CommandLine> parse_command_line(int argc, char** argv, const std::string& version, Console& console,
                                              int& exit_code) {
  CLI::App app{"Tidemill: streaming SQL in Apache Flink's dialect, on one machine.", "tidemill"};
  app.require_subcommand(1);
  app.set_version_flag("--version", version);
  CommandLine line;
  add_run(app, line);
  add_job(app, line);
  add_why(app, line);
  add_savepoint(app, line);
  add_checkpoint(app, line);
  add_kafka(app, line);
  add_others(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = error.get_exit_code() == 0 ? app.exit(error) : kExitUsage;  // --help, --version
    if (exit_code != kExitOk) console.write_error(usage_error_text(wrong_usage(app, error)));
    return std::nullopt;
  }
  return line;
}

}  // namespace tidemill
