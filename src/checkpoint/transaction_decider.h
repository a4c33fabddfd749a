// checkpoint/transaction_decider.h - epochs that a transaction outside decides. Rule: the manifest is durable before
// the transaction is committed, under a name that is no checkpoint's; it gets that name when the transaction has been.
//
//   chk-<epoch>/_prepared   the manifest of an epoch whose transaction may have been committed, or not
//   chk-<epoch>/_metadata   it has been
//
// After a crash the transaction's own record tells (EpochTransaction::recover), and the name is given then.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "checkpoint/checkpoint_directory.h"
#include "connectors/spi/epoch_transaction.h"

namespace tidemill {

class TransactionDecider final : public Decider {
 public:
  // What sources have read by an epoch, for the transaction.
  using Progress = std::function<std::vector<GroupProgress>(const Manifest&)>;
  // `directory` and `faults` are borrowed.
  TransactionDecider(CheckpointDirectory& directory, std::shared_ptr<EpochTransaction> transaction, Progress progress,
                     Faults& faults)
      : directory_(directory), transaction_(std::move(transaction)), progress_(std::move(progress)), faults_(faults) {}

  void decide(const Manifest& manifest) override;
  void abandon(int64_t epoch) override { directory_.abandon(epoch); }
  void finished(int64_t epoch) override { directory_.finished(epoch); }
  void hold(int64_t epoch) override { directory_.hold(epoch); }
  void release(int64_t epoch) override { directory_.release(epoch); }
  std::optional<Manifest> last_decided() override { return directory_.last_decided(); }
  bool needs_every_epoch() const override { return true; }

 private:
  CheckpointDirectory& directory_;
  const std::shared_ptr<EpochTransaction> transaction_;
  const Progress progress_;
  Faults& faults_;
};

// Before a job starts: takes over the transaction, which manifests call `name`, from earlier attempts, makes the epoch
// that it committed last a checkpoint of the directory, and returns that epoch (nullopt: it has committed none that
// counts). Throws UserError where an epoch waits for the decision of another transaction.
std::optional<int64_t> settle_decisions(CheckpointDirectory& directory, const std::string& name,
                                        EpochTransaction& transaction);
// The same for a job without a transaction.
void refuse_open_decisions(CheckpointDirectory& directory);

// Throws UserError where the job would go on from another epoch than the transaction `name` committed last: it would
// write rows twice, or lose some. `manifest` is of the directory's newest good checkpoint, null: there is none.
void require_decided(const CheckpointDirectory& directory, const std::string& name, const Manifest* manifest,
                     std::optional<int64_t> committed);

}  // namespace tidemill
