// The coordinator's part that finds splits and hands them out.
#include "checkpoint/coordinator.h"

namespace tidemill {

void Coordinator::poll_sources() {
  for (const SourceVertex& source : graph_->sources())
    for (SourceTask* task : source.tasks) task->post_poll();
}

void Coordinator::assign_splits(size_t source, std::vector<SplitProgress> splits, bool before_start) {
  const std::vector<SourceTask*>& tasks = graph_->sources()[source].tasks;
  std::vector<std::vector<SplitProgress>> by_task(tasks.size());
  for (const SplitProgress& split : splits) open_[source].insert(split.split.id);
  for (SplitProgress& split : splits) by_task[next_subtask_[source]++ % tasks.size()].push_back(std::move(split));
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (by_task[i].empty()) continue;
    before_start ? tasks[i]->add_splits(by_task[i]) : tasks[i]->post_splits(std::move(by_task[i]));
  }
}

void Coordinator::schedule_discovery(size_t source) {
  const std::optional<DurationMillis> interval_ms = sources_[source].enumerator->rediscovery_interval_ms();
  if (interval_ms) return post_at(environment_.clock.now() + *interval_ms, [this, source] { discover(source); });
  for (SourceTask* task : graph_->sources()[source].tasks) task->post_no_more_splits();
}

void Coordinator::split_ended(const std::string& source, std::string split) {
  mailbox_->post([this, source, split = std::move(split)] {
    for (size_t i = 0; i < sources_.size(); ++i)
      if (sources_[i].id == source) open_[i].erase(split);
  });
}

void Coordinator::discover(size_t source) {
  if (ending_) return;
  ++io_;
  auto found = std::make_shared<std::vector<Split>>();
  environment_.executor.block(
      [this, source, found, open = open_[source]] {
        sources_[source].enumerator->set_open(open);
        *found = sources_[source].enumerator->discover();
      },
      [this, source, found](std::exception_ptr error) {
        mailbox_->post([this, source, found, error] {
          --io_;
          if (error) return fail(error);
          std::vector<SplitProgress> splits;
          for (Split& split : *found) splits.push_back({std::move(split), kNoWatermark, false});
          enumerator_states_[source] = sources_[source].enumerator->snapshot();
          assign_splits(source, std::move(splits), false);
          schedule_discovery(source);
        });
      });
}

}  // namespace tidemill
