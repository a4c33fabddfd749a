#include "env/simulated/simulated_local_services.h"

#include <utility>

#include "base/error.h"

namespace tidemill {

class SimulatedLocalServices::Server final : public LocalServer {
 public:
  Server(std::shared_ptr<Listening> listening, std::string path)
      : listening_(std::move(listening)), path_(std::move(path)) {}
  ~Server() override { listening_->erase(path_); }

 private:
  const std::shared_ptr<Listening> listening_;
  const std::string path_;
};

std::unique_ptr<LocalServer> SimulatedLocalServices::serve(const std::string& path, RequestHandler handler) {
  if (listens(path))
    throw UserError(fmt::format("Another process already listens at '{}'", path),
                    "Stop it first ('tidemill job stop'), or choose another path");
  (*listening_)[path] = std::make_shared<const RequestHandler>(std::move(handler));
  return std::make_unique<Server>(listening_, path);
}

void SimulatedLocalServices::send(const std::string& path, std::string_view request, Reply done) {
  const auto found = listening_->find(path);
  if (found == listening_->end())
    throw UserError(fmt::format("No job listens at '{}': there is no such socket", path),
                    "Name the checkpoint directory of a running job, or the path that it was given by --control");
  std::string line(request.substr(0, std::min(request.find('\n'), kRequestBytesMax)));
  executor_.at(clock_.now(), [handler = std::weak_ptr<const RequestHandler>(found->second), line = std::move(line),
                              done = std::move(done)] {
    if (const auto living = handler.lock()) (*living)(line, done);
  });
}

std::string SimulatedLocalServices::ask(const std::string& path, std::string_view request, DurationMillis timeout_ms) {
  const auto answer = std::make_shared<std::optional<std::string>>();
  send(path, request, [answer](std::string text) { *answer = std::move(text); });
  const EpochMillis until = clock_.now() + timeout_ms;
  executor_.at(until, [] {});
  executor_.run([&] { return answer->has_value() || clock_.now() >= until; });
  if (!answer->has_value()) throw TransientError(fmt::format("The job at '{}' ended before it answered", path));
  return **answer;
}

}  // namespace tidemill
