// job/control_channel.h - other processes' way into a running job. Rule: it asks the job as anybody may, from the
// server's thread; whatever comes in, the job goes on.
#pragma once
#include <memory>
#include <string>

#include "env/environment.h"
#include "job/control_protocol.h"
#include "job/job.h"

namespace tidemill {

// Serves while it lives, and must go before the job does.
class ControlChannel {
 public:
  // Serves at `path`. `job` (whose start() has returned) and `environment` are borrowed. Throws UserError where the
  // path cannot be used, or where another process serves at it.
  ControlChannel(Job& job, Environment& environment, const std::string& path);

 private:
  void handle(const std::string& line, const Reply& reply);
  void answer_epoch(const ControlRequest& request, const Reply& reply);
  void answer_why(const Reply& reply);

  Job& job_;
  std::unique_ptr<LocalServer> server_;  // last: its thread uses all above
};

// Asks the job that serves at `path`: the socket itself, or the checkpoint directory that it lies in. Blocks until
// there is an answer, as long as `timeout_ms`. Throws UserError where no job serves there and for what the job refuses.
ControlJson ask_job(Environment& environment, const std::string& path, const ControlRequest& asked,
                    DurationMillis timeout_ms);

}  // namespace tidemill
