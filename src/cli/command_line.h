// cli/command_line.h - what the user wrote behind `tidemill`. Rule: one place knows the names of commands and options;
// what they do is elsewhere.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "cli/commands.h"

namespace tidemill {

enum class CommandName : uint8_t { kRun, kCheck, kExplain, kJob, kCheckpoint, kTest, kWhy, kKafka, kVersion };

// Options of the command that was named; the others have their defaults.
struct CommandLine {
  CommandName command = CommandName::kVersion;
  RunOptions run;
  std::string format = "table";  // of run and checkpoint query, not parsed yet
  ScriptOptions script;          // of check and explain
  std::string check_target = "tidemill";
  JobCommandOptions job;
  CheckpointCommandOptions checkpoint;
  KafkaCommandOptions kafka;
  std::string savepoint_place = {};  // of savepoint
  TestOptions test;
  WhyOptions why;
  std::string why_timeout = "30 s";  // not parsed yet
};

// Reads the command line; `version` is this program's. Returns nullopt where nothing is to be done, with `exit_code`
// set: help and version were printed, or what is wrong was written to standard error.
std::optional<CommandLine> parse_command_line(int argc, char** argv, const std::string& version, Console& console,
                                              int& exit_code);

}  // namespace tidemill
