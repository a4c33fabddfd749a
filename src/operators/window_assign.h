// operators/window_assign.h - a TUMBLE, HOP or CUMULATE table function by itself: each row with each of its windows.
// Rule: nothing is kept, no row is late; rows keep their kinds, progress and origin.
#pragma once
#include <optional>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"
#include "operators/window_rows.h"
#include "operators/window_slices.h"

namespace tidemill {

// Windows of a row come in Flink's order: those of HOP the latest first, those of CUMULATE the shortest first.
class WindowAssign final : public Operator {
 public:
  explicit WindowAssign(const WindowAssignSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;

 private:
  void emit(const Batch& input, Output& output);

  WindowAssignSpec spec_;
  OperatorContext* context_ = nullptr;
  std::optional<WindowSlices> windows_;
  std::optional<WindowRows> rows_;

  // Output rows gathered so far: input row, and the end of its window.
  std::vector<int32_t> input_rows_;
  std::vector<EpochMillis> ends_;
};

}  // namespace tidemill
