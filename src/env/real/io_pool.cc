#include "env/real/io_pool.h"

namespace tidemill {

IoPool::~IoPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void IoPool::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    const auto waiting = static_cast<int32_t>(queue_.size());
    if (waiting > idle_ && static_cast<int32_t>(threads_.size()) < threads_max_)
      threads_.emplace_back([this] { serve(); });
  }
  changed_.notify_one();
}

void IoPool::drain() {
  std::unique_lock lock(mutex_);
  queue_.clear();
  changed_.wait(lock, [&] { return busy_ == 0; });
}

void IoPool::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (stopping_) return;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    ++busy_;
    lock.unlock();
    work();
    work = nullptr;  // what it holds goes before the lock is taken
    lock.lock();
    if (--busy_ == 0) changed_.notify_all();
  }
}

}  // namespace tidemill
