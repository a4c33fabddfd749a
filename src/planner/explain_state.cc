#include "planner/explain_state.h"

#include <algorithm>

#include "base/units.h"
#include "operators/answered_rows.h"
#include "operators/make_operator.h"
#include "operators/state_names.h"
#include "state/state_image.h"
#include "state/tree_node.h"

namespace tidemill {
namespace {

constexpr uint32_t kSlotBytes = 8;  // of the index, a key

// What operators declare their tables to; nothing runs.
class DeclaringContext final : public OperatorContext, private OperatorMetrics {
 public:
  explicit DeclaringContext(const JobGraph& graph) {
    const std::optional<TimeZone> zone = TimeZone::find(graph.time_zone);
    if (zone) evaluation_.time_zone = *zone;
  }
  const Subtask& subtask() const override { return subtask_; }
  StateStore& state() override { return state_; }
  OperatorMetrics& metrics() override { return *this; }
  const EvaluationContext& evaluation() const override { return evaluation_; }
  void late_rows(const Batch&, std::span<const LateRow>, std::string_view) override {}
  MemoryCharge charge_memory(MemoryKind, int64_t) override { return {}; }
  void block(std::function<void()>, std::function<void(Output&)>) override { CHECK(false); }
  void when_room(std::function<void(Output&)>) override { CHECK(false); }
  void wait_until(EpochMillis, std::function<void(Output&)>) override { CHECK(false); }
  Environment& environment() override { CHECK(false); }

 private:
  void add(std::string_view, int64_t) override {}

  Subtask subtask_;
  EvaluationContext evaluation_;
  StateStore state_;
};

// What is kept, and what bounds it.
struct Description {
  std::string kept;
  std::string bound;
};

std::string time_to_live_text(DurationMillis time_to_live_ms) {
  return "time to live " + format_duration_ms(time_to_live_ms);
}

// One record a key, forgotten by time to live where there is one.
std::string by_keys(DurationMillis time_to_live_ms) {
  return time_to_live_ms > 0 ? time_to_live_text(time_to_live_ms) : "key count";
}

// Rows without end.
std::string by_rows(DurationMillis time_to_live_ms) {
  return time_to_live_ms > 0 ? time_to_live_text(time_to_live_ms) : "nothing";
}

std::string by_time(bool processing_time) { return processing_time ? "processing time" : "watermark"; }

constexpr std::string_view kWhenInputEnds = "end of the input";

Description describe(const GroupAggregateSpec& spec, std::string_view) {
  if (spec.bounded_final_only) return {"aggregates of each group", std::string(kWhenInputEnds)};
  return {"aggregates of each group", by_keys(spec.state_ttl_ms)};
}

Description describe(const WindowAggregateSpec& spec, std::string_view table) {
  if (spec.emit.updates()) return {"aggregates of each window that may change", by_time(spec.window.processing_time)};
  const bool session = spec.window.kind == WindowKind::kSession;
  const std::string kept = !session                   ? "aggregates of each open slice"
                           : table == kIntervalsTable ? "bounds of each open session"
                                                      : "aggregates of each open session";
  return {kept, by_time(spec.window.processing_time)};
}

Description describe(const WindowAssignSpec& spec, std::string_view table) {
  return {table == kIntervalsTable ? "bounds of each open session" : "rows of each open session",
          by_time(spec.window.processing_time)};
}

Description describe(const RegularJoinSpec& spec, std::string_view table) {
  const bool left = table == "left";
  if (spec.final_only) return {left ? "left rows" : "right rows", std::string(kWhenInputEnds)};
  return {left ? "left rows" : "right rows", by_rows(spec.state_ttl_ms[left ? 0 : 1])};
}

Description describe(const IntervalJoinSpec& spec, std::string_view table) {
  return {fmt::format("{} rows that may still fit", table), by_time(spec.processing_time)};
}

Description describe(const WindowJoinSpec&, std::string_view table) {
  return {fmt::format("{} rows of each open window", table), by_time(false)};
}

Description describe(const TemporalJoinSpec& spec, std::string_view table) {
  if (table == kAnsweredTable) return {"left rows that came out, each with its version", by_rows(spec.state_ttl_ms)};
  if (table == "left") return {"left rows that wait for their version", by_time(false)};
  return {"versions of right rows, the newest that the watermark has passed and later ones", "watermark and key count"};
}

Description describe(const SortLimitSpec&, std::string_view table) {
  return {table == "runs" ? "sorted runs, where rows are many" : "all rows", std::string(kWhenInputEnds)};
}

Description describe(const OverAggregateSpec& spec, std::string_view table) {
  if (table == "waiting") return {"rows that the watermark has not reached", by_time(false)};
  const bool by_interval = !spec.frame.rows && spec.frame.preceding.has_value();
  return {"aggregates and frame of each partition",
          by_interval ? by_time(spec.processing_time) : by_keys(spec.state_ttl_ms)};
}

Description describe(const SortedOverSpec& spec, std::string_view table) {
  if (spec.final_only)
    return {table == "rows" ? "all rows" : "aggregates of the partition at hand", std::string(kWhenInputEnds)};
  if (table == "frames") return {"aggregates of each partition", by_keys(spec.state_ttl_ms)};
  return {"all rows, with the results they have", by_rows(spec.state_ttl_ms)};
}

Description describe(const RankSpec& spec, std::string_view table) {
  if (spec.final_only) {
    return {"first rows of each partition", spec.window_end >= 0 ? by_time(false) : std::string(kWhenInputEnds)};
  }
  if (table == "partitions") return {"when each partition was written", by_keys(spec.state_ttl_ms)};
  if (table == "rest") return {"rows behind the first", by_rows(spec.state_ttl_ms)};
  return {fmt::format("first {} rows of each partition", spec.last), by_keys(spec.state_ttl_ms)};
}

Description describe(const DeduplicateSpec& spec, std::string_view table) {
  if (table == "waiting") return {"first row until the watermark reaches it", by_time(false)};
  return {table == "done" || !spec.keep_last ? "which keys had a row" : "last row of each key",
          by_keys(spec.state_ttl_ms)};
}

Description describe(const ChangelogNormalizeSpec& spec, std::string_view) {
  return {"last row of each key", by_keys(spec.state_ttl_ms)};
}

Description describe(const SinkMaterializeSpec& spec, std::string_view table) {
  if (table == "written") return {"when each key was written", by_keys(spec.state_ttl_ms)};
  const bool all = spec.conflict == SinkMaterializeSpec::Conflict::kDeduplicate;
  const std::string rows = all ? "all rows of each primary key" : "the row of each primary key";
  return {table == "places" ? "where each row is among them" : rows,
          all ? by_rows(spec.state_ttl_ms) : by_keys(spec.state_ttl_ms)};
}

// "rows …, and the last 2 of each partition": those that PREV and NEXT may look at are never let go.
std::string kept_of_match(const RowPatternDefinition& definition) {
  const int64_t back = rows_looked_back(definition);
  const int64_t ahead = rows_looked_ahead(definition);
  std::string kept = "rows of matches that have begun";
  if (back + ahead == 0) return kept;
  const std::string_view reason = back == 0 ? "NEXT" : ahead == 0 ? "PREV" : "PREV and NEXT";
  return kept + fmt::format(", and the last {} of each partition, for {}", back + ahead, reason);
}

Description describe(const MatchRecognizeSpec& spec, std::string_view table) {
  if (table == "waiting") return {"rows that the watermark has not reached", by_time(false)};
  if (table == "numbers") return {"how many matches each partition had", by_keys(0)};
  if (table == "turns") return {"the first row of each partition that waits for the next ones", by_keys(0)};
  const std::string bound = spec.definition.within ? by_time(spec.processing_time) : by_rows(0);
  if (table != "rows") return {"matches that have begun", bound};
  const bool for_ever = rows_looked_back(spec.definition) + rows_looked_ahead(spec.definition) > 0;
  return {kept_of_match(spec.definition), for_ever && spec.definition.within ? bound + " and key count" : bound};
}

Description describe(const TemporalSortSpec& spec, std::string_view) {
  return {"rows whose time has not been reached", by_time(spec.processing_time)};
}

template <KeepsNothing Spec>
Description describe(const Spec&, std::string_view) {
  return {"", ""};
}

bool is_driven_by_runtime(const OperatorSpec& spec) {
  return std::holds_alternative<SourceSpec>(spec) || std::holds_alternative<ValuesSpec>(spec) ||
         std::holds_alternative<SinkSpec>(spec);
}

bool has_texts(const std::vector<RecordField>& fields) {
  return std::ranges::any_of(fields, [](const RecordField& field) { return !text_slots_of(field).empty(); });
}

bool has_texts(const std::vector<Type>& types) {
  return std::ranges::any_of(
      types, [](const Type& type) { return type.is_character() || type.is_binary() || type.is_structured(); });
}

uint32_t bytes_of_fields(const TableFormat& format) {
  uint32_t bytes = 0;
  for (size_t i = 0; i < format.fields.size(); ++i) bytes = std::max(bytes, format.offsets[i] + format.fields[i].size);
  return bytes;
}

std::string bytes_text(const TableFormat& format) {
  const bool ordered = format.kind == TableKind::kOrdered || format.kind == TableKind::kOrderedValues ||
                       format.kind == TableKind::kOrderedSequence;
  std::string text = fmt::format("{} a key", format.shape.stride + kSlotBytes);
  const bool texts = has_texts(format.key_types) || has_texts(format.fields);
  if (ordered) {
    const bool by_bytes = format.sub_key_kind == SubKeyKind::kBytes;
    text += fmt::format(", {} a row", tree_entry_bytes(format.sub_key_kind) + bytes_of_fields(format));
    if (by_bytes) text += " + sub-key";
  }
  if (format.kind == TableKind::kLists)
    text += fmt::format(", {} a row + row", sizeof(uint32_t) + bytes_of_fields(format));
  if (format.kind == TableKind::kDistinctCounts) text = fmt::format("{} a value", format.shape.stride + kSlotBytes);
  return texts ? text + " + texts" : text;
}

class StateRows {
 public:
  explicit StateRows(TextResult& result) : result_(result) {}

  void add(const Vertex& vertex, const TableFormat& format) {
    if (format.kind == TableKind::kTimers || format.kind == TableKind::kSplits) return;
    Description description = std::visit([&](const auto& spec) { return describe(spec, format.name); }, vertex.spec);
    if (format.name == "pending") description = {"what was shown before the changes of this epoch", "epoch"};
    add_row(vertex, format, description);
    for (const TableFormat& companion : format.companions) {
      const bool frame = companion.name == "frame" || companion.name == "lag" || companion.name == "rows";
      const std::string kept = frame ? "rows of it" : fmt::format("values of {}", companion.name);
      const bool by_keys_only = description.bound == "key count";
      add_row(vertex, companion, {kept, by_keys_only && !frame ? "nothing" : description.bound});
    }
  }

 private:
  void add_row(const Vertex& vertex, const TableFormat& format, const Description& description) {
    const std::vector<std::string> keys = state_names(vertex.spec).keys;
    const bool one_record = keys.empty() && description.bound == "key count";
    result_.rows.push_back({vertex.name.substr(0, vertex.name.find('(')), format.name, description.kept,
                            keys.empty() ? "all rows" : fmt::format("{}", fmt::join(keys, ", ")),
                            one_record ? "one key" : description.bound, bytes_text(format)});
  }

  TextResult& result_;
};

}  // namespace

TextResult explain_state(const JobGraph& graph) {
  TextResult result;
  result.columns = {"operator", "table", "keeps", "per", "bounded by", "bytes"};
  StateRows rows(result);
  for (const Vertex& vertex : graph.vertices) {
    if (is_driven_by_runtime(vertex.spec)) continue;
    DeclaringContext context(graph);
    const std::unique_ptr<Operator> op = make_operator(vertex.spec);
    op->open(context);
    for (const TableFormat* format : context.state().formats()) rows.add(vertex, *format);
  }
  return result;
}

}  // namespace tidemill
