#include "sim/kill_run.h"

#include <memory>

#include "base/error.h"
#include "env/simulated/simulated_environment.h"
#include "job/job_execution.h"
#include "operators/make_operator.h"

namespace tidemill::sim {
namespace {

constexpr int64_t kKillsMax = 6;
constexpr int64_t kStepsMax = 2'000'000;  // a job that takes longer goes round in circles
constexpr std::string_view kDirectory = "checkpoints";

// Passes everything on, and takes one timer out of the state that was just restored.
class TimerDropper final : public Operator {
 public:
  explicit TimerDropper(std::unique_ptr<Operator> inner) : inner_(std::move(inner)) {}
  void open(OperatorContext& context) override {
    context_ = &context;
    inner_->open(context);
  }
  void restored() override {
    inner_->restored();
    for (TimerQueue* timers : context_->state().timer_queues()) {
      const std::optional<EpochMillis> time = timers->next_time();
      DueTimers due(timers->key_layout());
      if (time) timers->pop_due(*time, 1, due);
    }
    context_->state().release();
  }
  void process(Batch input, int32_t port, Output& output) override { inner_->process(std::move(input), port, output); }
  int32_t rows_before_firing(const Batch& input, int32_t first, int32_t port) override {
    return inner_->rows_before_firing(input, first, port);
  }
  void on_watermark(EpochMillis watermark, Output& output) override { inner_->on_watermark(watermark, output); }
  EpochMillis output_watermark(EpochMillis watermark) const override { return inner_->output_watermark(watermark); }
  void before_barrier(const Barrier& barrier, Output& output) override { inner_->before_barrier(barrier, output); }
  void finish(Output& output) override { inner_->finish(output); }

 private:
  std::unique_ptr<Operator> inner_;
  OperatorContext* context_ = nullptr;
};

// The world of one seed: what survives a kill, and the choices that are made in it.
class KillRun {
 public:
  KillRun(const DrawWorkload& draw, uint64_t seed, Defect defect)
      : defect_(defect),
        choices_(hash_combine(seed, 2)),
        environment_(seed),
        workload_(draw(choices_)),
        expected_(workload_->expectation()) {
    if (defect == Defect::kSkipAlignment) environment_.faults().enable("gate.skip_alignment", 1.0);
  }

  RunResult run() {
    result_.description = workload_->description();
    try {
      const auto kills = static_cast<int64_t>(choices_.below(kKillsMax + 1));
      bool ended = false;
      while (!ended) ended = attempt(result_.kills < kills);
      check();
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
    if (defect_ == Defect::kDropTimer)
      options.runtime.make_operator = [](const Vertex& vertex) {
        return std::make_unique<TimerDropper>(make_operator(vertex.spec));
      };
    return options;
  }

  // Runs an attempt; returns whether the job came to its end.
  bool attempt(bool kill) {
    const JobShape shape = draw_shape();
    const JobOptions options = draw_options();
    enable_file_faults(kill);
    JobExecution job(workload_->job(shape, rows_), environment_.get(), options);
    try {
      job.start();
      if (job.restored_epoch() > 0) ++result_.restores;
      steer(job, kill);
    } catch (const TransientError&) {
      ++result_.failures;  // a file call failed; the attempt is over, the next one begins at the last checkpoint
      ++result_.kills;
      environment_.executor().crash();
      return false;
    }
    result_.checkpoints += job.checkpoint_statistics().completed;
    if (job.finished()) {
      late_ = job.summary().rows_late;
      rows_in_ = job.summary().rows_in;
      return true;
    }
    ++result_.kills;
    environment_.executor().crash();
    if (choices_.below(2) == 0) environment_.files().power_cut();
    return false;
  }

  void enable_file_faults(bool enable) {
    SimulatedFaults& faults = environment_.faults();
    for (const std::string fault : {"file.open", "file.append", "file.sync", "file.rename", "file.sync_directory",
                                    "scratch.open", "scratch.write", "scratch.read", "scratch.flip"}) {
      faults.disable(fault);
      if (enable && choices_.below(8) == 0) faults.enable(fault, 0.05);
    }
  }

  // Asks for checkpoints at random steps, and stops at a random one if the attempt is to be killed.
  void steer(JobExecution& job, bool kill) {
    const SimulatedExecutor& executor = environment_.executor();
    const int64_t begin = executor.steps();
    const uint64_t life = one_of<uint64_t>({50, 150, 400});  // steps; a whole job takes some hundreds
    const uint64_t pause = one_of<uint64_t>({5, 20, 100});   // between checkpoints
    const int64_t kill_at = kill ? begin + 1 + static_cast<int64_t>(choices_.below(life)) : INT64_MAX;
    while (!job.finished() && executor.steps() < kill_at) {
      const int64_t pause_at = std::min(kill_at, executor.steps() + 1 + static_cast<int64_t>(choices_.below(pause)));
      job.run([&] { return executor.steps() >= pause_at; });
      CHECK_MSG(executor.steps() - begin < kStepsMax, "the job does not come to its end");
      if (!job.finished() && executor.steps() < kill_at)
        job.trigger({choices_.below(3) == 0 ? BarrierKind::kSavepoint : BarrierKind::kCheckpoint});
    }
  }

  void check() {
    const std::vector<std::string> shown = rows_.folded();
    if (shown != expected_.rows) {
      result_.failure = "rows differ";
      std::vector<std::string> missing, surplus;
      std::set_difference(expected_.rows.begin(), expected_.rows.end(), shown.begin(), shown.end(),
                          std::back_inserter(missing));
      std::set_difference(shown.begin(), shown.end(), expected_.rows.begin(), expected_.rows.end(),
                          std::back_inserter(surplus));
      for (size_t i = 0; i < missing.size() && i < 5; ++i) result_.failure += "\n    missing: " + missing[i];
      for (size_t i = 0; i < surplus.size() && i < 5; ++i) result_.failure += "\n    surplus: " + surplus[i];
    } else if (late_ != expected_.rows_late) {
      result_.failure = fmt::format("{} rows counted as late, expected {}", late_, expected_.rows_late);
    } else if (rows_in_ != expected_.rows_in) {
      result_.failure = fmt::format("{} rows counted as read, expected {}", rows_in_, expected_.rows_in);
    }
  }

  const Defect defect_;
  SeededRandom choices_;
  SimulatedEnvironment environment_;
  const std::unique_ptr<Workload> workload_;
  const Expectation expected_;
  CommittedRows rows_;
  int64_t late_ = 0;
  int64_t rows_in_ = 0;
  RunResult result_;
};

}  // namespace

RunResult run_with_kills(const DrawWorkload& draw, uint64_t seed, Defect defect) {
  return KillRun(draw, seed, defect).run();
}

}  // namespace tidemill::sim
