// job/present_end.h - when a job has read all there is, for now. Rule: each split must have been at its present end
// once; what comes meanwhile may be read too, but is not waited for.
#pragma once
#include <atomic>
#include <memory>

#include "job/job.h"

namespace tidemill {

// Asks the tasks of a job now and then. Owner of the executor.
class PresentEnd {
 public:
  // Both are borrowed.
  PresentEnd(Job& job, const Clock& clock) : job_(job), clock_(clock) {}

  // Returns whether all there was has been read. To be called often: it asks at most every kAskEveryMs, and an answer
  // is seen in a later call.
  bool reached();
  // The same, and that no row is on its way between two operators any more, as far as their counters tell: two answers
  // in a row saw the same.
  bool quiet();

 private:
  static constexpr DurationMillis kAskEveryMs = 10;
  struct Answer {
    std::atomic<bool> pending = false;
    std::atomic<bool> reached = false;
  };
  // What has moved so far: rows and watermarks of all operators.
  std::vector<int64_t> movement() const;

  Job& job_;
  const Clock& clock_;
  EpochMillis asked_at_ = kNoWatermark;
  std::shared_ptr<Answer> answer_ = std::make_shared<Answer>();  // outlives this where an answer is under way
  std::vector<int64_t> moved_;
};

}  // namespace tidemill
