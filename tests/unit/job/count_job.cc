#include "tests/unit/job/count_job.h"

#include "data/pretty.h"

namespace tidemill {
namespace {

const SchemaPtr kRows = parse_schema("k STRING, x BIGINT");

std::vector<sim::LogSplit> logs() {
  std::vector<sim::LogSplit> logs;
  for (int32_t s = 0; s < kSplits; ++s) {
    std::string text;
    for (int32_t i = 0; i < kRowsPerSplit; ++i) text += fmt::format("k{} | {}\n", i % 10, i);
    logs.push_back({fmt::format("split{}", s), parse_batch(kRows, text)});
  }
  return logs;
}

// Counts rows by key; at the end of the input emits (key, count).
class CountAtEnd final : public Operator {
 public:
  void open(OperatorContext& context) override {
    context_ = &context;
    TableDescriptor descriptor;
    descriptor.name = "counts";
    descriptor.key_types = {Type::string()};
    descriptor.fields = {RecordField::int64("n")};
    table_ = &context.state().record_table(descriptor);
    offset_ = RecordLayout(descriptor).offset("n");
  }
  void process(Batch input, int32_t, Output&) override {
    KeyBatch keys(table_->key_layout());
    keys.assign(std::vector<ColumnPtr>{input.column(0)}, input.num_rows());
    for (int32_t row = 0; row < input.num_rows(); ++row) {
      bool created = false;
      ++*reinterpret_cast<int64_t*>(table_->upsert(keys[row], created) + offset_);
    }
    context_->state().release();
  }
  void finish(Output& output) override {
    ColumnBuilder names(Type::string()), counts(Type::big_int());
    table_->scan([&](std::span<const std::byte* const> records) {
      table_->read_keys(records, std::span(&names, 1));
      for (const std::byte* record : records) counts.append(*reinterpret_cast<const int64_t*>(record + offset_));
    });
    context_->state().release();
    const int32_t rows = counts.num_rows();
    if (rows > 0) output.emit(Batch(kRows, {names.finish(), counts.finish()}, rows));
  }

 private:
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;
  uint32_t offset_ = 0;
};

}  // namespace

std::shared_ptr<const Source> count_source(sim::LogSourceOptions log) {
  return sim::make_log_source(kRows, logs(), log);
}

JobGraph count_job(sim::CommittedRows& out, int32_t sources, int32_t counters, sim::LogSourceOptions log) {
  JobGraph graph;
  graph.name = "count";
  SourceSpec source;
  source.source = count_source(log);
  source.schema = kRows;
  SinkSpec sink;
  sink.sink = sim::make_committed_sink(out);
  sink.schema = kRows;
  graph.vertices.push_back({"source", "Source", source, {}, sources});
  graph.vertices.push_back({"count", "Count", UnionSpec{kRows}, {{0, Shipping::kHash, {0}}}, counters});
  graph.vertices.push_back({"sink", "Sink", sink, {{1, Shipping::kForward, {}}}, counters});
  return graph;
}

JobOptions with_checkpoints() {
  JobOptions options;
  options.checkpoint_directory = "ck";
  options.runtime.make_operator = [](const Vertex&) { return std::make_unique<CountAtEnd>(); };
  options.runtime.batch_rows = 16;
  return options;
}

std::vector<std::string> expected_counts() {
  std::vector<std::string> rows;
  for (int i = 0; i < 10; ++i) rows.push_back(fmt::format("k{} | {}", i, kSplits * kRowsPerSplit / 10));
  return rows;
}

int64_t run_to_checkpoint(JobExecution& job, int64_t rows) {
  job.run([&] { return job.metrics().sum(counter::kRecordsOut, "source") >= rows; });
  int64_t epoch = -1;
  job.trigger({BarrierKind::kCheckpoint, [&](EpochResult result) { epoch = result.decided ? result.epoch : 0; }});
  job.run([&] { return epoch >= 0; });
  return epoch;
}

}  // namespace tidemill
