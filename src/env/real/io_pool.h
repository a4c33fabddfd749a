// env/real/io_pool.h - threads for calls that may block. Rule: started when first needed; work once begun is waited
// for.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tidemill {

class IoPool {
 public:
  explicit IoPool(int32_t threads_max) : threads_max_(threads_max) {}
  IoPool(const IoPool&) = delete;
  IoPool& operator=(const IoPool&) = delete;
  // Waits for work that runs; drops work that has not begun.
  ~IoPool();

  // Queues `work`, which must not throw. Any thread.
  void submit(std::function<void()> work);
  // Drops work that has not begun and waits for the rest. Requires: nobody submits meanwhile.
  void drain();

 private:
  void serve();

  const int32_t threads_max_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  int32_t idle_ = 0;
  int32_t busy_ = 0;
  bool stopping_ = false;
};

}  // namespace tidemill
