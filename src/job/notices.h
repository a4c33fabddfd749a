// job/notices.h - what the user should be told while a job runs. Rule: any thread adds, one takes; nothing is told
// twice, and a flood is cut short.
#pragma once
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tidemill {

constexpr size_t kNoticesMax = 100;  // that wait to be taken: more of them say nothing new

// Any thread.
class Notices {
 public:
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kNoticesMax) waiting_.push_back(std::move(text));
  }
  // Returns what was added since the last call.
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> waiting_;
};

}  // namespace tidemill
