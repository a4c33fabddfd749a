#include "job/present_end.h"

namespace tidemill {

bool PresentEnd::reached() {
  if (answer_->reached) return true;
  const EpochMillis now = clock_.now();
  if (answer_->pending || (asked_at_ != kNoWatermark && now - asked_at_ < kAskEveryMs)) return false;
  asked_at_ = now;
  answer_->pending = true;
  const auto refusal = job_.inspect([answer = answer_](const std::vector<TaskInspection>& tasks) {
    bool reached = true;
    for (const TaskInspection& task : tasks) reached = reached && (task.source_id.empty() || task.reached_end);
    answer->reached = reached;
    answer->pending = false;
  });
  if (refusal) answer_->pending = false;  // it has not begun, or ends
  return false;
}

bool PresentEnd::quiet() {
  if (!reached()) return false;
  const EpochMillis now = clock_.now();
  if (now - asked_at_ < kAskEveryMs) return false;
  asked_at_ = now;
  std::vector<int64_t> moved = movement();
  const bool still = moved == moved_;
  moved_ = std::move(moved);
  return still;
}

std::vector<int64_t> PresentEnd::movement() const {
  const JobMetrics metrics = job_.status().metrics;
  std::vector<int64_t> moved;
  for (const OperatorSubtaskMetrics& subtask : metrics.operators) {
    moved.push_back(subtask.watermark);
    for (const auto& [name, value] : subtask.counters) moved.push_back(value);
  }
  for (const EdgeMetrics& edge : metrics.edges) moved.push_back(edge.queued);
  return moved;
}

}  // namespace tidemill
