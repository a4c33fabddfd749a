// chaos/faulty_main.cc - the real program in the real world, but for the faults that its environment variables ask for.
#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "cli/program.h"
#include "env/real/real_environment.h"
#include "tests/chaos/faulty_file_system.h"
#include "tests/chaos/injected_faults.h"

namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tidemill;
  if (argc == 2 && std::string_view(argv[1]) == "faults") {
    for (const std::string& name : chaos::fault_names()) std::puts(name.c_str());
    return 0;
  }
  try {
    RealEnvironment real;
    chaos::InjectedFaults faults(variable("TIDEMILL_FAULTS"), variable("TIDEMILL_FAULT_LOG"));
    chaos::FaultyFileSystem files(real.get().files, faults);
    const Environment& world = real.get();
    Environment environment{world.clock,   world.executor, files,  world.services, world.kafka,       world.libraries,
                            world.console, world.random,   faults, world.http,     world.memory_bytes};
    return run_program(argc, argv, "with faults", environment);
  } catch (const UserError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
