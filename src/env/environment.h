// env/environment.h - every contact with the outside world. Rule: no other code touches clock, thread, file, console or
// random number; env/real/ implements this on the operating system, env/simulated/ on one thread from one seed.
#pragma once
#include <cstdint>

#include "env/clock.h"
#include "env/console.h"
#include "env/executor.h"
#include "env/faults.h"
#include "env/file_system.h"
#include "env/http_client.h"
#include "env/kafka.h"
#include "env/local_services.h"
#include "env/random.h"
#include "env/shared_libraries.h"

namespace tidemill {

// Borrowed parts; whoever built them (main, a test, the simulator) owns them and outlives every user.
struct Environment {
  Clock& clock;
  Executor& executor;
  FileSystem& files;
  LocalServices& services;
  KafkaClients& kafka;
  SharedLibraries& libraries;
  Console& console;
  Random& random;
  Faults& faults;
  HttpClient& http;
  int64_t memory_bytes = 0;  // that this process may use: of the machine, or of its control group; 0: unknown
};

}  // namespace tidemill
