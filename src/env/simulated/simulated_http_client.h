// env/simulated/simulated_http_client.h - a server inside the process. Rule: it answers what the test says, and knows
// all that it was asked.
#pragma once
#include <functional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "env/http_client.h"

namespace tidemill {

// One thread only.
class SimulatedHttpClient final : public HttpClient {
 public:
  using Server = std::function<HttpResponse(const HttpRequest&)>;

  // Answers requests from now on; may throw, as HttpClient::send does.
  void serve(Server server) { server_ = std::move(server); }
  HttpResponse send(const HttpRequest& request) override {
    requests_.push_back(request);
    if (!server_) throw TransientError(fmt::format("No answer from {}: nobody listens", request.url));
    return server_(request);
  }
  void wait(DurationMillis duration_ms) override { waits_ms_.push_back(duration_ms); }

  const std::vector<HttpRequest>& requests() const { return requests_; }
  const std::vector<DurationMillis>& waits_ms() const { return waits_ms_; }

 private:
  Server server_;
  std::vector<HttpRequest> requests_;
  std::vector<DurationMillis> waits_ms_;
};

}  // namespace tidemill
