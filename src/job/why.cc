#include "job/why.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "job/progress_text.h"
#include "job/why_view.h"
#include "runtime/operator_counters.h"

namespace tidemill {
namespace {

constexpr DurationMillis kJustNowMs = 1000;
constexpr DurationMillis kFarAheadMs = 24 * 60 * 60 * 1000;  // clocks and time zones explain less
constexpr size_t kSplitsShownMax = 20;                       // of a source, those with the lowest watermark

std::string rows_text(int64_t rows) { return fmt::format("{} row{}", rows, rows == 1 ? "" : "s"); }

std::string split_state(const SplitInspection& split, EpochMillis now) {
  const DurationMillis since_ms = now - split.caught_up_since.value_or(now);
  if (split.idle) return fmt::format("idle: no row for {}, and it holds nothing back", short_duration(since_ms));
  if (!split.caught_up_since) return "more of it is to be read";
  return since_ms < kJustNowMs ? "read to its present end" : fmt::format("no new row for {}", short_duration(since_ms));
}

// What lets go of a split without new rows.
std::string release_text(const SourceView& source, const SplitInspection& split) {
  if (!split.caught_up_since) return "";
  if (!source.idle_timeout)
    return " SET 'table.exec.source.idle-timeout' = '10 s' lets a split go that has no new rows.";
  return fmt::format(" It is let go after {} without a row (table.exec.source.idle-timeout).",
                     short_duration(*source.idle_timeout));
}

// "Split 'p3' of orders holds it back: no new row for 12.0 s."
std::string holder_text(const WhyView& view) {
  const SourceView* source = view.holding_source();
  if (source == nullptr) {
    const bool none_left =
        std::ranges::all_of(view.sources, [](const SourceView& each) { return each.splits.empty(); });
    return none_left ? " All there is has been read: newer rows move it on."
                     : " All splits are idle: the next row moves it on.";
  }
  size_t active = 0;
  for (const SourceView& each : view.sources)
    for (const SplitInspection& split : each.splits) active += split.idle ? 0 : 1;
  const SplitInspection& split = *source->holder();
  const std::string state = split_state(split, view.now());
  if (active == 1) return fmt::format(" Only newer rows of {} move it on ({}).", source->name, state);
  return fmt::format(" Split '{}' of {} holds it back ({}).{}", split.id, source->name, state,
                     release_text(*source, split));
}

// Where a row is dated so far ahead of the clock that it cannot be meant.
std::optional<Why> time_in_future(const WhyView& view) {
  const SourceView* source = view.newest_source();
  if (source == nullptr || source->newest < view.now() + kFarAheadMs) return std::nullopt;
  int64_t late = 0;
  for (const OperatorView& op : view.operators) late += op.late_rows;
  const std::string others =
      late > 0 ? fmt::format("{} behind it came too late", rows_text(late)) : "windows wait for it";
  return Why{
      WhyCause::kFuture,
      fmt::format("A row of {} is dated {}, {} ahead of the clock: {}. Leave such rows out before WATERMARK FOR sees "
                  "them, or read the column in its unit (TO_TIMESTAMP_LTZ(x, 3) for milliseconds).",
                  source->name, watermark_text(source->newest), short_duration(source->newest - view.now()), others),
      {}};
}

Why no_rows(const WhyView& view) {
  if (view.metrics().rows_in_errors > 0)
    return {WhyCause::kAllInErrors,
            fmt::format("No row could be read: {} records are not as their table declares "
                        "(numRecordsInErrors). Compare the table's columns and format options with the data.",
                        view.metrics().rows_in_errors),
            {}};
  if (const int64_t nulls = view.metrics().sum(counter::kNullRowtimeDropped); nulls > 0)
    return {
        WhyCause::kNoWatermark,
        fmt::format("No row has an event time: the time column of {} is NULL (numNullRowtimeRecordsDropped). Compare "
                    "its name, type and unit with the data.",
                    rows_text(nulls)),
        {}};
  std::string verdict = "No row has been read yet.";
  for (const SourceView& source : view.sources) {
    const auto waiting = std::count_if(source.splits.begin(), source.splits.end(),
                                       [](const SplitInspection& split) { return split.caught_up_since.has_value(); });
    if (source.splits.empty() && !source.drained)
      verdict += fmt::format(" {} has found nothing to read: no file or partition yet.", source.name);
    else if (source.drained)
      verdict += fmt::format(" {} has come to its end without one.", source.name);
    else if (waiting == static_cast<ptrdiff_t>(source.splits.size()))
      verdict += fmt::format(" {} is read to its present end in all of its {} splits: it waits for new rows.",
                             source.name, source.splits.size());
  }
  return {WhyCause::kNoRows, verdict, {}};
}

std::string window_text(const WindowView& window) {
  if (!window.is_window)
    return fmt::format("the next rows that {} holds are due at {}", window.name,
                       watermark_text(window.next.window_end));
  return fmt::format("the next window of {} ends at {}{}", window.name, window.next.may_grow ? "the earliest at " : "",
                     watermark_text(window.next.window_end));
}

std::string_view who_waits(const WindowView& window) { return window.is_window ? "Windows wait" : "Rows wait"; }

// Where rows have been read that the window would be complete by, were it not for the delay of the watermark.
std::optional<Why> delay_is_long(const WhyView& view, const WindowView& window) {
  const SourceView* source = view.holding_source();
  const bool all_ended = source == nullptr && view.sources.size() == 1;  // files of a directory that is watched
  if (all_ended) source = &view.sources.front();
  if (source == nullptr) return std::nullopt;
  const EpochMillis newest = all_ended ? source->newest : source->holder()->newest;
  const EpochMillis watermark = all_ended ? window.watermark : source->holder()->watermark;
  if (newest < window.next.fires_at) return std::nullopt;
  return Why{
      WhyCause::kDelay,
      fmt::format("{} for event time: {}. Rows up to {} have been read, and WATERMARK FOR of {} waits {} longer: rows "
                  "{} newer complete it, or a shorter delay.",
                  who_waits(window), window_text(window), watermark_text(newest), source->name,
                  short_duration(newest - watermark), short_duration(window.missing_ms(view.now()))),
      {}};
}

std::optional<Why> windows_wait(const WhyView& view) {
  if (view.windows.empty()) return std::nullopt;
  const WindowView& window =
      *std::min_element(view.windows.begin(), view.windows.end(),
                        [](const WindowView& a, const WindowView& b) { return a.next.fires_at < b.next.fires_at; });
  if (window.next.processing_time)
    return Why{WhyCause::kEventTime,
               fmt::format("{} for the clock: {}, in {}.", who_waits(window), window_text(window),
                           short_duration(window.missing_ms(view.now()))),
               {}};
  if (window.watermark == kNoWatermark)
    return Why{WhyCause::kNoWatermark,
               fmt::format("{} for a watermark, and there is none yet: {}.{}", who_waits(window), window_text(window),
                           holder_text(view)),
               {}};
  if (std::optional<Why> why = delay_is_long(view, window)) return why;
  return Why{WhyCause::kEventTime,
             fmt::format("{} for event time: {}, and the watermark is {}, {} short of it.{}", who_waits(window),
                         window_text(window), watermark_text(window.watermark),
                         short_duration(window.missing_ms(view.now())), holder_text(view)),
             {}};
}

// Where rows come in and none goes out.
std::optional<Why> rows_vanish(const WhyView& view) {
  for (const OperatorView& op : view.operators) {
    if (op.is_source || op.is_sink || op.in == 0 || op.out > 0) continue;
    if (op.late_rows >= op.in)
      return Why{WhyCause::kAllLate,
                 fmt::format("All {} rows that reached {} came after their windows had closed. If that is not meant, "
                             "let WATERMARK FOR wait longer.",
                             op.in, op.name),
                 {}};
    const bool waits = std::any_of(view.windows.begin(), view.windows.end(),
                                   [&](const WindowView& window) { return window.id == op.id; });
    if (!waits)
      return Why{WhyCause::kAllFiltered,
                 fmt::format("No row passes {}: {} in, none out. Its conditions may be too narrow.", op.name, op.in),
                 {}};
  }
  return std::nullopt;
}

std::optional<Why> checkpoint_shows(const WhyView& view) {
  const JobStatus& status = view.input.status;
  std::vector<std::string> tables;
  for (const JobSink& sink : view.input.sinks)
    if (sink.shows_rows_by_epoch) tables.push_back(sink.table);
  if (tables.empty() || status.checkpoints.completed > 0) return std::nullopt;
  const EpochMillis next = status.checkpoints.next_at;
  const std::string when =
      next == kMaxWatermark
          ? "and this job takes none before its end. Give it --checkpoint-dir, or SET "
            "'execution.checkpointing.interval'."
          : fmt::format("the next one is due in {}.", short_duration(std::max<DurationMillis>(0, next - view.now())));
  return Why{WhyCause::kCheckpoint,
             fmt::format("{} reached the sinks. Files of {} are seen once a checkpoint completes; {}",
                         rows_text(view.metrics().rows_out), fmt::join(tables, ", "), when),
             {}};
}

std::string block_text(TaskBlock block) {
  switch (block) {
    case TaskBlock::kNone:
      return "";
    case TaskBlock::kOutputFull:
      return "its output is full: what comes behind it does not keep up";
    case TaskBlock::kSinkBusy:
      return "its sink takes no rows for now";
    case TaskBlock::kPreparing:
      return "its sink writes an epoch to its end";
  }
  return "";
}

// What came of a job that has read its bounded input to the end.
Why at_the_end(const WhyView& view) {
  if (view.metrics().rows_in == 0) return no_rows(view);
  if (view.metrics().rows_out == 0) {
    if (std::optional<Why> why = rows_vanish(view)) return *why;
    return {WhyCause::kEnding, "All input was read to its end, and no row came out.", {}};
  }
  std::string verdict = fmt::format("All input was read to its end: {} came out.", rows_text(view.metrics().rows_out));
  if (view.metrics().rows_late > 0) verdict += fmt::format(" {} came too late.", rows_text(view.metrics().rows_late));
  return {WhyCause::kEnding, verdict, {}};
}

Why find_cause(const WhyView& view) {
  const JobStatus& status = view.input.status;
  if (status.state == JobState::kFinished) return at_the_end(view);
  if (status.state != JobState::kRunning)
    return {WhyCause::kEnding, fmt::format("The job is {}.", job_state_text(status.state)), {}};
  if (view.metrics().rows_in == 0) return no_rows(view);
  if (view.metrics().rows_out == 0) {
    if (std::optional<Why> why = time_in_future(view)) return *why;
    if (std::optional<Why> why = rows_vanish(view)) return *why;
    if (std::optional<Why> why = windows_wait(view)) return *why;
  } else {
    if (std::optional<Why> why = checkpoint_shows(view)) return *why;
  }
  for (const TaskInspection& task : view.input.tasks)
    if (task.block != TaskBlock::kNone && view.metrics().rows_out == 0)
      return {WhyCause::kBackpressure, fmt::format("{} waits: {}.", task.name, block_text(task.block)), {}};
  if (view.metrics().rows_out == 0)
    return {WhyCause::kQuiet, "Rows are on their way: nothing holds them, and none has reached a sink yet.", {}};
  std::string verdict = fmt::format("Output flows: {} so far.", rows_text(view.metrics().rows_out));
  if (const std::optional<Why> next = windows_wait(view)) verdict += " " + next->verdict;
  return {WhyCause::kOutputFlows, verdict, {}};
}

void describe_source(const SourceView& source, const WhyView& view, std::vector<std::string>& lines) {
  if (source.drained) {
    lines.push_back(fmt::format("source {}: read to its end", source.name));
    return;
  }
  lines.push_back(
      fmt::format("source {}: {} split{}{}", source.name, source.splits.size(), source.splits.size() == 1 ? "" : "s",
                  source.pending_records ? fmt::format(", {} records behind", *source.pending_records) : ""));
  if (!source.problem.empty()) lines.push_back(fmt::format("  problem: {}", source.problem));
  for (size_t i = 0; i < source.splits.size() && i < kSplitsShownMax; ++i) {
    const SplitInspection& split = source.splits[i];
    const bool holds = view.holding_source() == &source && i == 0;
    const std::string newest =
        split.newest == kNoWatermark ? "" : fmt::format(", newest row {}", watermark_text(split.newest));
    lines.push_back(fmt::format("  split '{}': watermark {}{}, {}{}", split.id, watermark_text(split.watermark), newest,
                                split_state(split, view.now()), holds ? "  <- holds the watermark back" : ""));
  }
  if (source.splits.size() > kSplitsShownMax)
    lines.push_back(fmt::format("  and {} more, none of them behind these", source.splits.size() - kSplitsShownMax));
}

std::vector<std::string> details_of(const WhyView& view) {
  std::vector<std::string> lines;
  for (const SourceView& source : view.sources) describe_source(source, view, lines);
  for (const WindowView& window : view.windows) {
    const std::string reached = window.next.processing_time ? "the clock" : watermark_text(window.watermark);
    const DurationMillis missing_ms = window.missing_ms(view.now());
    lines.push_back(
        fmt::format("{} {}: {} {}{}, reached {}{}", window.is_window ? "window" : "rows held by", window.name,
                    window.is_window ? "next end" : "next due", window.next.may_grow ? "the earliest at " : "",
                    watermark_text(window.next.window_end), reached,
                    missing_ms == kNoWatermark ? "" : fmt::format(", {} to go", short_duration(missing_ms))));
  }
  for (const OperatorView& op : view.operators) {
    if (op.is_source)
      lines.push_back(fmt::format("rows {}: {} read", op.name, op.out));
    else if (op.is_sink)
      lines.push_back(fmt::format("rows sink {}: {} taken", op.name, op.in));
    else
      lines.push_back(fmt::format("rows {}: {} in, {} out", op.name, op.in, op.out));
    for (const auto& [reason, rows] : op.late) lines.push_back(fmt::format("  {} late ({})", rows, reason));
  }
  if (view.metrics().rows_in_errors > 0)
    lines.push_back(
        fmt::format("errors: {} records could not be read (numRecordsInErrors)", view.metrics().rows_in_errors));
  bool blocked = false;
  for (const TaskInspection& task : view.input.tasks) {
    if (task.block == TaskBlock::kNone) continue;
    blocked = true;
    lines.push_back(fmt::format("backpressure {}: {}", task.name, block_text(task.block)));
  }
  if (!blocked) lines.emplace_back("backpressure: none");
  return lines;
}

std::string_view cause_text(WhyCause cause) {
  constexpr std::string_view kTexts[] = {"ending",       "no_rows",      "all_in_errors", "no_watermark", "event_time",
                                         "delay",        "future",       "all_late",      "all_filtered", "checkpoint",
                                         "backpressure", "output_flows", "quiet"};
  return kTexts[static_cast<size_t>(cause)];
}

ControlJson time_json(EpochMillis time) {
  return time == kNoWatermark || time == kMaxWatermark ? ControlJson() : ControlJson(time);
}

}  // namespace

Why explain_output(const WhyInput& input) {
  const WhyView view(input);
  Why why = find_cause(view);
  why.details = details_of(view);
  return why;
}

void add_why(ControlJson& answer, const WhyInput& input, const Why& why) {
  const WhyView view(input);
  answer["cause"] = cause_text(why.cause);
  answer["verdict"] = why.verdict;
  ControlJson sources = ControlJson::array();
  for (const SourceView& source : view.sources) {
    ControlJson splits = ControlJson::array();
    for (const SplitInspection& split : source.splits)
      splits.push_back(
          {{"id", split.id},
           {"watermark_ms", time_json(split.watermark)},
           {"newest_ms", time_json(split.newest)},
           {"idle", split.idle},
           {"caught_up_since_ms", split.caught_up_since ? ControlJson(*split.caught_up_since) : ControlJson()}});
    sources.push_back({{"id", source.id}, {"name", source.name}, {"drained", source.drained}, {"splits", splits}});
    if (source.pending_records) sources.back()["pending_records"] = *source.pending_records;
    if (!source.problem.empty()) sources.back()["problem"] = source.problem;
  }
  answer["sources"] = std::move(sources);
  ControlJson windows = ControlJson::array();
  for (const WindowView& window : view.windows)
    windows.push_back({{"id", window.id},
                       {"name", window.name},
                       {"watermark_ms", time_json(window.watermark)},
                       {"next_end_ms", window.next.window_end},
                       {"fires_at_ms", window.next.fires_at},
                       {"processing_time", window.next.processing_time}});
  answer["windows"] = std::move(windows);
  ControlJson blocked = ControlJson::array();
  for (const TaskInspection& task : input.tasks)
    if (task.block != TaskBlock::kNone) blocked.push_back({{"task", task.name}, {"reason", block_text(task.block)}});
  answer["blocked"] = std::move(blocked);
}

std::string why_text(const Why& why) { return fmt::format("{}\n\n{}", why.verdict, fmt::join(why.details, "\n")); }

}  // namespace tidemill
