// cli/error_report.h - an error as people read it: what, where with the line of SQL under it, what to do. Rule: one
// place makes the text and the exit code of every error.
#pragma once
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tidemill {

constexpr int kExitOk = 0;
constexpr int kExitUserError = 1;      // the user's SQL or data
constexpr int kExitUsage = 2;          // the command line
constexpr int kExitInternal = 3;       // our bug, or the machine's failure
constexpr int kExitInterrupted = 130;  // 128 + SIGINT, as shells expect

// The command line is wrong, not the script.
class UsageError : public UserError {
 public:
  using UserError::UserError;
};

struct ErrorReport {
  std::string text;  // ends with a line end
  int exit_code = kExitInternal;
};

// Describes the exception. `file` names the script (empty: none), `sql` is its whole text, to which error locations
// refer.
ErrorReport report_error(std::exception_ptr error, std::string_view file, std::string_view sql);

// What a wrong command line holds, for its message.
struct WrongUsage {
  std::string message;                // of the parser: "file is required"
  std::string command;                // the command that was read, "job why"; empty: none
  std::vector<std::string> leftover;  // arguments that nothing took, in order
  std::vector<std::string> commands;  // that may follow it; empty: none may
  std::vector<std::string> options;   // of the command
};

// Describes a wrong command line: the first argument that nothing took, with the nearest one that exists.
std::string usage_error_text(const WrongUsage& usage);

}  // namespace tidemill
