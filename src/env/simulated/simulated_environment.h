// env/simulated/simulated_environment.h - a whole world on one thread from one seed. Rule: the same seed and the same
// calls give the same run.
#pragma once
#include "env/environment.h"
#include "env/simulated/simulated_clock.h"
#include "env/simulated/simulated_console.h"
#include "env/simulated/simulated_executor.h"
#include "env/simulated/simulated_faults.h"
#include "env/simulated/simulated_file_system.h"
#include "env/simulated/simulated_http_client.h"
#include "env/simulated/simulated_kafka.h"
#include "env/simulated/simulated_local_services.h"
#include "env/simulated/simulated_shared_libraries.h"

namespace tidemill {

class SimulatedEnvironment {
 public:
  explicit SimulatedEnvironment(uint64_t seed)
      : random_(seed),
        fault_random_(hash_combine(seed, 1)),
        faults_(fault_random_),
        files_(clock_, faults_),
        executor_(clock_, seed),
        services_(clock_, executor_),
        kafka_(clock_, faults_),
        environment_{clock_, executor_, files_, services_, kafka_, libraries_, console_, random_, faults_, http_} {}

  Environment& get() { return environment_; }
  SimulatedClock& clock() { return clock_; }
  SimulatedExecutor& executor() { return executor_; }
  SimulatedFileSystem& files() { return files_; }
  SimulatedLocalServices& services() { return services_; }
  SimulatedKafka& kafka() { return kafka_; }
  SimulatedSharedLibraries& libraries() { return libraries_; }
  SimulatedConsole& console() { return console_; }
  SimulatedFaults& faults() { return faults_; }
  SimulatedHttpClient& http() { return http_; }

 private:
  SimulatedClock clock_;
  SeededRandom random_;
  SeededRandom fault_random_;
  SimulatedFaults faults_;
  SimulatedConsole console_;
  SimulatedFileSystem files_;
  SimulatedExecutor executor_;
  SimulatedLocalServices services_;
  SimulatedHttpClient http_;
  SimulatedKafka kafka_;
  SimulatedSharedLibraries libraries_;
  Environment environment_;
};

}  // namespace tidemill
