// planner/translate.h - from an optimized plan to the job graph that runs it. Rule: a stateful vertex is named by what
// it computes, not by its neighbours, so that adding a filter keeps its state.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/scan.h"
#include "plan/sink.h"
#include "runtime/job_graph.h"

namespace tidemill {

struct TranslateOptions {
  std::string job_name;
  int32_t parallelism = 1;                     // parallelism.default
  int32_t max_parallelism = 128;               // pipeline.max-parallelism
  std::string time_zone = "UTC";               // table.local-time-zone
  std::optional<DurationMillis> idle_timeout;  // of every source that has none of its own
  SourceSpec::NullRowtime null_rowtime = SourceSpec::NullRowtime::kFail;
  SinkSpec::NotNull not_null = SinkSpec::NotNull::kError;
  bool row_watermarks = true;    // batches carry the watermark of each row: the plan reads CURRENT_WATERMARK
  bool final_rows_only = false;  // batch mode: aggregates send final rows only

  // Make what the connectors provide; called once a vertex.
  std::function<std::shared_ptr<const Source>(const ScanNode&)> make_source;
  std::function<std::shared_ptr<const Sink>(const SinkNode&)> make_sink;
  // Receives the rows of a root that is no sink (a SELECT).
  std::shared_ptr<const Sink> result_sink;
};

// Returns one job for all `roots` (the INSERTs of a statement set, or one query); scans of the same table are one
// source, which reads what any of them needs. Throws what make_source and make_sink throw.
JobGraph translate(const std::vector<PlanPtr>& roots, const TranslateOptions& options);

}  // namespace tidemill
