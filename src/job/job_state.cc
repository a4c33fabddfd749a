#include "job/job_state.h"

#include "base/check.h"

namespace tidemill {

std::string_view job_state_text(JobState state) {
  switch (state) {
    case JobState::kCreated:
      return "CREATED";
    case JobState::kRunning:
      return "RUNNING";
    case JobState::kStopping:
      return "STOPPING";
    case JobState::kCancelling:
      return "CANCELLING";
    case JobState::kRestarting:
      return "RESTARTING";
    case JobState::kFinished:
      return "FINISHED";
    case JobState::kStopped:
      return "STOPPED";
    case JobState::kCanceled:
      return "CANCELED";
    case JobState::kFailed:
      return "FAILED";
  }
  CHECK(false);
}

bool is_end(JobState state) { return state >= JobState::kFinished; }

bool may_follow(JobState from, JobState to) {
  switch (to) {
    case JobState::kCreated:
      return false;
    case JobState::kRunning:
      return from == JobState::kCreated || from == JobState::kRestarting;
    case JobState::kRestarting:
      return from == JobState::kCreated || from == JobState::kRunning;
    case JobState::kStopping:
    case JobState::kFinished:
      return from == JobState::kRunning;
    case JobState::kCancelling:
      return from == JobState::kRunning || from == JobState::kStopping;
    case JobState::kStopped:
      return from == JobState::kStopping || from == JobState::kRestarting;
    case JobState::kCanceled:
      return from == JobState::kCancelling || from == JobState::kCreated || from == JobState::kRestarting;
    case JobState::kFailed:
      return from == JobState::kCreated || from == JobState::kRunning || from == JobState::kRestarting ||
             from == JobState::kStopping;
  }
  CHECK(false);
}

bool JobStateMachine::move(JobState to) {
  JobState from = state_.load();
  while (may_follow(from, to))
    if (state_.compare_exchange_weak(from, to)) return true;
  return false;
}

}  // namespace tidemill
