#include "operators/frame_extreme.h"

#include "data/dispatch.h"
#include "operators/extreme_queue.h"
#include "operators/row_evaluation.h"

namespace tidemill {

bool FrameExtreme::suits(const AggregateSpec& spec) {
  const RetractionRule rule = spec.function->retraction_rule();
  return rule.store == RetractionStore::kOrderedValues &&
         (rule.replay == RetractionReplay::kFirst || rule.replay == RetractionReplay::kLast);
}

FrameExtreme::FrameExtreme(const AggregateSpec& spec)
    : spec_(spec), least_(spec.function->retraction_rule().replay == RetractionReplay::kFirst) {
  CHECK(suits(spec) && spec.argument != nullptr);
}

void FrameExtreme::declare(TableDescriptor& descriptor) {
  companion_ = static_cast<int32_t>(descriptor.companions.size());
  descriptor.companions.push_back({spec_.text, CompanionKind::kOrderedSequence, {spec_.function->argument_type()}});
}

void FrameExtreme::open(RecordTable& table, OperatorContext& context) {
  stored_ = &table.ordered_sequence(companion_);
  context_ = &context;
}

void FrameExtreme::find_counting(const Batch& rows, const Column& argument) {
  counts_.assign(static_cast<size_t>(rows.num_rows()), 1);
  if (argument.may_have_nulls())
    for (int32_t row = 0; row < rows.num_rows(); ++row)
      counts_[static_cast<size_t>(row)] = argument.is_null(row) ? 0 : 1;
  if (!spec_.filter) return;
  const Decoded<uint8_t> passes = rows.column(*spec_.filter)->decode<uint8_t>();
  for (int32_t row = 0; row < rows.num_rows(); ++row)
    if (passes.is_null(row) || passes[row] == 0) counts_[static_cast<size_t>(row)] = 0;
}

ColumnPtr FrameExtreme::take(const Batch& rows, std::span<const FrameStep> steps, const RowRounds& by_partition) {
  const ColumnPtr argument = evaluate_rows(*spec_.argument, rows, Selection::all(rows.num_rows()),
                                           context_->evaluation(), context_->metrics());
  find_counting(rows, *argument);
  first_.clear();
  next_.assign(steps.size(), -1);
  for (size_t step = 0; step < steps.size(); ++step) {
    const int32_t previous = by_partition.previous(static_cast<int32_t>(step));
    (previous < 0 ? first_.emplace_back() : next_[static_cast<size_t>(previous)]) = static_cast<int32_t>(step);
  }
  return dispatch_physical(argument->type().physical(), [&]<class T>() { return take_values<T>(argument, steps); });
}

template <class T>
ColumnPtr FrameExtreme::take_values(const ColumnPtr& argument, std::span<const FrameStep> steps) {
  const Decoded<T> values = argument->decode<T>();
  ColumnBuilder results(spec_.function->result_type());
  std::vector<int32_t> result_of(steps.size());
  for (const int32_t first : first_) {
    ExtremeQueue<T> queue(*stored_, steps[static_cast<size_t>(first)].key, least_);
    for (int32_t index = first; index >= 0; index = next_[static_cast<size_t>(index)]) {
      const FrameStep& step = steps[static_cast<size_t>(index)];
      queue.expire(step.start);
      for (int32_t row = step.first_row; row < step.end_row; ++row)
        if (counts_[static_cast<size_t>(row)] != 0) queue.push(step.position, values[row], row);
      result_of[static_cast<size_t>(index)] = results.num_rows();
      const T* const extreme = queue.extreme();
      if (extreme == nullptr) {
        results.append_null();
      } else if constexpr (std::is_same_v<T, Text>) {
        results.append_text(extreme->view());
      } else {
        results.append(*extreme);
      }
    }
    queue.save(argument);
  }
  const ColumnPtr column = results.finish();
  return first_.size() <= 1 ? column : column->take(result_of);
}

}  // namespace tidemill
