// job/job_state.h - the life of a job. Rule: it moves only where may_follow() says; an end is never left.
//
//   CREATED ▸ RUNNING | RESTARTING
//   RUNNING ▸ FINISHED
//           ▸ STOPPING ▸ STOPPED
//           ▸ CANCELLING ▸ CANCELED      (from STOPPING, too)
//           ▸ RESTARTING ▸ RUNNING | STOPPED | CANCELED
//   FAILED follows each of CREATED, RUNNING, RESTARTING and STOPPING; CANCELED also CREATED.
#pragma once
#include <atomic>
#include <cstdint>
#include <string_view>

namespace tidemill {

// Named as Flink names them, where it has one.
enum class JobState : uint8_t {
  kCreated,
  kRunning,
  kStopping,  // the last epoch is on its way
  kCancelling,
  kRestarting,  // an attempt has failed, if only to begin; the next one begins after a pause
  kFinished,    // its input has ended
  kStopped,     // asked to; a restart goes on from its last epoch
  kCanceled,
  kFailed,
};

// Returns "RUNNING" and the like.
std::string_view job_state_text(JobState state);
// True where nothing follows.
bool is_end(JobState state);
bool may_follow(JobState from, JobState to);

// Any thread.
class JobStateMachine {
 public:
  JobState get() const { return state_.load(); }
  // Moves on where that is legal from the state the job is in; returns whether it did.
  bool move(JobState to);

 private:
  std::atomic<JobState> state_ = JobState::kCreated;
};

}  // namespace tidemill
