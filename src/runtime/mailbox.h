// runtime/mailbox.h - what others ask of a tasklet. Rule: any thread posts, the tasklet alone reads; order is kept.
#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

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
  // Runs what has been posted; returns whether there was any. Where a mail throws, those behind it stay for the next
  // call. The owner's thread.
  bool run() {
    if (taken_.empty()) take();
    if (taken_.empty()) return false;
    while (!taken_.empty()) {
      const Mail mail = std::move(taken_.front());
      taken_.pop_front();
      mail();
    }
    return true;
  }

 private:
  void take() {
    if (!has_mail_.load(std::memory_order_acquire)) return;
    const std::lock_guard lock(mutex_);
    taken_.swap(mails_);
    has_mail_.store(false, std::memory_order_release);
  }

  std::deque<Mail> taken_;  // the owner's
  std::mutex mutex_;        // guards all below
  std::deque<Mail> mails_;
  Executor* executor_ = nullptr;
  TaskletId owner_ = -1;
  std::atomic<bool> has_mail_ = false;
};

}  // namespace tidemill
