#include "checkpoint/epoch_decision.h"

#include "base/error.h"
#include "base/error_text.h"

namespace tidemill {
namespace {

// A job's last checkpoint has none after it that could remove what one failing call left.
constexpr int kRemovalAttempts = 2;

}  // namespace

std::exception_ptr EpochDecision::decide(const Manifest& manifest) {
  const bool finish_first = faults_.maybe("mutation.finish_before_decision");
  if (finish_first) finish_outputs(manifest);
  try {
    fail_point(faults_, "epoch.deciding");
    decider_.decide(manifest);
  } catch (const DecisionUnknown&) {
    throw;
  } catch (const EngineError&) {
    throw;
  } catch (...) {
    decider_.abandon(manifest.epoch);
    return std::current_exception();
  }
  fail_point(faults_, "epoch.decided");
  if (!finish_first) finish_outputs(manifest);
  fail_point(faults_, "epoch.sinks_finished");
  remove_old(manifest.epoch);
  if (publish_) publish(manifest);
  fail_point(faults_, "epoch.finished");
  return nullptr;
}

void EpochDecision::finish_outputs(const Manifest& manifest) {
  for (const auto& [id, committer] : committers_) {
    committer->finish(manifest.epoch, manifest.prepared_by(id));
    fail_point(faults_, "epoch.sink_finished");
  }
}

void EpochDecision::remove_old(int64_t epoch) {
  std::string problem;
  for (int attempt = 0; attempt < kRemovalAttempts; ++attempt) {
    try {
      return decider_.finished(epoch);
    } catch (const EngineError&) {
      throw;
    } catch (const std::exception& error) {
      problem = error.what();
    }
  }
  if (tell_)
    tell_(fmt::format(
        "Old checkpoints could not be removed, which is tried again at the next one and at the next start: {}",
        problem));
}

void EpochDecision::publish(const Manifest& manifest) {
  try {
    publish_(manifest);
    publish_problem_.clear();
  } catch (const EngineError&) {
    throw;
  } catch (const std::exception& error) {
    if (std::exchange(publish_problem_, error.what()) == error.what() || !tell_) return;
    tell_(
        fmt::format("How far the job has read could not be told, which each checkpoint tries again: {}", error.what()));
  }
}

std::exception_ptr too_many_failures(const std::exception_ptr& last, int64_t epoch, int64_t in_a_row) {
  std::string before;
  if (in_a_row == 2) before = ", as did the one before it";
  if (in_a_row > 2) before = fmt::format(", as did the {} before it", in_a_row - 1);
  const std::string text = fmt::format("Checkpoint {} failed{}: {}", epoch, before, error_text(last));
  try {
    std::rethrow_exception(last);
  } catch (const UserError& error) {
    return std::make_exception_ptr(UserError(text, error.hint()));
  } catch (...) {
    return std::make_exception_ptr(TransientError(text));
  }
}

}  // namespace tidemill
