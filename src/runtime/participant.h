// runtime/participant.h - a part of a task that takes part in every epoch: the state of an operator, the writer of a
// sink. Rule: seal() is cheap and on the task; prepare() and save() may block, off the task; the acknowledgement waits
// for both.
//
// The two differ in what an error means. Output that could not be prepared is gone from memory: only a restart brings
// it back, and the attempt ends. State is still there: without its copy the epoch is given up, and the next one saves
// it anew, into other files.
//
// The other half of the protocol, finish(epoch) and recover(decided), is per job: SinkCommitter
// (connectors/spi/sink.h), called by the coordinator once the Decider (checkpoint/decider.h) has decided.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/operator_node.h"
#include "runtime/snapshot_storage.h"

namespace tidemill {

class Participant {
 public:
  virtual ~Participant() = default;
  // Ends the epoch's rows. Task thread, at the aligned barrier.
  virtual void seal(const Barrier& barrier) = 0;
  // Makes the output that was sealed redoable and adds it to `snapshot`. I/O pool; one epoch at a time.
  virtual void prepare(int64_t epoch, TaskSnapshot& snapshot) { (void)epoch, (void)snapshot; }
  // Writes the state that was sealed and adds it to `snapshot`; forgets it in any case. `file` is null where state is
  // not kept. I/O pool, after prepare().
  virtual void save(int64_t epoch, SnapshotFile* file, TaskSnapshot& snapshot) {
    (void)epoch, (void)file, (void)snapshot;
  }
};

// The state of an operator: frozen at the barrier, written afterwards. A checkpoint is what changed, behind the
// sections of the one before, as long as those are not more to read than twice the state.
class StateParticipant final : public Participant {
 public:
  // `node` and `storage` are borrowed. Up to `small_state_bytes` all is written each time.
  StateParticipant(OperatorNode& node, const SnapshotStorage& storage, uint64_t small_state_bytes)
      : node_(node), storage_(storage), small_state_bytes_(small_state_bytes) {}
  void seal(const Barrier& barrier) override;
  void save(int64_t epoch, SnapshotFile* file, TaskSnapshot& snapshot) override;

 private:
  // What a checkpoint wrote.
  struct Written {
    int64_t epoch = 0;
    std::vector<StateSection> sections;
  };

  bool worth_changes(const PendingSnapshot& frozen) const;

  OperatorNode& node_;
  const SnapshotStorage& storage_;
  const uint64_t small_state_bytes_;
  std::unique_ptr<PendingSnapshot> frozen_;
  Written decided_;  // the newest that a restart would go on from
  Written written_;  // the newest
};

// The writer of a sink.
class SinkParticipant final : public Participant {
 public:
  // `writer` is borrowed.
  SinkParticipant(SinkWriter& writer, std::string operator_id, int32_t subtask)
      : writer_(writer), operator_id_(std::move(operator_id)), subtask_(subtask) {}
  void seal(const Barrier& barrier) override { writer_.seal(barrier.id); }
  void prepare(int64_t epoch, TaskSnapshot& snapshot) override;

 private:
  SinkWriter& writer_;
  const std::string operator_id_;
  const int32_t subtask_;
};

}  // namespace tidemill
