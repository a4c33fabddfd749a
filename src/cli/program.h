// cli/program.h - the program without its world. Rule: main and the tests that run it in a world of their own share
// this.
#pragma once
#include <string>

#include "env/environment.h"

namespace tidemill {

// Reads the command line, calls one command in `environment` and returns the exit code. `version` is this program's.
// Takes over SIGINT and SIGTERM while a job runs. The thread that owns the executor.
int run_program(int argc, char** argv, const std::string& version, Environment& environment);

}  // namespace tidemill
