#include "planner/materialize_sinks.h"

#include <algorithm>
#include <set>

#include "base/config_options.h"
#include "base/error.h"
#include "plan/passes/keys.h"
#include "plan/scan.h"
#include "plan/sink.h"
#include "plan/sink_materialize.h"

namespace tidemill {
namespace {

using Key = std::vector<int32_t>;

std::string names_text(const Key& columns, const Schema& schema) {
  std::vector<std::string> names;
  for (const int32_t column : columns) names.push_back(schema.field(column).name);
  return fmt::format("[{}]", join_texts(names));
}

// The upsert key that has the fewest columns.
std::optional<Key> smallest_key(const std::vector<Key>& keys) {
  const auto smallest = std::ranges::min_element(keys, {}, [](const Key& key) { return key.size(); });
  if (smallest == keys.end()) return std::nullopt;
  return *smallest;
}

void require_watermarks(const SinkNode& sink) {
  std::set<std::string> missing;
  visit_plan(sink, [&](const PlanNode& node) {
    const auto* scan = node.try_as<ScanNode>();
    if (scan != nullptr && !scan->table()->watermark) missing.insert(scan->table()->name.name);
  });
  if (missing.empty()) return;
  throw UserError(
      sink.location(),
      fmt::format("ON CONFLICT DO {} requires all source tables to define watermarks, but the following source(s) do "
                  "not: {}",
                  conflict_strategy_text(*sink.conflict()), fmt::join(missing, ", ")),
      "Add WATERMARK FOR … to these tables, or use ON CONFLICT DO DEDUPLICATE.");
}

enum class SinkMode : uint8_t { kAppend, kUpsert, kRetract };

// A table that takes whatever comes is what the rows make it.
SinkMode mode_of(SinkAccepts accepts, bool append_input) {
  switch (accepts) {
    case SinkAccepts::kAppend:
      return SinkMode::kAppend;
    case SinkAccepts::kUpsert:
      return SinkMode::kUpsert;
    case SinkAccepts::kRetract:
      return SinkMode::kRetract;
    case SinkAccepts::kAny:
    case SinkAccepts::kNewest:
      return append_input ? SinkMode::kAppend : SinkMode::kUpsert;
  }
  CHECK(false);
}

void check_clause(const SinkNode& sink, SinkMode mode) {
  if (!sink.conflict()) return;
  if (mode != SinkMode::kUpsert) {
    throw UserError(sink.location(),
                    fmt::format("ON CONFLICT clause is only allowed for upsert sinks. The sink '{}' is not an upsert "
                                "sink because it {}",
                                sink.table()->name.name,
                                mode == SinkMode::kAppend ? "only accepts INSERT (append-only) changes"
                                                          : "requires UPDATE_BEFORE (retract mode)"),
                    "Leave the clause out.");
  }
  if (*sink.conflict() != ConflictStrategy::kDeduplicate) require_watermarks(sink);
}

[[noreturn]] void ask_for_clause(const SinkNode& sink, const std::optional<Key>& upsert_key) {
  const Schema& schema = *sink.input()->schema();
  throw UserError(
      sink.location(),
      fmt::format("The query has an upsert key that differs from the primary key of the sink table '{}'. Primary key: "
                  "{}, upsert key: {}. This can lead to non-deterministic results when multiple records with different "
                  "upsert keys map to the same primary key",
                  sink.table()->name.name, names_text(sink.primary_key(), schema),
                  upsert_key ? names_text(*upsert_key, schema) : "none"),
      "Please specify an ON CONFLICT clause to define how conflicts should be handled: ON CONFLICT DO DEDUPLICATE "
      "(update to the latest record, state intensive, since we need to keep the entire history), or ON CONFLICT DO "
      "ERROR "
      "(fail on conflict), or ON CONFLICT DO NOTHING (keep first record). Or make the primary key the columns that the "
      "query groups by.");
}

// Source: Flink, FlinkChangelogModeInferenceProgram.analyzeUpsertMaterializeStrategy.
bool needs_materializer(const SinkNode& sink, SinkMode mode, bool append_input, const Config& config) {
  const std::string setting = config.get(kUpsertMaterialize);
  if (sink.primary_key().empty() || mode == SinkMode::kRetract || setting == "NONE") return false;
  if (mode == SinkMode::kAppend) return false;
  if (setting == "FORCE") return true;
  if (append_input && sink.conflict() == ConflictStrategy::kDeduplicate) return false;  // a later row replaces it
  if (hold_unique_key(sink.primary_key(), *sink.input())) return false;
  if (!sink.conflict() && config.get(kRequireOnConflict))
    ask_for_clause(sink, smallest_key(unique_keys(*sink.input())));
  return true;
}

PlanPtr materialize(const PlanPtr& root, const TableTraits& tables, const Config& config) {
  const auto* sink = root->try_as<SinkNode>();
  if (sink == nullptr) return root;
  if (sink->primary_key().empty() && !sink->conflict()) return root;
  const Changelog changelog({sink->input()}, tables, false);
  const bool append_input = changelog.of(*sink->input()).append_only();
  const SinkMode mode = mode_of(tables.sink(*sink), append_input);
  check_clause(*sink, mode);
  if (!needs_materializer(*sink, mode, append_input, config)) return root;
  const PlanPtr& input = sink->input();
  return root->with_inputs({std::make_shared<SinkMaterializeNode>(
      input, sink->primary_key(), smallest_key(unique_keys(*input)),
      sink->conflict().value_or(ConflictStrategy::kDeduplicate), sink->table()->name.name)});
}

}  // namespace

std::vector<PlanPtr> materialize_sinks(const std::vector<PlanPtr>& roots, const TableTraits& tables,
                                       const Config& config) {
  std::vector<PlanPtr> result;
  for (const PlanPtr& root : roots) result.push_back(materialize(root, tables, config));
  return result;
}

}  // namespace tidemill
