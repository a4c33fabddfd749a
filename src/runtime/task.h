// runtime/task.h - one chain on one subtask, as a tasklet. Rule: a step does mail, due timers, one event, flush; while
// an output is full it takes no new event.
#pragma once
#include <cstdint>
#include <exception>
#include <memory>
#include <string>

#include "env/environment.h"
#include "runtime/blocking_calls.h"
#include "runtime/chain.h"
#include "runtime/input_gate.h"
#include "runtime/mailbox.h"
#include "runtime/participant.h"
#include "runtime/task_inspection.h"
#include "runtime/task_snapshot.h"

namespace tidemill {

// Told what happens in tasks; by number, as the ExecutionGraph has them. Any thread.
class TaskReports {
 public:
  virtual ~TaskReports() = default;
  // Everything of the epoch in this task is durable and redoable.
  virtual void acknowledged(int32_t task, int64_t epoch, TaskSnapshot snapshot) = 0;
  // The epoch has passed the task, but its state could not be saved: the epoch must be given up. `snapshot` holds what
  // sinks have prepared, which belongs to a later epoch now.
  virtual void declined(int32_t task, int64_t epoch, TaskSnapshot snapshot, std::exception_ptr error) = 0;
  // A source task has read all there is and told so downstream; it waits for the final barrier.
  virtual void drained(int32_t task) = 0;
  // A split of the source has been read to its end.
  virtual void split_ended(const std::string& source, std::string split) = 0;
  // The task's last act: nothing of it runs any more, no I/O either.
  virtual void finished(int32_t task) = 0;
  // The attempt is over.
  virtual void failed(int32_t task, std::exception_ptr error) = 0;
};

struct TaskOptions {
  int32_t number = 0;
  std::string name;                    // "<operator id>-<subtask>": names its file in a checkpoint
  SnapshotStorage* storage = nullptr;  // null: state is not kept
};

class Task {
 public:
  // Everything is borrowed and outlives the task.
  Task(TaskOptions options, Environment& environment, TaskReports& reports);
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;

  const TaskOptions& options() const { return options_; }
  Chain& chain() { return chain_; }
  const Chain& chain() const { return chain_; }
  Mailbox& mailbox() { return mailbox_; }
  BlockingCalls& blocking_calls() { return blocking_calls_; }

  // Returns how the task stands. Task thread, between events: in mail.
  TaskInspection inspect();

  // Called by the tasklet that stands for this task, on its thread.
  Tasklet::Progress step();
  // Says which tasklet that is. Before start().
  void connect(TaskletId id);

  // Mail. Any thread.
  void post_start();
  // Ends the task without a result, once its I/O is done.
  void post_cancel();

 protected:
  // The tasklet is known: whoever wakes it may be told. Before start().
  virtual void connected() {}

  enum class Taken : uint8_t {
    kEvent,    // something was done
    kNothing,  // no input for now
    kEnded,    // the input has ended, and the chain was told
  };
  // Takes one event from the input and hands it to the chain. Task thread.
  virtual Taken take_event() = 0;
  // Adds to the snapshot what the input itself keeps (split positions). Task thread, at a barrier that saves state.
  virtual void seal_input(TaskSnapshot& snapshot) { (void)snapshot; }
  // Adds how the input itself stands. Task thread, between events.
  virtual void inspect_input(TaskInspection& inspection) const { (void)inspection; }
  // Called when a barrier was given to the chain: once it has passed, seals everything, and prepares it on the I/O
  // pool.
  void complete_barrier(const Barrier& barrier);

  // The tasklet that stands for this task.
  TaskletId id() const { return id_; }
  // Wakes the task at `time` (wall ms) at the latest.
  void wake_at(EpochMillis time);
  Environment& environment() { return environment_; }
  TaskReports& reports() { return reports_; }
  EpochMillis now() const { return chain_.now(); }
  // The task has failed or was cancelled: nothing may enter its chain any more.
  bool cancelled() const { return cancelled_; }

 private:
  Tasklet::Progress do_step();
  Tasklet::Progress work();
  // Wakes the task when the time comes that an operator waits for, and lets it go on.
  Tasklet::Progress wait_for_calls();
  void give_up();
  void seal(const Barrier& barrier);
  void submit_prepare(int64_t epoch, TaskSnapshot snapshot);
  // Writes the state of all participants. I/O pool. Returns what went wrong, nullptr: nothing; the snapshot then names
  // no state.
  std::exception_ptr save(int64_t epoch, TaskSnapshot& snapshot);
  // Ends the task when no I/O is under way.
  Tasklet::Progress try_finish();

  const TaskOptions options_;
  Environment& environment_;
  TaskReports& reports_;
  Mailbox mailbox_;
  BlockingCalls blocking_calls_;
  Chain chain_;
  TaskletId id_ = -1;
  bool started_ = false;
  bool cancelled_ = false;
  bool ended_ = false;
  int32_t preparing_ = 0;                  // epochs whose I/O is under way
  EpochMillis next_wake_ = kMaxWatermark;  // of the timer that is set
};

// Returns whether a barrier of this kind makes state durable.
inline bool saves_state(BarrierKind kind) { return kind != BarrierKind::kPublish; }

// A task behind an input gate.
class ProcessingTask final : public Task {
 public:
  ProcessingTask(TaskOptions options, Environment& environment, TaskReports& reports,
                 std::vector<InputGate::Input> inputs);
  // `head` is the operator that takes the events; it belongs to the chain.
  void set_head(OperatorNode& head) { head_ = &head; }
  const InputGate& gate() const { return gate_; }

 private:
  Taken take_event() override;
  void inspect_input(TaskInspection& inspection) const override { inspection.inputs_blocked = gate_.blocked(); }

  InputGate gate_;
  OperatorNode* head_ = nullptr;
};

}  // namespace tidemill
