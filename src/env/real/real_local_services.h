// env/real/real_local_services.h - questions and answers over Unix-domain sockets. Rule: each server has one thread,
// which alone touches its sockets; answers reach it through a lock and an eventfd.
#pragma once
#include "env/local_services.h"

namespace tidemill {

class RealLocalServices final : public LocalServices {
 public:
  std::unique_ptr<LocalServer> serve(const std::string& path, RequestHandler handler) override;
  std::string ask(const std::string& path, std::string_view request, DurationMillis timeout_ms) override;
};

}  // namespace tidemill
