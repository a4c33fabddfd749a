#include "cli/query_sink.h"

#include "results/change_text.h"

namespace tidemill {
namespace {

class QueryWriter final : public SinkWriter {
 public:
  QueryWriter(ResultWriter& writer, const EvaluationContext& context, Console& console)
      : writer_(writer), context_(context), console_(console) {}
  void write(const Batch& batch) override {
    for (const ResultChange& change : change_texts(batch, context_, writer_.cells())) writer_.add(change);
  }
  // Epochs come here: who reads a stream through a pipe sees its rows soon.
  void flush() override { console_.flush(); }
  void seal(int64_t) override {}
  std::vector<Committable> prepare(int64_t) override { return {}; }
  size_t memory_bytes() const override { return writer_.memory_bytes(); }

 private:
  ResultWriter& writer_;
  const EvaluationContext& context_;
  Console& console_;
};

// What was printed cannot be taken back: standard output is at-least-once.
class NothingToCommit final : public SinkCommitter {
 public:
  void finish(int64_t, std::span<const Committable>) override {}
  void recover(int64_t, std::span<const Committable>) override {}
};

}  // namespace

std::unique_ptr<SinkWriter> QuerySink::make_writer(Environment& environment, const Subtask&) const {
  return std::make_unique<QueryWriter>(*writer_, context_, environment.console);
}

std::unique_ptr<SinkCommitter> QuerySink::make_committer(Environment&, const std::string&) const {
  return std::make_unique<NothingToCommit>();
}

}  // namespace tidemill
