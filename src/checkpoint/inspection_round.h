// checkpoint/inspection_round.h - collects the answers of all tasks to one question. Rule: a task that has finished
// owes no answer.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "runtime/task_inspection.h"

namespace tidemill {

// One thread at a time.
class InspectionRounds {
 public:
  using Done = std::function<void(std::vector<TaskInspection>)>;

  // Begins a round that waits for these tasks; `done` is called with the answers, by task number. Returns its number.
  int64_t begin(std::set<int32_t> tasks, Done done) {
    const int64_t number = next_++;
    Round& round = rounds_[number];
    round.waiting = std::move(tasks);
    round.done = std::move(done);
    end_if_complete(number);
    return number;
  }
  void answer(int64_t number, TaskInspection answer) {
    const auto round = rounds_.find(number);
    if (round == rounds_.end() || round->second.waiting.erase(answer.number) == 0) return;
    round->second.answers.push_back(std::move(answer));
    end_if_complete(number);
  }
  void gone(int32_t task) {
    std::vector<int64_t> numbers;
    for (auto& [number, round] : rounds_)
      if (round.waiting.erase(task) == 1) numbers.push_back(number);
    for (const int64_t number : numbers) end_if_complete(number);
  }

 private:
  struct Round {
    std::set<int32_t> waiting;
    std::vector<TaskInspection> answers;
    Done done;
  };
  void end_if_complete(int64_t number) {
    const auto found = rounds_.find(number);
    if (!found->second.waiting.empty()) return;
    Round round = std::move(found->second);
    rounds_.erase(found);
    std::sort(round.answers.begin(), round.answers.end(),
              [](const TaskInspection& a, const TaskInspection& b) { return a.number < b.number; });
    round.done(std::move(round.answers));
  }

  std::map<int64_t, Round> rounds_;
  int64_t next_ = 1;
};

}  // namespace tidemill
