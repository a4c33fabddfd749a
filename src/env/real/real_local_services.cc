#include "env/real/real_local_services.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "env/real/real_clock.h"
#include "env/real/unix_server.h"
#include "env/real/unix_socket.h"

namespace tidemill {
namespace {

int64_t now_ms() { return RealClock().monotonic_ns() / 1'000'000; }

void send_all(const FileDescriptor& descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) throw TransientError(fmt::format("Cannot ask the job at '{}': {}", path, std::strerror(errno)));
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

}  // namespace

std::unique_ptr<LocalServer> RealLocalServices::serve(const std::string& path, RequestHandler handler) {
  return std::make_unique<UnixServer>(path, std::move(handler));
}

std::string RealLocalServices::ask(const std::string& path, std::string_view request, DurationMillis timeout_ms) {
  const std::unique_ptr<FileDescriptor> descriptor = connect_to(path);
  send_all(*descriptor, fmt::format("{}\n", request), path);
  const int64_t until = now_ms() + timeout_ms;
  std::string answer;
  while (true) {
    pollfd polled{descriptor->get(), POLLIN, 0};
    const int64_t left_ms = until - now_ms();
    if (left_ms <= 0)
      throw TransientError(fmt::format("The job at '{}' did not answer within {} s", path, timeout_ms / 1000));
    if (::poll(&polled, 1, static_cast<int>(std::min<int64_t>(left_ms, 1 << 30))) <= 0) continue;
    char buffer[4096];
    const ssize_t bytes = ::recv(descriptor->get(), buffer, sizeof(buffer), 0);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) throw TransientError(fmt::format("The job at '{}' ended before it answered", path));
    answer.append(buffer, static_cast<size_t>(bytes));
    const size_t end = answer.find('\n');
    if (end != std::string::npos) return answer.substr(0, end);
  }
}

}  // namespace tidemill
