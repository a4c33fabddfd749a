// tests/unit/state/clients/client_tasks.h - subtasks of one operator written straight on the state API. Rule: restart()
// is a crash and a restore at another parallelism: nothing but the snapshots survives.
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "state/state_store.h"
#include "tests/unit/state/test_values.h"

namespace tidemill::state_test {

// `Client` declares its tables in its constructor Client(StateStore&).
template <class Client>
class ClientTasks {
 public:
  static constexpr int32_t kMaxParallelism = 16;

  ClientTasks(int32_t parallelism, bool move_pages) : move_pages_(move_pages) { start(parallelism); }

  size_t size() const { return tasks_.size(); }
  Client& operator[](size_t task) { return tasks_[task]->client; }
  StateStore& store(size_t task) { return tasks_[task]->store; }
  // Returns the task that owns keys of this hash.
  Client& of(uint64_t hash) {
    const int32_t group = key_group_of(hash, kMaxParallelism);
    return tasks_[static_cast<size_t>(subtask_of_key_group(kMaxParallelism, static_cast<int32_t>(size()), group))]
        ->client;
  }

  void restart(int32_t parallelism) {
    std::vector<std::unique_ptr<SnapshotBuffer>> parts;
    std::vector<const SnapshotReader*> readers;
    for (const std::unique_ptr<Task>& task : tasks_) {
      parts.push_back(std::make_unique<SnapshotBuffer>(fmt::format("part-{}", parts.size())));
      readers.push_back(parts.back().get());
      task->store.freeze(1)->write(*parts.back());
    }
    start(parallelism);
    for (const std::unique_ptr<Task>& task : tasks_) {
      const RestoreReport report = task->store.restore(readers, [](std::string_view) { return true; });
      EXPECT_TRUE(report.tables_lost.empty() && report.tables_new.empty());
    }
  }

 private:
  struct Task {
    explicit Task(const StateStoreOptions& options) : store(options), client(store) {}
    StateStore store;
    Client client;
  };

  void start(int32_t parallelism) {
    tasks_.clear();
    for (int32_t subtask = 0; subtask < parallelism; ++subtask) {
      StateStoreOptions options;
      options.max_parallelism = kMaxParallelism;
      options.key_groups = key_groups_of_subtask(kMaxParallelism, parallelism, subtask);
      options.pages.move_pages_at_release = move_pages_;
      tasks_.push_back(std::make_unique<Task>(options));
    }
  }

  bool move_pages_;
  std::vector<std::unique_ptr<Task>> tasks_;
};

}  // namespace tidemill::state_test
