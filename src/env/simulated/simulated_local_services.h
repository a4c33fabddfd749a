// env/simulated/simulated_local_services.h - questions and answers inside one process. Rule: a question reaches its
// handler as a call of the executor, in an order drawn from its seed, as if it came from another process.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "env/clock.h"
#include "env/executor.h"
#include "env/local_services.h"

namespace tidemill {

// One thread only.
class SimulatedLocalServices final : public LocalServices {
 public:
  // Both are borrowed.
  SimulatedLocalServices(const Clock& clock, Executor& executor)
      : clock_(clock), executor_(executor), listening_(std::make_shared<Listening>()) {}

  std::unique_ptr<LocalServer> serve(const std::string& path, RequestHandler handler) override;
  // Runs the executor until the answer has come. Requires: not called from one of its steps.
  std::string ask(const std::string& path, std::string_view request, DurationMillis timeout_ms) override;
  // Sends a question; `done` is called with the answer when there is one. Throws UserError where nobody listens.
  void send(const std::string& path, std::string_view request, Reply done);
  bool listens(const std::string& path) const { return listening_->contains(path); }

 private:
  using Listening = std::map<std::string, std::shared_ptr<const RequestHandler>>;  // by path
  class Server;

  const Clock& clock_;
  Executor& executor_;
  std::shared_ptr<Listening> listening_;
};

}  // namespace tidemill
