// env/real/unix_server.h - serves one Unix-domain socket. Rule: a connection asks one question at a time: while an
// answer is owed nothing more is read from it, so that answers keep their order and nobody can pile up work.
#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "env/local_services.h"
#include "env/real/real_file.h"

namespace tidemill {

class UnixServer final : public LocalServer {
 public:
  // Throws UserError where the path cannot be used.
  UnixServer(std::string path, RequestHandler handler);
  ~UnixServer() override;

 private:
  // What other threads may reach: answers that wait to be written. Outlives the server in the replies it gave out.
  struct Answers {
    std::mutex mutex;
    std::map<int64_t, std::string> by_connection;
    FileDescriptor wake;  // an eventfd
    explicit Answers(int descriptor) : wake(descriptor) {}
    void put(int64_t connection, std::string answer);
    void signal();
  };
  struct Connection {
    std::unique_ptr<FileDescriptor> descriptor;
    std::string in;
    std::string out;
    bool waiting = false;  // for an answer
    bool closing = false;  // after what is written
    int64_t active_ms = 0;
  };

  void serve();
  void poll_once(int timeout_ms);
  void accept_new(int64_t now_ms);
  void take_answers();
  // Each returns false where the connection is over.
  bool read_from(int64_t id, Connection& connection);
  bool write_to(Connection& connection);
  void take_line(int64_t id, Connection& connection);
  void close_idle(int64_t now_ms);
  void hand_over_rest();

  const std::string path_;
  const RequestHandler handler_;
  const std::unique_ptr<FileDescriptor> listener_;
  const std::shared_ptr<Answers> answers_;
  std::map<int64_t, Connection> connections_;  // the thread's own
  int64_t next_id_ = 1;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace tidemill
