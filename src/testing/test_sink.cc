#include "testing/test_sink.h"

#include "results/change_text.h"

namespace tidemill {
namespace {

class CollectingWriter final : public SinkWriter {
 public:
  explicit CollectingWriter(TestOutput& output) : output_(output) {}
  void write(const Batch& batch) override {
    for (ResultChange& change : change_texts(batch, context_, CellText::kCast)) pending_.push_back(std::move(change));
  }
  void seal(int64_t epoch) override {
    for (ResultChange& change : pending_) output_.add(epoch, std::move(change));
    pending_.clear();
  }
  std::vector<Committable> prepare(int64_t) override { return {}; }

 private:
  TestOutput& output_;
  EvaluationContext context_;
  std::vector<ResultChange> pending_;
};

class RollBack final : public SinkCommitter {
 public:
  explicit RollBack(TestOutput& output) : output_(output) {}
  void finish(int64_t, std::span<const Committable>) override {}
  void recover(int64_t decided_epoch, std::span<const Committable>) override { output_.roll_back(decided_epoch); }

 private:
  TestOutput& output_;
};

class CollectingSink final : public Sink {
 public:
  CollectingSink(TestTables& tables, std::string name, SinkChangelog accepts)
      : tables_(tables), name_(std::move(name)), accepts_(accepts) {}
  SinkChangelog accepts() const override { return accepts_; }
  std::unique_ptr<SinkWriter> make_writer(Environment&, const Subtask&) const override {
    return std::make_unique<CollectingWriter>(tables_.outputs[name_]);
  }
  std::unique_ptr<SinkCommitter> make_committer(Environment&, const std::string&) const override {
    return std::make_unique<RollBack>(tables_.outputs[name_]);
  }
  std::string description() const override { return "test"; }

 private:
  TestTables& tables_;
  std::string name_;
  SinkChangelog accepts_;
};

}  // namespace

std::shared_ptr<const Sink> make_collecting_sink(TestTables& tables, const std::string& name, SinkChangelog accepts,
                                                 std::vector<int32_t> key) {
  tables.outputs[name].set_key(std::move(key));
  return std::make_shared<CollectingSink>(tables, name, accepts);
}

}  // namespace tidemill
