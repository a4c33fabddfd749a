// runtime/mailbox.h - what others ask of a tasklet. Rule: any thread posts, the tasklet alone reads; order is kept.
#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "env/executor.h"

namespace tidemill {

class Mailbox {
 public:
  using Mail = std::function<void()>;

  // Says who reads. Mail posted before waits.
  void connect(Executor& executor, TaskletId owner) {
    const std::lock_guard lock(mutex_);
    executor_ = &executor;
    owner_ = owner;
  }
  // Any thread.
  void post(Mail mail) {
    const std::lock_guard lock(mutex_);
    mails_.push_back(std::move(mail));
    has_mail_.store(true, std::memory_order_release);
    if (executor_ != nullptr) executor_->wake(owner_);
  }
  // Runs what has been posted; returns whether there was any. The owner's thread.
  bool run() {
    if (!has_mail_.load(std::memory_order_acquire)) return false;
    std::vector<Mail> mails;
    {
      const std::lock_guard lock(mutex_);
      mails.swap(mails_);
      has_mail_.store(false, std::memory_order_release);
    }
    for (const Mail& mail : mails) mail();
    return true;
  }

 private:
  std::mutex mutex_;  // guards all below
  std::vector<Mail> mails_;
  Executor* executor_ = nullptr;
  TaskletId owner_ = -1;
  std::atomic<bool> has_mail_ = false;
};

}  // namespace tidemill
