#include "job/why_view.h"

#include <cctype>
#include <tuple>

#include "runtime/operator_counters.h"

namespace tidemill {
namespace {

template <class Part>
Part& part_of(std::vector<Part>& parts, const std::string& id, const std::string& name) {
  for (Part& part : parts)
    if (part.id == id) return part;
  Part& added = parts.emplace_back();
  added.id = id;
  added.name = short_operator_name(name);
  return added;
}

// Returns what stands in `key=[…]`, brackets inside included; empty where it is not there.
std::string_view bracketed(std::string_view text, std::string_view key) {
  const std::string opening = fmt::format("{}=[", key);
  const size_t begin = text.find(opening);
  if (begin == std::string_view::npos) return {};
  const size_t first = begin + opening.size();
  int32_t depth = 1;
  for (size_t i = first; i < text.size(); ++i) {
    depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
    if (depth == 0) return text.substr(first, i - first);
  }
  return {};
}

// "TUMBLE(time_col=[ts], size=[5 s])" to "TUMBLE(ts, 5 s)".
std::string short_window(std::string_view window) {
  std::string shown;
  for (size_t i = 0; i < window.size(); ++i) {
    if (window.substr(i).starts_with("=[")) {
      while (!shown.empty() && (std::isalnum(static_cast<unsigned char>(shown.back())) || shown.back() == '_'))
        shown.pop_back();
      ++i;
    } else if (window[i] != ']') {
      shown += window[i];
    }
  }
  return shown;
}

}  // namespace

WhyView::WhyView(const WhyInput& input) : input(input) {
  for (const TaskInspection& task : input.tasks) {
    if (!task.source_id.empty()) add_source(task);
    for (const OperatorInspection& op : task.operators) add_window(op);
  }
  for (SourceView& source : sources)
    std::sort(source.splits.begin(), source.splits.end(), [](const SplitInspection& a, const SplitInspection& b) {
      return std::tie(a.idle, a.watermark, a.id) < std::tie(b.idle, b.watermark, b.id);
    });
  for (const OperatorSubtaskMetrics& subtask : input.status.metrics.operators) add_operator(subtask);
}

const SourceView* WhyView::holding_source() const {
  const SourceView* lowest = nullptr;
  for (const SourceView& source : sources) {
    if (source.holder() == nullptr) continue;
    if (lowest == nullptr || source.holder()->watermark < lowest->holder()->watermark) lowest = &source;
  }
  return lowest;
}

const SourceView* WhyView::newest_source() const {
  const SourceView* newest = nullptr;
  for (const SourceView& source : sources)
    if (source.newest != kNoWatermark && (newest == nullptr || source.newest > newest->newest)) newest = &source;
  return newest;
}

void WhyView::add_source(const TaskInspection& task) {
  SourceView& source = part_of(sources, task.source_id, task.source_name);
  source.drained = source.drained && task.drained;
  source.newest = std::max(source.newest, task.newest);
  source.idle_timeout = task.idle_timeout;
  if (task.pending_records) source.pending_records = source.pending_records.value_or(0) + *task.pending_records;
  if (!task.problem.empty()) source.problem = task.problem;
  source.splits.insert(source.splits.end(), task.splits.begin(), task.splits.end());
}

void WhyView::add_window(const OperatorInspection& op) {
  if (!op.next_firing) return;
  const size_t before = windows.size();
  WindowView& window = part_of(windows, op.id, op.name);
  window.is_window = !bracketed(op.name, "window").empty();
  window.watermark = std::min(window.watermark, op.watermark);
  if (windows.size() > before || op.next_firing->fires_at < window.next.fires_at) window.next = *op.next_firing;
}

void WhyView::add_operator(const OperatorSubtaskMetrics& subtask) {
  OperatorView& op = part_of(operators, subtask.id, subtask.name);
  const std::string late_prefix = fmt::format("{}.", counter::kLateRecordsDropped);
  for (const auto& [name, value] : subtask.counters) {
    if (name == counter::kRecordsIn) op.in += value;
    if (name == counter::kRecordsOut) op.out += value;
    if (name == counter::kLateRecordsDropped) op.late_rows += value;
    if (name.starts_with(late_prefix)) op.late[name.substr(late_prefix.size())] += value;
  }
  op.is_source = !subtask.counters.contains(std::string(counter::kRecordsIn));
  op.is_sink =
      std::any_of(input.sinks.begin(), input.sinks.end(), [&](const JobSink& sink) { return sink.id == op.id; });
}

std::string short_operator_name(std::string_view name) {
  const std::string kind(name.substr(0, name.find('(')));
  const std::string_view window = bracketed(name, "window");
  if (!window.empty()) {
    const std::string_view keys = bracketed(name, "groupBy");
    return fmt::format("{} {}{}{}", kind, short_window(window), keys.empty() ? "" : " by ", keys);
  }
  std::string_view table = bracketed(name, "table");
  if (table.empty()) return kind;
  if (table.starts_with('[') && table.ends_with(']')) table = table.substr(1, table.size() - 2);
  // The last part of its path: the rest is mostly the default.
  const size_t last = table.find_last_of(kind == "Sink" ? "." : ",");
  table = last == std::string_view::npos ? table : table.substr(last + 1);
  return std::string(table.substr(table.find_first_not_of(' ')));
}

}  // namespace tidemill
