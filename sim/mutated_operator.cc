#include "sim/mutated_operator.h"

#include "base/check.h"
#include "sim/mutations.h"

namespace tidemill::sim {
namespace {

class MutatedOperator : public Operator {
 public:
  explicit MutatedOperator(std::unique_ptr<Operator> inner) : inner_(std::move(inner)) {}
  void open(OperatorContext& context) override {
    context_ = &context;
    inner_->open(context);
  }
  void restored() override { inner_->restored(); }
  void process(Batch input, int32_t port, Output& output) override { inner_->process(std::move(input), port, output); }
  int32_t rows_before_firing(const Batch& input, int32_t first, int32_t port) override {
    return inner_->rows_before_firing(input, first, port);
  }
  void on_watermark(EpochMillis watermark, Output& output) override { inner_->on_watermark(watermark, output); }
  EpochMillis output_watermark(EpochMillis watermark) const override { return inner_->output_watermark(watermark); }
  void before_barrier(const Barrier& barrier, Output& output) override { inner_->before_barrier(barrier, output); }
  void finish(Output& output) override { inner_->finish(output); }

 protected:
  StateStore& state() { return context_->state(); }

 private:
  std::unique_ptr<Operator> inner_;
  OperatorContext* context_ = nullptr;
};

class TimerDropper final : public MutatedOperator {
 public:
  using MutatedOperator::MutatedOperator;
  void restored() override {
    MutatedOperator::restored();
    for (TimerQueue* timers : state().timer_queues()) {
      const std::optional<EpochMillis> time = timers->next_time();
      DueTimers due(timers->key_layout());
      if (time) timers->pop_due(*time, 1, due);
    }
    state().release();
  }
};

class MarkForgetter final : public MutatedOperator {
 public:
  using MutatedOperator::MutatedOperator;
  void before_barrier(const Barrier& barrier, Output& output) override {
    MutatedOperator::before_barrier(barrier, output);
    state().release();
    std::vector<ChangedBlocks> changes = state().pages().take_changes();
    for (ChangedBlocks& page : changes) {
      if (!page.any()) continue;
      page.clear();
      break;
    }
    state().pages().add_changes(changes);
  }
};

}  // namespace

std::unique_ptr<Operator> make_mutated(std::unique_ptr<Operator> inner, std::string_view mutation) {
  if (mutation == kDropTimer) return std::make_unique<TimerDropper>(std::move(inner));
  CHECK(mutation == kForgetMarks);
  return std::make_unique<MarkForgetter>(std::move(inner));
}

}  // namespace tidemill::sim
