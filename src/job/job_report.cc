#include "job/job_report.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "job/progress_text.h"

namespace tidemill {
namespace {

// Times that there are none of are null.
ControlJson time_json(EpochMillis time) {
  return time == kNoWatermark || time == kMaxWatermark ? ControlJson() : ControlJson(time);
}

ControlJson memory_json(const MemoryUse& use) {
  ControlJson bytes = {{"limit", use.limit == MemoryBudget::kUnlimited ? ControlJson() : ControlJson(use.limit)}};
  for (size_t kind = 0; kind < kMemoryKinds; ++kind)
    bytes[std::string(memory_kind_name(static_cast<MemoryKind>(kind)))] = use.bytes[kind];
  return bytes;
}

// "12 MB of 4.0 GB: state pages 8.0 MB, channels 4.0 MB"; kinds that hold nothing are left out.
std::string memory_line(const MemoryUse& use) {
  std::string line = short_bytes(static_cast<uint64_t>(use.total()));
  if (use.limit != MemoryBudget::kUnlimited)
    line += fmt::format(" of {}", short_bytes(static_cast<uint64_t>(use.limit)));
  std::string_view separator = ": ";
  for (size_t kind = 0; kind < kMemoryKinds; ++kind) {
    if (use.bytes[kind] == 0) continue;
    std::string name(memory_kind_name(static_cast<MemoryKind>(kind)));
    std::replace(name.begin(), name.end(), '_', ' ');
    line += fmt::format("{}{} {}", std::exchange(separator, ", "), name,
                        short_bytes(static_cast<uint64_t>(use.bytes[kind])));
  }
  return line;
}

std::string restart_text(const JobStatus& status) {
  if (status.restarts == 0) return "";
  if (status.restart_at == kNoWatermark)
    return fmt::format("; restarted {} times, last because: {}", status.restarts, status.failure);
  return fmt::format("; restart {} in {}, because: {}", status.restarts,
                     short_duration(std::max<DurationMillis>(0, status.restart_at - status.now)), status.failure);
}

std::string checkpoint_line(const JobStatus& status) {
  const CheckpointStatistics& taken = status.checkpoints;
  if (status.checkpoint_directory.empty()) return "none: the job was started without a directory for them";
  std::string line = fmt::format("{} completed in '{}'", taken.completed, status.checkpoint_directory);
  if (taken.completed > 0)
    line += fmt::format("; last: #{}, {} ago, {} of state, {} of it written, took {}", taken.last_epoch,
                        short_duration(status.now - taken.last_completed_at), short_bytes(taken.last_full_bytes),
                        short_bytes(taken.last_bytes), short_duration(taken.last_duration_ms));
  if (taken.failed > 0) line += fmt::format("; {} failed, last: {}", taken.failed, taken.last_failure);
  if (taken.next_at != kMaxWatermark)
    line += fmt::format("; next in {}", short_duration(std::max<DurationMillis>(0, taken.next_at - status.now)));
  if (status.restored_epoch > 0) line += fmt::format("; this run began from #{}", status.restored_epoch);
  return line;
}

}  // namespace

void add_status(ControlJson& answer, const JobStatus& status) {
  answer["job"] = {{"id", status.id},
                   {"name", status.name},
                   {"state", job_state_text(status.state)},
                   {"started_ms", time_json(status.started)},
                   {"uptime_ms", status.started == kNoWatermark ? 0 : status.now - status.started},
                   {"bounded", status.bounded},
                   {"restarts", status.restarts},
                   {"restart_ms", time_json(status.restart_at)},
                   {"failure", status.failure.empty() ? ControlJson() : ControlJson(status.failure)}};
  const JobMetrics& metrics = status.metrics;
  answer["rows"] = {{"in", metrics.rows_in},
                    {"out", metrics.rows_out},
                    {"late", metrics.rows_late},
                    {"in_errors", metrics.rows_in_errors}};
  answer["watermark_ms"] = time_json(metrics.watermark);
  answer["state_bytes"] = metrics.state_bytes;
  answer["memory_bytes"] = memory_json(metrics.memory);
  const CheckpointStatistics& taken = status.checkpoints;
  answer["checkpoints"] = {
      {"directory", status.checkpoint_directory},
      {"completed", taken.completed},
      {"last_epoch", taken.last_epoch},
      {"last_bytes", taken.last_bytes},
      {"last_full_bytes", taken.last_full_bytes},
      {"last_duration_ms", taken.last_duration_ms},
      {"last_completed_ms", time_json(taken.last_completed_at)},
      {"next_ms", time_json(taken.next_at)},
      {"restored_epoch", status.restored_epoch},
      {"published_epochs", taken.published},
      {"failed", taken.failed},
      {"last_failure", taken.last_failure.empty() ? ControlJson() : ControlJson(taken.last_failure)}};
}

std::string status_text(const JobStatus& status) {
  const JobMetrics& metrics = status.metrics;
  return fmt::format(
      "job          {} ({})\n"
      "state        {} for {}{}\n"
      "rows         {} in, {} out, {} late, {} in errors\n"
      "watermark    {}\n"
      "state size   {}\n"
      "memory       {}\n"
      "checkpoints  {}",
      status.name, status.id, job_state_text(status.state), clock_duration(status.now - status.started),
      restart_text(status), metrics.rows_in, metrics.rows_out, metrics.rows_late, metrics.rows_in_errors,
      watermark_text(metrics.watermark), short_bytes(metrics.state_bytes), memory_line(metrics.memory),
      checkpoint_line(status));
}

void add_metrics(ControlJson& answer, const JobStatus& status) {
  ControlJson operators = ControlJson::array();
  for (const OperatorSubtaskMetrics& subtask : status.metrics.operators)
    operators.push_back({{"id", subtask.id},
                         {"name", subtask.name},
                         {"subtask", subtask.subtask},
                         {"currentOutputWatermark", time_json(subtask.watermark)},
                         {"counters", subtask.counters}});
  answer["operators"] = std::move(operators);
  ControlJson edges = ControlJson::array();
  for (const EdgeMetrics& edge : status.metrics.edges)
    edges.push_back({{"from", edge.from},
                     {"to", edge.to},
                     {"subtask", edge.subtask},
                     {"rows", edge.rows},
                     {"batches", edge.batches},
                     {"outputQueueLength", edge.queued}});
  answer["edges"] = std::move(edges);
  answer["memory_bytes"] = memory_json(status.metrics.memory);
}

std::string metrics_text(const JobStatus& status) {
  std::vector<std::string> ids;  // in the order of the plan
  std::map<std::string, std::map<std::string, int64_t>> counters;
  std::map<std::string, std::string> names;
  for (const OperatorSubtaskMetrics& subtask : status.metrics.operators) {
    if (names.emplace(subtask.id, subtask.name).second) ids.push_back(subtask.id);
    for (const auto& [name, value] : subtask.counters) counters[subtask.id][name] += value;
  }
  std::string text;
  for (const std::string& id : ids) {
    text += fmt::format("{}{}  [{}]", text.empty() ? "" : "\n", names[id], id);
    for (const auto& [name, value] : counters[id]) text += fmt::format("\n  {:<40} {}", name, value);
  }
  text += fmt::format("{}memory, bytes", text.empty() ? "" : "\n");
  for (size_t kind = 0; kind < kMemoryKinds; ++kind)
    text += fmt::format("\n  {:<40} {}", memory_kind_name(static_cast<MemoryKind>(kind)),
                        status.metrics.memory.bytes[kind]);
  return text;
}

}  // namespace tidemill
