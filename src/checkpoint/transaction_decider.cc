#include "checkpoint/transaction_decider.h"

#include "base/error.h"

namespace tidemill {
namespace {

constexpr std::string_view kWayOut =
    "Restore the directory or the topic from a copy, or begin anew with --fresh: what was read since is written again.";

void refuse_others(CheckpointDirectory& directory, const std::string& name) {
  for (const int64_t epoch : directory.prepared_epochs()) {
    const std::optional<Manifest> prepared = directory.prepared(epoch);
    if (!prepared || prepared->transaction == name) continue;
    throw UserError(fmt::format("Epoch {} in '{}' waits for its decision by {}, which this job does not write to",
                                epoch, directory.directory(), prepared->transaction),
                    "Run the job as it was once more, or begin anew with --fresh.");
  }
}

}  // namespace

void TransactionDecider::decide(const Manifest& manifest) {
  directory_.prepare_decision(manifest);
  fail_point(faults_, "transaction.prepared");
  try {
    transaction_->commit(manifest.epoch, progress_(manifest));
  } catch (const KafkaOutcomeUnknown& error) {
    throw DecisionUnknown(error.what());
  }
  try {
    fail_point(faults_, "transaction.committed");
    directory_.finish_decision(manifest);
  } catch (const std::exception& error) {
    // It is decided; the next attempt gives it its name.
    throw DecisionUnknown(error.what());
  }
}

std::optional<int64_t> settle_decisions(CheckpointDirectory& directory, const std::string& name,
                                        EpochTransaction& transaction) {
  refuse_others(directory, name);
  const std::optional<int64_t> committed = transaction.recover();
  if (!committed || *committed < directory.fresh()) return std::nullopt;
  if (const std::optional<Manifest> prepared = directory.prepared(*committed)) directory.finish_decision(*prepared);
  return committed;
}

void refuse_open_decisions(CheckpointDirectory& directory) { refuse_others(directory, ""); }

void require_decided(const CheckpointDirectory& directory, const std::string& name, const Manifest* manifest,
                     std::optional<int64_t> committed) {
  const int64_t newest = manifest == nullptr ? 0 : manifest->epoch;
  if (committed && *committed > newest)
    throw UserError(fmt::format("{} holds the output of epoch {}, and the newest good checkpoint in '{}' is {}: going "
                                "on from there would write rows twice",
                                name, *committed, directory.directory(), newest),
                    std::string(kWayOut));
  const bool by_it = manifest != nullptr && manifest->transaction == name;
  if (!by_it || (committed && *committed == newest)) return;
  throw UserError(
      fmt::format("Checkpoint {} in '{}' was decided by {}, which has no record of it{}", newest, directory.directory(),
                  name, committed ? fmt::format(": its newest is of epoch {}", *committed) : ""),
      std::string(kWayOut));
}

}  // namespace tidemill
