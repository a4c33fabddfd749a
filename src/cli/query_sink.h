// cli/query_sink.h - the sink of a SELECT: rows go to standard output in the format asked for. Rule: one writer, on one
// subtask.
#pragma once
#include <memory>

#include "connectors/spi/sink.h"
#include "expr/scalar_function.h"
#include "results/result_writer.h"

namespace tidemill {

class QuerySink final : public Sink {
 public:
  // Sets where rows go. Call between planning and the start of the job; `writer` is borrowed.
  void open(ResultWriter& writer, EvaluationContext context) {
    writer_ = &writer;
    context_ = std::move(context);
  }
  SinkChangelog accepts() const override { return SinkChangelog::kRetract; }
  std::unique_ptr<SinkWriter> make_writer(Environment& environment, const Subtask& subtask) const override;
  std::unique_ptr<SinkCommitter> make_committer(Environment& environment, const std::string& owner) const override;
  std::string description() const override { return "result"; }

 private:
  ResultWriter* writer_ = nullptr;
  EvaluationContext context_;
};

}  // namespace tidemill
