// env/local_services.h - a process that answers questions of other processes on this machine, a line at a time. Rule: a
// question gets one answer, in order; a caller that misbehaves or goes away disturbs nobody else.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tidemill {

constexpr size_t kRequestBytesMax = size_t{64} << 10;  // of one line

// Gives the answer, without line ends. At most once; any thread, also after the server has gone (then it is lost).
using Reply = std::function<void(std::string answer)>;

// Takes one question without its line end, the first kRequestBytesMax bytes of a longer one (whose caller is sent away
// after the answer). Called on a thread of the server's, one at a time; must not block or throw.
using RequestHandler = std::function<void(std::string request, Reply reply)>;

// Serves while it lives. The destructor hands over answers that were given, waits for a handler that runs, and takes
// the path away.
class LocalServer {
 public:
  virtual ~LocalServer() = default;
};

class LocalServices {
 public:
  virtual ~LocalServices() = default;
  // Listens at `path`, for this user only. What a process that is gone has left there is replaced. Throws UserError
  // where another process listens there, where something else lies there, and where the path cannot be used.
  virtual std::unique_ptr<LocalServer> serve(const std::string& path, RequestHandler handler) = 0;
  // Sends a line to who listens at `path` and waits for the answer. Blocks. Throws UserError where nobody listens, and
  // TransientError where no answer came in time, or the other side went away without one.
  virtual std::string ask(const std::string& path, std::string_view request, DurationMillis timeout_ms) = 0;
};

}  // namespace tidemill
