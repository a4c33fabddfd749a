#include "benchmarks/support/script_job.h"

#include <variant>

#include "benchmarks/support/one_split.h"
#include "builtins/file_tables.h"
#include "cli/commands.h"
#include "connectors/spi/connector.h"
#include "env/real/real_environment.h"
#include "job/session.h"
#include "sql/parser.h"

namespace tidemill::bench {
namespace {

constexpr std::string_view kSplit = "memory";

class MemoryReader final : public Reader {
 public:
  MemoryReader(const MemoryTable& table, const std::vector<int32_t>& projection, SchemaPtr schema)
      : table_(table), projection_(projection), schema_(std::move(schema)) {}

  void add_splits(std::vector<Split>) override { ended_ = table_.batches.empty(); }
  ReadResult poll(int32_t, std::string_view) override {
    ReadResult result;
    result.split = kSplit;
    if (!ended_) {
      const Batch& batch = table_.batches[next_++];
      std::vector<ColumnPtr> columns;
      for (const int32_t column : projection_) columns.push_back(batch.column(column));
      result.batch = Batch(schema_, std::move(columns), batch.num_rows());
      ended_ = next_ == table_.batches.size();
      result.split_ended = ended_;
    }
    if (ended_) result.next = ReadResult::Next::kEnd;
    return result;
  }
  std::vector<Split> positions() const override {
    if (ended_) return {};
    return {{std::string(kSplit), ""}};
  }

 private:
  const MemoryTable& table_;
  const std::vector<int32_t>& projection_;
  const SchemaPtr schema_;
  size_t next_ = 0;
  bool ended_ = true;  // until the split is given
};

class MemorySource final : public Source {
 public:
  MemorySource(const MemoryTable& table, std::vector<int32_t> projection)
      : table_(table), projection_(std::move(projection)) {
    std::vector<Field> fields;
    for (const int32_t column : projection_) fields.push_back(table.schema->field(column));
    schema_ = make_schema(std::move(fields));
  }
  SchemaPtr schema() const override { return schema_; }
  bool bounded() const override { return true; }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment&, std::string_view) const override {
    return std::make_unique<OneSplit>(kSplit);
  }
  std::unique_ptr<Reader> make_reader(Environment&, const Subtask&) const override {
    return std::make_unique<MemoryReader>(table_, projection_, schema_);
  }
  std::string description() const override { return "memory"; }

 private:
  const MemoryTable& table_;
  const std::vector<int32_t> projection_;
  SchemaPtr schema_;
};

class MemoryConnector final : public Connector {
 public:
  explicit MemoryConnector(const MemoryTable& table) : table_(table) {}
  std::string_view name() const override { return "memory"; }
  std::string_view doc() const override { return "Rows of a benchmark."; }
  std::vector<OptionSpec> options() const override { return {}; }
  bool can_read() const override { return true; }
  std::shared_ptr<const Source> make_source(const TableDescription& table, const FormatRegistry&) const override {
    return std::make_shared<MemorySource>(table_, table.projection);
  }

 private:
  const MemoryTable& table_;
};

class TakingWriter final : public SinkWriter {
 public:
  explicit TakingWriter(const TakeRows& take) : take_(take) {}
  void write(const Batch& batch) override {
    if (take_) take_(batch);
  }
  void seal(int64_t) override {}
  std::vector<Committable> prepare(int64_t) override { return {}; }

 private:
  const TakeRows& take_;
};

class TakingCommitter final : public SinkCommitter {
 public:
  void finish(int64_t, std::span<const Committable>) override {}
  void recover(int64_t, std::span<const Committable>) override {}
};

class TakingSink final : public Sink {
 public:
  explicit TakingSink(const TakeRows& take) : take_(take) {}
  SinkChangelog accepts() const override { return SinkChangelog::kRetract; }
  std::unique_ptr<SinkWriter> make_writer(Environment&, const Subtask&) const override {
    return std::make_unique<TakingWriter>(take_);
  }
  std::unique_ptr<SinkCommitter> make_committer(Environment&, const std::string&) const override {
    return std::make_unique<TakingCommitter>();
  }
  std::string description() const override { return "benchmark"; }

 private:
  const TakeRows& take_;
};

class TakingConnector final : public Connector {
 public:
  explicit TakingConnector(const TakeRows& take) : take_(take) {}
  std::string_view name() const override { return "taken"; }
  std::string_view doc() const override { return "Rows for a benchmark."; }
  std::vector<OptionSpec> options() const override { return {}; }
  bool can_write() const override { return true; }
  std::shared_ptr<const Sink> make_sink(const TableDescription&, const FormatRegistry&) const override {
    return std::make_shared<TakingSink>(take_);
  }

 private:
  const TakeRows& take_;
};

}  // namespace

void run_script(std::string_view sql, const ScriptRun& run) {
  RealEnvironment environment;
  const std::unique_ptr<Registries> registries = make_builtin_registries();
  if (run.memory != nullptr) registries->connectors.add(std::make_unique<MemoryConnector>(*run.memory));
  registries->connectors.add(std::make_unique<TakingConnector>(run.take));
  if (run.connectors) run.connectors(registries->connectors);
  InferredFileTables files(environment.get(), registries->formats);
  Session session(*registries, files, environment.get());
  apply_settings(session, run.settings, environment.get());
  for (const ast::StatementPtr& statement : parse_script(sql)) {
    PlannedStatement planned = session.plan(*statement, std::make_shared<TakingSink>(run.take));
    if (!std::holds_alternative<JobPlan>(planned)) continue;
    const std::unique_ptr<JobExecution> job = session.make_job(std::move(std::get<JobPlan>(planned).graph));
    job->start();
    if (run.started) run.started();
    job->run();
    if (run.ended) run.ended(job->summary());
  }
}

}  // namespace tidemill::bench
