// cli/main.cc - the binary: builds the real world, calls the program. Rule: no logic here.
#include "cli/program.h"
#include "env/real/real_environment.h"

int main(int argc, char** argv) {
  tidemill::RealEnvironment environment;
  return tidemill::run_program(argc, argv, TIDEMILL_VERSION, environment.get());
}
