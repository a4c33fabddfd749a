#include "env/real/unix_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/check.h"
#include "env/real/real_clock.h"
#include "env/real/unix_socket.h"

namespace tidemill {
namespace {

constexpr size_t kConnectionsMax = 16;  // more wait in the backlog
constexpr int64_t kIdleMs = 60'000;     // a caller that asks nothing for this long is sent away
constexpr int kIdleCheckMs = 10'000;
constexpr int64_t kHandOverMs = 500;  // how long the end of the server waits for slow readers

int64_t now_ms() { return RealClock().monotonic_ns() / 1'000'000; }

}  // namespace

void UnixServer::Answers::put(int64_t connection, std::string answer) {
  {
    const std::lock_guard lock(mutex);
    by_connection[connection] = std::move(answer);
  }
  signal();
}

void UnixServer::Answers::signal() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake.get(), &one, sizeof(one));  // full means: signalled already
}

UnixServer::UnixServer(std::string path, RequestHandler handler)
    : path_(std::move(path)),
      handler_(std::move(handler)),
      listener_(listen_at(path_)),
      answers_(std::make_shared<Answers>(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))),
      thread_([this] { serve(); }) {}

UnixServer::~UnixServer() {
  stopping_.store(true);
  answers_->signal();
  thread_.join();
  ::unlink(path_.c_str());
}

void UnixServer::serve() {
  while (!stopping_.load()) {
    poll_once(connections_.empty() ? -1 : kIdleCheckMs);
    close_idle(now_ms());
  }
  hand_over_rest();
}

void UnixServer::poll_once(int timeout_ms) {
  std::vector<pollfd> polled{{answers_->wake.get(), POLLIN, 0}};
  std::vector<int64_t> ids;
  for (const auto& [id, connection] : connections_) {
    // A caller that waits for its answer is watched for its end only.
    const int events = (connection.waiting || connection.closing ? 0 : POLLIN) | (connection.out.empty() ? 0 : POLLOUT);
    polled.push_back({connection.descriptor->get(), static_cast<short>(events), 0});
    ids.push_back(id);
  }
  const bool room = connections_.size() < kConnectionsMax;
  if (room) polled.push_back({listener_->get(), POLLIN, 0});
  if (::poll(polled.data(), polled.size(), timeout_ms) < 0) return;
  const int64_t now = now_ms();
  if (polled[0].revents != 0) take_answers();
  for (size_t i = 0; i < ids.size(); ++i) {
    Connection& connection = connections_.at(ids[i]);
    const int events = polled[i + 1].revents;
    if (events != 0) connection.active_ms = now;
    bool open = (events & (POLLERR | POLLNVAL)) == 0 && !((events & POLLHUP) != 0 && connection.waiting);
    if (open && (events & (POLLIN | POLLHUP)) != 0 && !connection.waiting && !connection.closing)
      open = read_from(ids[i], connection);
    if (open && !connection.out.empty()) open = write_to(connection);
    if (!open) connections_.erase(ids[i]);
  }
  if (room && polled.back().revents != 0) accept_new(now);
}

void UnixServer::accept_new(int64_t now) {
  std::unique_ptr<FileDescriptor> descriptor = accept_from(*listener_);
  if (!descriptor) return;
  Connection& connection = connections_[next_id_++];
  connection.descriptor = std::move(descriptor);
  connection.active_ms = now;
}

void UnixServer::take_answers() {
  uint64_t signals = 0;
  [[maybe_unused]] const ssize_t taken = ::read(answers_->wake.get(), &signals, sizeof(signals));
  std::map<int64_t, std::string> answers;
  {
    const std::lock_guard lock(answers_->mutex);
    answers.swap(answers_->by_connection);
  }
  for (auto& [id, answer] : answers) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) continue;  // the caller has gone
    found->second.out += answer + "\n";
    found->second.waiting = false;
    if (!found->second.closing) take_line(id, found->second);
  }
}

bool UnixServer::read_from(int64_t id, Connection& connection) {
  char buffer[4096];
  const ssize_t bytes = ::recv(connection.descriptor->get(), buffer, sizeof(buffer), 0);
  if (bytes == 0) {
    connection.closing = true;  // it asks no more, and may still want what it asked for
    return !connection.out.empty();
  }
  if (bytes < 0) return errno == EAGAIN || errno == EINTR;
  connection.in.append(buffer, static_cast<size_t>(bytes));
  take_line(id, connection);
  return true;
}

void UnixServer::take_line(int64_t id, Connection& connection) {
  size_t end = connection.in.find('\n');
  if (end == std::string::npos && connection.in.size() < kRequestBytesMax) return;
  if (end > kRequestBytesMax) {
    end = kRequestBytesMax;
    connection.closing = true;  // where its next line begins is not known
  }
  std::string line = connection.in.substr(0, end);
  connection.in.erase(0, end + 1);
  if (line.ends_with('\r')) line.pop_back();
  connection.waiting = true;
  handler_(std::move(line), [answers = answers_, id](std::string answer) { answers->put(id, std::move(answer)); });
}

bool UnixServer::write_to(Connection& connection) {
  while (!connection.out.empty()) {
    const ssize_t bytes =
        ::send(connection.descriptor->get(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (bytes < 0) return errno == EAGAIN || errno == EINTR;
    connection.out.erase(0, static_cast<size_t>(bytes));
  }
  return !connection.closing || connection.waiting;
}

void UnixServer::close_idle(int64_t now) {
  std::erase_if(connections_,
                [&](const auto& entry) { return !entry.second.waiting && now - entry.second.active_ms > kIdleMs; });
}

void UnixServer::hand_over_rest() {
  take_answers();
  const int64_t until = now_ms() + kHandOverMs;
  for (auto& [id, connection] : connections_) {
    while (!connection.out.empty() && write_to(connection) && !connection.out.empty() && now_ms() < until) {
      pollfd polled{connection.descriptor->get(), POLLOUT, 0};
      ::poll(&polled, 1, static_cast<int>(std::max<int64_t>(1, until - now_ms())));
    }
  }
  connections_.clear();
}

}  // namespace tidemill
