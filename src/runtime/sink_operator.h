// runtime/sink_operator.h - the last operator of a chain: hands rows to a connector's writer. Rule: the writer gets
// only kinds that its sink accepts, no NULL where the table forbids it, and text of the lengths that were asked for.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"
#include "runtime/length_enforcer.h"

namespace tidemill {

class SinkOperator final : public Operator {
 public:
  SinkOperator(const SinkSpec& spec, Environment& environment, const Subtask& subtask);

  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  void before_barrier(const Barrier& barrier, Output& output) override;
  void finish(Output& output) override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;

  SinkWriter& writer() { return *writer_; }

 private:
  void flush();
  // Returns the rows that the sink accepts.
  Batch accepted(Batch input) const;
  // Returns the rows with -D in place of -U.
  Batch with_deletes(Batch input) const;
  // Returns the rows without NULL in a NOT NULL column, or throws, as the spec says.
  Batch without_forbidden_nulls(Batch input);
  [[noreturn]] void throw_forbidden_null(const Batch& input, int32_t row, int32_t column) const;

  const SinkSpec spec_;
  const LengthEnforcer lengths_;
  const SinkChangelog accepts_;
  std::vector<int32_t> not_null_columns_;
  std::unique_ptr<SinkWriter> writer_;
  MemoryCharge held_;  // what the writer holds back
  OperatorContext* context_ = nullptr;
};

}  // namespace tidemill
