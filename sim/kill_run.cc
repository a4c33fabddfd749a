#include "sim/kill_run.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "base/error.h"
#include "env/simulated/simulated_environment.h"
#include "job/job_execution.h"
#include "operators/make_operator.h"
#include "sim/differences.h"
#include "sim/mutated_operator.h"
#include "sim/mutations.h"

namespace tidemill::sim {
namespace {

constexpr int64_t kKillsMax = 6;
constexpr int64_t kStepsMax = 2'000'000;    // a job that takes longer goes round in circles
constexpr uint64_t kCallsBeforeCut = 150;   // of a file system; an attempt makes about a hundred
constexpr uint64_t kRoomBytesMax = 20'000;  // that a full disk has left; a checkpoint takes some thousands
constexpr std::string_view kDirectory = "checkpoints";
constexpr const char* kDurableCalls[] = {"file.sync", "file.rename", "file.sync_directory"};
constexpr std::string_view kProfileNames[] = {"mixed", "power-cuts", "misdirected", "disk-full"};

// The world of one seed: what survives a kill, and the choices that are made in it.
class KillRun {
 public:
  KillRun(const DrawWorkload& draw, uint64_t seed, const RunOptions& options)
      : options_(options),
        choices_(hash_combine(seed, 2)),
        environment_(seed),
        workload_(draw(choices_)),
        expected_(workload_->expectation()) {
    if (!options.mutation.empty()) environment_.faults().enable(options.mutation, 1.0);
    if (options.profile == FaultProfile::kMisdirected) rows_.allow_taking_back();
  }

  RunResult run() {
    result_.description = workload_->description();
    try {
      const bool some = options_.profile != FaultProfile::kMixed;
      const auto kills = static_cast<int64_t>(some ? 1 + choices_.below(kKillsMax) : choices_.below(kKillsMax + 1));
      bool ended = false;
      while (!ended && result_.refused == 0) ended = attempt(result_.kills < kills);
      if (ended) result_.failure = differences(expected_, rows_, summary_);
    } catch (const std::exception& error) {
      result_.failure = fmt::format("{}", error.what());
    }
    environment_.executor().crash();
    result_.trace = hash_combine(environment_.executor().trace_hash(), environment_.get().random.next());
    result_.steps = environment_.executor().steps();
    return result_;
  }

 private:
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[choices_.below(values.size())];
  }

  JobShape draw_shape() {
    JobShape shape;
    shape.source_parallelism = static_cast<int32_t>(1 + choices_.below(3));
    shape.keyed_parallelism = static_cast<int32_t>(1 + choices_.below(3));
    shape.filter_apart = choices_.below(4) == 0 && !workload_->needs_split_order();
    shape.log.wait_probability = one_of({0.0, 0.0, 0.1});
    shape.log.ignore_preferred = choices_.below(2) == 0;
    return shape;
  }

  JobOptions draw_options() {
    JobOptions options;
    options.checkpoint_directory = kDirectory;
    options.checkpoint_interval_ms = one_of<DurationMillis>({0, 0, 20, 25});
    options.publish_interval_ms = one_of<DurationMillis>({0, 1, 7, 100});
    options.runtime.batch_rows = one_of({1, 7, 64, 1024});
    options.runtime.buffer_timeout_ms = one_of<DurationMillis>({0, 5, 100});
    options.runtime.auto_watermark_interval_ms = one_of<DurationMillis>({0, 0, 200});
    options.runtime.channel_events = one_of({1, 2, 16});
    options.runtime.check_contracts = true;
    options.runtime.small_state_bytes = one_of<uint64_t>({0, 0, kSmallStateBytes});
    options.runtime.pages.move_pages_at_release = choices_.below(4) == 0;
    options.state_memory_bytes = one_of<int64_t>({MemoryBudget::kUnlimited, 1, 8 * int64_t{kPageBytes}});
    options.spill_directory = "spill";
    if (options_.mutation == kDropTimer || options_.mutation == kForgetMarks)
      options.runtime.make_operator = [this](const Vertex& vertex) {
        return make_mutated(make_operator(vertex.spec), options_.mutation);
      };
    return options;
  }

  // Runs an attempt; returns whether the job came to its end.
  bool attempt(bool kill) {
    const JobShape shape = draw_shape();
    const JobOptions options = draw_options();
    draw_faults(kill);
    JobExecution job(workload_->job(shape, rows_), environment_.get(), options);
    try {
      job.start();
      if (job.restored_epoch() > 0) ++result_.restores;
      note_warnings(job);
      steer(job, kill);
    } catch (const TransientError&) {
      ++result_.failures;  // a file call failed; the attempt is over, the next one begins at the last checkpoint
      end_attempt();
      return false;
    } catch (const UserError& error) {
      const bool damaged = std::string_view(error.what()).starts_with("No checkpoint in");
      if (!damaged || options_.profile != FaultProfile::kMisdirected) throw;
      result_.refused = 1;
      return false;
    }
    result_.checkpoints += job.checkpoint_statistics().completed;
    if (job.finished()) {
      summary_ = job.summary();
      return true;
    }
    end_attempt();
    return false;
  }

  // Where nothing can damage a checkpoint, none may be found damaged.
  void note_warnings(const JobExecution& job) {
    result_.passed_over += static_cast<int64_t>(job.warnings().size());
    CHECK_MSG(job.warnings().empty() || options_.profile == FaultProfile::kMisdirected, "{}",
              fmt::join(job.warnings(), "; "));
  }

  // The process dies, and perhaps the power goes.
  void end_attempt() {
    ++result_.kills;
    environment_.executor().crash();
    environment_.files().no_call_fails();
    const bool cut = options_.profile == FaultProfile::kPowerCuts || choices_.below(2) == 0;
    if (!cut) return;
    ++result_.power_cuts;
    if (choices_.below(3) == 0)
      environment_.files().power_cut();
    else
      environment_.files().power_cut(choices_);
  }

  void draw_faults(bool enable) {
    switch (options_.profile) {
      case FaultProfile::kMixed:
        draw_failing_calls(enable);
        return;
      case FaultProfile::kPowerCuts:
        draw_cut(enable);
        return;
      case FaultProfile::kMisdirected:
        for (const std::string fault : {"file.misdirect_offset", "file.misdirect_file"}) {
          environment_.faults().disable(fault);
          if (enable) environment_.faults().enable(fault, one_of({0.0, 0.003, 0.02}));
        }
        return;
      case FaultProfile::kDiskFull:
        draw_quota(enable);
        return;
    }
  }

  // The power goes at a random call, after which none succeeds, or at one of those that make things durable.
  void draw_cut(bool enable) {
    for (const std::string call : kDurableCalls) environment_.faults().disable(call);
    cut_at_.clear();
    if (!enable) return;
    if (choices_.below(3) == 0) {
      environment_.files().fail_call(1 + static_cast<int64_t>(choices_.below(kCallsBeforeCut)), true);
    } else if (choices_.below(4) != 0) {
      cut_at_ = kDurableCalls[choices_.below(std::size(kDurableCalls))];
      environment_.faults().enable(cut_at_, 0.2, 1);
    }
  }
  bool power_is_gone() { return !cut_at_.empty() && environment_.faults().struck(cut_at_) > 0; }

  void draw_failing_calls(bool enable) {
    SimulatedFaults& faults = environment_.faults();
    for (const std::string fault :
         {"file.open", "file.read", "file.append", "file.sync", "file.close", "file.list", "file.rename", "file.remove",
          "file.sync_directory", "scratch.open", "scratch.write", "scratch.read", "scratch.flip"}) {
      faults.disable(fault);
      if (enable && choices_.below(12) == 0) faults.enable(fault, 0.05);
    }
    if (enable && choices_.below(4) == 0)
      environment_.files().fail_call(1 + static_cast<int64_t>(choices_.below(kCallsBeforeCut)), choices_.below(2) == 0);
  }

  // A disk that was full for the last attempt may be so for the next one.
  void draw_quota(bool enable) {
    const bool still_full = full_ && choices_.below(2) == 0;
    full_ = enable && (still_full || choices_.below(4) != 0);
    if (!full_) return environment_.files().set_quota(std::nullopt);
    if (still_full) return;
    const auto room = static_cast<int64_t>(choices_.below(kRoomBytesMax));
    environment_.files().set_quota(environment_.files().bytes_used() + room);
  }

  // Asks for checkpoints at random steps, and stops at a random one if the attempt is to be killed.
  void steer(JobExecution& job, bool kill) {
    const SimulatedExecutor& executor = environment_.executor();
    const int64_t begin = executor.steps();
    const uint64_t life = one_of<uint64_t>({50, 150, 400});  // steps; a whole job takes some hundreds
    const uint64_t pause = one_of<uint64_t>({5, 20, 100});   // between checkpoints
    const int64_t kill_at = kill ? begin + 1 + static_cast<int64_t>(choices_.below(life)) : INT64_MAX;
    while (!job.finished() && executor.steps() < kill_at && !power_is_gone()) {
      const int64_t pause_at = std::min(kill_at, executor.steps() + 1 + static_cast<int64_t>(choices_.below(pause)));
      job.run([&] { return executor.steps() >= pause_at || power_is_gone(); });
      CHECK_MSG(executor.steps() - begin < kStepsMax, "the job does not come to its end");
      if (full_ && choices_.below(8) == 0) {
        full_ = false;
        environment_.files().set_quota(std::nullopt);
      }
      if (!job.finished() && executor.steps() < kill_at)
        job.trigger({choices_.below(3) == 0 ? BarrierKind::kSavepoint : BarrierKind::kCheckpoint});
    }
  }

  const RunOptions options_;
  SeededRandom choices_;
  SimulatedEnvironment environment_;
  const std::unique_ptr<Workload> workload_;
  const Expectation expected_;
  CommittedRows rows_;
  JobSummary summary_;
  bool full_ = false;   // the disk
  std::string cut_at_;  // the call that fails as the power goes; empty: none
  RunResult result_;
};

}  // namespace

std::string_view profile_name(FaultProfile profile) { return kProfileNames[static_cast<size_t>(profile)]; }

std::optional<FaultProfile> profile_of(std::string_view name) {
  for (size_t i = 0; i < std::size(kProfileNames); ++i)
    if (name == kProfileNames[i]) return static_cast<FaultProfile>(i);
  return std::nullopt;
}

RunResult run_with_kills(const DrawWorkload& draw, uint64_t seed, const RunOptions& options) {
  return KillRun(draw, seed, options).run();
}

}  // namespace tidemill::sim
