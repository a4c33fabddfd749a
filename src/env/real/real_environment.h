// env/real/real_environment.h - the environment of production: threads, files and clocks of the operating system. Rule:
// built once, in main or in a test, and outlives every job.
#pragma once
#include "env/environment.h"
#include "env/real/real_clock.h"
#include "env/real/real_console.h"
#include "env/real/real_file_system.h"
#include "env/real/real_http_client.h"
#include "env/real/real_kafka.h"
#include "env/real/real_local_services.h"
#include "env/real/real_shared_libraries.h"
#include "env/real/threaded_executor.h"

namespace tidemill {

class RealEnvironment {
 public:
  // `workers`: threads that step tasklets, the caller of run() included; 0: one a core. Ignores SIGPIPE in the whole
  // process: a closed pipe is an error of the write.
  explicit RealEnvironment(int32_t workers = 0);
  Environment& get() { return environment_; }
  // Returns how many cores this process may use, at least 1.
  static int32_t cores();
  // Returns how much memory this process may use: the machine's, or the limit of its control group (cgroup v2) where
  // that is less.
  static int64_t memory_bytes();

 private:
  class NoFaults final : public Faults {
   public:
    bool maybe(std::string_view) override { return false; }
  };

  RealClock clock_;
  RealFileSystem files_;
  RealLocalServices services_;
  RealHttpClient http_;
  RealKafka kafka_{http_};
  RealSharedLibraries libraries_;
  RealConsole console_;
  SeededRandom random_;
  NoFaults faults_;
  ThreadedExecutor executor_;
  Environment environment_;
};

}  // namespace tidemill
