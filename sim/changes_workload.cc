#include "sim/changes_workload.h"

#include <algorithm>
#include <map>

#include "data/pretty.h"
#include "functions/all.h"

namespace tidemill::sim {
namespace {

class ChangesWorkload final : public Workload {
 public:
  explicit ChangesWorkload(Random& random) {
    const uint64_t keys = 1 + random.below(12);
    const uint64_t splits = 1 + random.below(4);
    for (uint64_t i = 0; i < splits; ++i) {
      std::vector<std::string>& log = splits_[fmt::format("split{}", i)];
      const uint64_t rows = 20 + random.below(150);
      for (uint64_t row = 0; row < rows; ++row) log.push_back(fmt::format("k{}", random.below(keys)));
    }
  }

  std::string description() const override {
    return fmt::format("counts of counts, {} splits, {} rows", splits_.size(), *expectation().rows_in);
  }

  Expectation expectation() const override {
    std::map<std::string, int64_t> counts;
    Expectation expected;
    for (const auto& [id, log] : splits_)
      for (const std::string& key : log) {
        ++counts[key];
        ++*expected.rows_in;
      }
    std::map<int64_t, int64_t> keys_of_count;
    for (const auto& [key, count] : counts) ++keys_of_count[count];
    for (const auto& [count, keys] : keys_of_count) expected.rows.push_back(fmt::format("{} | {}", count, keys));
    std::sort(expected.rows.begin(), expected.rows.end());
    return expected;
  }

  bool needs_split_order() const override { return false; }

  JobGraph job(const JobShape& shape, CommittedRows& rows) const override {
    FunctionRegistry functions;
    register_builtin_functions(functions);
    const AggregateCall count = functions.resolve_aggregate("COUNT", {}, {});
    const AggregateSpec count_rows{
        .function = count.function, .argument = count.argument, .filter = {}, .text = "COUNT(*)"};
    const Type number = count.function->result_type();
    GroupAggregateSpec by_key{{0}, {count_rows}, make_schema({{"k", Type::string()}, {"n", number}})};
    GroupAggregateSpec by_count{{1}, {count_rows}, make_schema({{"n", number}, {"keys", number}})};
    by_count.input_retracts = true;
    SinkSpec sink;
    sink.sink = make_committed_sink(rows);
    sink.schema = by_count.schema;
    JobGraph graph;
    graph.name = "changes";
    const Shipping to_filter = shape.filter_apart ? Shipping::kRebalance : Shipping::kForward;
    const int32_t sources = shape.source_parallelism, keyed = shape.keyed_parallelism;
    graph.vertices.push_back({"source", "Source[log]", source_spec(shape.log), {}, sources});
    graph.vertices.push_back({"filter", "FilterProject", filter_spec(), {{0, to_filter, {}}}, sources});
    graph.vertices.push_back({"by-key", "GroupAggregate[k]", by_key, {{1, Shipping::kHash, {0}}}, keyed});
    graph.vertices.push_back({"by-count", "GroupAggregate[n]", by_count, {{2, Shipping::kHash, {1}}}, keyed});
    graph.vertices.push_back({"sink", "Sink[out]", sink, {{3, Shipping::kForward, {}}}, keyed});
    return graph;
  }

 private:
  static SchemaPtr log_schema() { return parse_schema("k STRING"); }

  static FilterProjectSpec filter_spec() {
    FilterProjectSpec filter;
    filter.projections = {make_column(0, Type::string())};
    filter.schema = log_schema();
    return filter;
  }

  SourceSpec source_spec(const LogSourceOptions& options) const {
    std::vector<LogSplit> logs;
    for (const auto& [id, log] : splits_)
      logs.push_back({id, parse_batch(log_schema(), fmt::format("{}", fmt::join(log, "\n")))});
    SourceSpec spec;
    spec.source = make_log_source(log_schema(), std::move(logs), options);
    spec.schema = log_schema();
    spec.table = "log";
    return spec;
  }

  std::map<std::string, std::vector<std::string>> splits_;  // keys in log order
};

}  // namespace

std::unique_ptr<Workload> draw_changes_workload(Random& random) { return std::make_unique<ChangesWorkload>(random); }

}  // namespace tidemill::sim
