#include "sim/window_workload.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "data/pretty.h"
#include "functions/all.h"

namespace tidemill::sim {
namespace {

constexpr EpochMillis kFirstTime = 1'704'067'200'000;  // 2024-01-01T00:00:00Z

// One row of a log.
struct WindowRow {
  std::string key;
  int64_t value = 0;
  EpochMillis time = 0;
};

SchemaPtr input_schema() { return parse_schema("k STRING, v BIGINT, ts TIMESTAMP(3) *ROWTIME*"); }

WindowDefinition draw_window(Random& random) {
  WindowDefinition window;
  window.kind = static_cast<WindowKind>(random.below(4));
  const auto step = static_cast<DurationMillis>(1000 * (1 + random.below(4)));
  window.size = step * (window.kind == WindowKind::kTumble || window.kind == WindowKind::kSession
                            ? 1
                            : static_cast<DurationMillis>(2 + random.below(3)));
  if (window.kind == WindowKind::kHop || window.kind == WindowKind::kCumulate) window.slide = step;
  return window;
}

std::vector<WindowRow> draw_split(Random& random, const std::string& key_prefix, DurationMillis disorder_ms) {
  std::vector<WindowRow> rows;
  const uint64_t keys = 1 + random.below(6);
  const uint64_t pace_ms = 1 + random.below(800);
  EpochMillis time = kFirstTime + static_cast<EpochMillis>(random.below(5000));
  const uint64_t count = 20 + random.below(180);
  for (uint64_t i = 0; i < count; ++i) {
    time += static_cast<EpochMillis>(random.below(pace_ms));
    const auto back = static_cast<EpochMillis>(random.below(static_cast<uint64_t>(disorder_ms) + 1));
    rows.push_back({fmt::format("{}{}", key_prefix, random.below(keys)), static_cast<int64_t>(random.below(1000)) - 500,
                    time - (random.below(3) == 0 ? back : 0)});
  }
  return rows;
}

// Windows as [start, end), and what they hold.
struct Total {
  int64_t count = 0;
  int64_t sum = 0;
};
using Totals = std::map<std::tuple<std::string, EpochMillis, EpochMillis>, Total>;

// Returns the windows that a row's time lies in.
std::vector<std::pair<EpochMillis, EpochMillis>> windows_of(const WindowDefinition& window, EpochMillis time) {
  std::vector<std::pair<EpochMillis, EpochMillis>> windows;
  switch (window.kind) {
    case WindowKind::kTumble:
      windows.emplace_back(time - time % window.size, time - time % window.size + window.size);
      break;
    case WindowKind::kHop:
      for (EpochMillis start = time - time % window.slide; start > time - window.size; start -= window.slide)
        windows.emplace_back(start, start + window.size);
      break;
    case WindowKind::kCumulate: {
      const EpochMillis start = time - time % window.size;
      for (EpochMillis end = start + window.slide; end <= start + window.size; end += window.slide)
        if (end > time) windows.emplace_back(start, end);
      break;
    }
    case WindowKind::kSession:
      CHECK(false);
  }
  return windows;
}

// Adds a row to the sessions of its key; returns false where it is late.
bool add_to_sessions(std::map<std::pair<EpochMillis, EpochMillis>, Total>& sessions, const WindowRow& row,
                     DurationMillis gap, EpochMillis watermark) {
  std::pair<EpochMillis, EpochMillis> merged = {row.time, row.time + gap};
  Total total{1, row.value};
  bool joined = false;
  for (auto session = sessions.begin(); session != sessions.end();) {
    const auto [start, end] = session->first;
    const bool closed = end - 1 <= watermark;
    if (closed || start > merged.second || end < merged.first) {
      ++session;
      continue;
    }
    joined = true;
    merged = {std::min(merged.first, start), std::max(merged.second, end)};
    total.count += session->second.count;
    total.sum += session->second.sum;
    session = sessions.erase(session);
  }
  if (!joined && row.time + gap - 1 <= watermark) return false;
  sessions[merged] = total;
  return true;
}

Expectation to_expectation(const Totals& totals, int64_t rows_in, int64_t rows_late) {
  Expectation expected{{}, rows_in, rows_late};
  const Type type = Type::timestamp(3);
  for (const auto& [window, total] : totals) {
    const auto& [key, start, end] = window;
    expected.rows.push_back(fmt::format("{} | {} | {} | {} | {}", key, total.count, total.sum,
                                        to_pretty(Value::of(type, start)), to_pretty(Value::of(type, end))));
  }
  std::sort(expected.rows.begin(), expected.rows.end());
  return expected;
}

Batch to_batch(const std::vector<WindowRow>& rows) {
  ColumnBuilder keys(Type::string()), values(Type::big_int()), times(Type::timestamp(3));
  for (const WindowRow& row : rows) {
    keys.append_text(row.key);
    values.append(row.value);
    times.append(row.time);
  }
  return Batch(input_schema(), {keys.finish(), values.finish(), times.finish()}, static_cast<int32_t>(rows.size()));
}

class WindowWorkload final : public Workload {
 public:
  explicit WindowWorkload(Random& random);
  std::string description() const override;
  Expectation expectation() const override;
  bool needs_split_order() const override { return window_.kind == WindowKind::kSession; }
  JobGraph job(const JobShape& shape, CommittedRows& rows) const override;

 private:
  SourceSpec source_spec(const LogSourceOptions& options, const FunctionRegistry& functions) const;
  WindowAggregateSpec window_spec(const FunctionRegistry& functions) const;

  WindowDefinition window_;
  DurationMillis watermark_delay_ms_ = 0;
  std::map<std::string, std::vector<WindowRow>> splits_;  // by id, in log order
};

SourceSpec WindowWorkload::source_spec(const LogSourceOptions& options, const FunctionRegistry& functions) const {
  std::vector<LogSplit> splits;
  for (const auto& [id, rows] : splits_) splits.push_back({id, to_batch(rows)});
  SourceSpec spec;
  spec.source = make_log_source(input_schema(), std::move(splits), options);
  spec.schema = input_schema();
  spec.rowtime = 2;
  spec.watermark =
      functions.resolve("-",
                        {make_column(2, Type::timestamp(3)),
                         make_literal(Value::of(Type::interval_day_time().not_null(), int64_t{watermark_delay_ms_}))},
                        {});
  spec.table = "log";
  return spec;
}

WindowAggregateSpec WindowWorkload::window_spec(const FunctionRegistry& functions) const {
  WindowAggregateSpec spec;
  spec.window = window_;
  spec.keys = {0};
  const AggregateCall count = functions.resolve_aggregate("COUNT", {}, {});
  const AggregateCall sum = functions.resolve_aggregate("SUM", {make_column(1, Type::big_int())}, {});
  spec.aggregates = {{.function = count.function, .argument = count.argument, .filter = {}, .text = "COUNT(*)"},
                     {.function = sum.function, .argument = sum.argument, .filter = {}, .text = "SUM(v)"}};
  spec.time_column = 2;
  spec.properties = {WindowProperty::kStart, WindowProperty::kEnd};
  spec.schema = make_schema({{"k", Type::string()},
                             {"n", count.function->result_type()},
                             {"s", sum.function->result_type()},
                             {"window_start", Type::timestamp(3).not_null()},
                             {"window_end", Type::timestamp(3).not_null()}});
  return spec;
}

WindowWorkload::WindowWorkload(Random& random) {
  window_ = draw_window(random);
  watermark_delay_ms_ = static_cast<DurationMillis>(random.below(3000));
  const auto disorder_ms = static_cast<DurationMillis>(random.below(9000));
  const uint64_t splits = 1 + random.below(4);
  for (uint64_t i = 0; i < splits; ++i) {
    const bool apart = window_.kind == WindowKind::kSession;
    splits_[fmt::format("split{}", i)] =
        draw_split(random, apart ? fmt::format("s{}k", i) : std::string("k"), disorder_ms);
  }
}

std::string WindowWorkload::description() const {
  constexpr std::string_view kNames[] = {"TUMBLE", "HOP", "CUMULATE", "SESSION"};
  size_t rows = 0;
  for (const auto& [id, log] : splits_) rows += log.size();
  return fmt::format("{} size {} slide {}, delay {}, {} splits, {} rows", kNames[static_cast<size_t>(window_.kind)],
                     window_.size, window_.slide, watermark_delay_ms_, splits_.size(), rows);
}

// Row by row: late and closed are judged by the greatest time seen earlier in the row's split, less the delay.
Expectation WindowWorkload::expectation() const {
  Totals totals;
  std::map<std::string, std::map<std::pair<EpochMillis, EpochMillis>, Total>> sessions;
  int64_t rows_in = 0, rows_late = 0;
  for (const auto& [id, rows] : splits_) {
    EpochMillis watermark = kNoWatermark;
    for (const WindowRow& row : rows) {
      ++rows_in;
      bool taken = false;
      if (window_.kind == WindowKind::kSession) {
        taken = add_to_sessions(sessions[row.key], row, window_.size, watermark);
      } else {
        for (const auto& [start, end] : windows_of(window_, row.time)) {
          if (end - 1 <= watermark) continue;
          taken = true;
          Total& total = totals[{row.key, start, end}];
          ++total.count;
          total.sum += row.value;
        }
      }
      if (!taken) ++rows_late;
      watermark = std::max(watermark, row.time - watermark_delay_ms_);
    }
  }
  for (const auto& [key, of_key] : sessions)
    for (const auto& [window, total] : of_key) totals[{key, window.first, window.second}] = total;
  return to_expectation(totals, rows_in, rows_late);
}

JobGraph WindowWorkload::job(const JobShape& shape, CommittedRows& rows) const {
  FunctionRegistry functions;
  register_builtin_functions(functions);
  JobGraph graph;
  graph.name = "window";
  const SchemaPtr schema = input_schema();
  FilterProjectSpec filter;
  for (int32_t i = 0; i < schema->size(); ++i) filter.projections.push_back(make_column(i, schema->field(i).type));
  filter.schema = schema;
  const WindowAggregateSpec window = window_spec(functions);
  SinkSpec sink;
  sink.sink = make_committed_sink(rows);
  sink.schema = window.schema;
  sink.table = "out";
  const Shipping to_filter = shape.filter_apart ? Shipping::kRebalance : Shipping::kForward;
  graph.vertices.push_back({"source", "Source[log]", source_spec(shape.log, functions), {}, shape.source_parallelism});
  graph.vertices.push_back({"filter", "FilterProject", filter, {{0, to_filter, {}}}, shape.source_parallelism});
  graph.vertices.push_back({"window", "WindowAggregate", window, {{1, Shipping::kHash, {0}}}, shape.keyed_parallelism});
  graph.vertices.push_back({"sink", "Sink[out]", sink, {{2, Shipping::kForward, {}}}, shape.keyed_parallelism});
  return graph;
}

}  // namespace

std::unique_ptr<Workload> draw_window_workload(Random& random) { return std::make_unique<WindowWorkload>(random); }

}  // namespace tidemill::sim
