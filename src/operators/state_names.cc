#include "operators/state_names.h"

#include "expr/row_position.h"
#include "operators/answered_rows.h"
#include "operators/append_top_n.h"
#include "operators/join_side.h"

namespace tidemill {
namespace {

std::vector<SavedAggregate> saved_aggregates(const std::vector<AggregateSpec>& aggregates) {
  std::vector<SavedAggregate> saved;
  for (const AggregateSpec& aggregate : aggregates)
    saved.push_back({aggregate.text, aggregate.function->name(),
                     aggregate.argument ? aggregate.function->argument_type() : Type::null()});
  return saved;
}

std::vector<std::string> leading_names(const Schema& schema, size_t count) {
  std::vector<std::string> names = schema.names();
  names.resize(count);
  return names;
}

StateNames names_of(const GroupAggregateSpec& spec) {
  StateNames names;
  names.keys = leading_names(*spec.schema, spec.keys.size());
  names.aggregates = saved_aggregates(spec.aggregates);
  // Of mini-batches: what a group showed before.
  const std::vector<Field>& fields = spec.schema->fields();
  if (spec.mini_batch_rows > 0)
    names.values.assign(fields.begin() + static_cast<ptrdiff_t>(spec.keys.size()), fields.end());
  return names;
}

StateNames names_of(const WindowAggregateSpec& spec) {
  StateNames names;
  names.keys = leading_names(*spec.schema, spec.keys.size());
  names.aggregates = saved_aggregates(spec.aggregates);
  if (spec.emit.updates()) {  // a record a window, with what it showed
    names.keys.emplace_back("window_end");
    const auto first = spec.schema->fields().begin() + static_cast<ptrdiff_t>(spec.keys.size());
    names.values.assign(first, first + static_cast<ptrdiff_t>(spec.aggregates.size()));
    return names;
  }
  if (spec.window.kind != WindowKind::kSession)
    names.slice_ms = spec.window.kind == WindowKind::kTumble ? spec.window.size : spec.window.slide;
  return names;
}

StateNames names_of(const WindowAssignSpec& spec) {
  StateNames names;
  if (spec.window.kind != WindowKind::kSession) return names;
  for (const int32_t key : spec.keys) names.keys.push_back(spec.schema->field(key).name);
  constexpr ptrdiff_t kWindowColumns = 3;
  const std::vector<Field>& fields = spec.schema->fields();
  names.values.assign(fields.begin(), fields.end() - kWindowColumns);
  return names;
}

// Both sides have the keys, under the left one's names; what else a row has lies in its sub-key.
StateNames names_of(const JoinSpec& spec, bool by_time) {
  StateNames names;
  for (const int32_t key : spec.keys[0]) names.keys.push_back(spec.inputs[0]->field(key).name);
  for (size_t port = 0; port < spec.inputs.size(); ++port) {
    SavedSubKeys& sub_keys = names.sub_keys.emplace_back();
    sub_keys.table = kJoinTables[port];
    sub_keys.by_time = by_time;
    sub_keys.columns = stored_fields(spec, port);
  }
  return names;
}
StateNames names_of(const RegularJoinSpec& spec) { return names_of(spec.join, false); }
StateNames names_of(const IntervalJoinSpec& spec) { return names_of(spec.join, true); }
StateNames names_of(const WindowJoinSpec& spec) { return names_of(spec.join, false); }
StateNames names_of(const TemporalJoinSpec& spec) {
  StateNames names = names_of(spec.join, true);
  if (!spec.left_changes) return names;
  names.sub_keys.push_back({std::string(kAnsweredTable), true, names.sub_keys[0].columns});
  names.values = stored_fields(spec.join, 1);
  return names;
}

StateNames names_of(const SortLimitSpec& spec) {
  StateNames names;
  names.keys = spec.schema->names();
  return names;
}

// The names of the partitions' columns, and of rows that are kept whole.
StateNames names_of_rows(const std::vector<int32_t>& keys, const Schema& schema, size_t columns) {
  StateNames names;
  for (const int32_t key : keys) names.keys.push_back(schema.field(key).name);
  names.values.assign(schema.fields().begin(), schema.fields().begin() + static_cast<ptrdiff_t>(columns));
  return names;
}

StateNames names_of(const TemporalSortSpec& spec) {
  return names_of_rows({}, *spec.schema, static_cast<size_t>(spec.schema->size()));
}

// What has been matched so far is no row.
StateNames names_of(const MatchRecognizeSpec& spec) {
  StateNames names = names_of_rows(spec.keys, *spec.input, static_cast<size_t>(spec.input->size()));
  names.value_tables = {"rows", "waiting"};
  return names;
}

StateNames names_of(const OverAggregateSpec& spec) {
  const size_t columns = static_cast<size_t>(spec.schema->size()) - spec.aggregates.size();
  StateNames names = names_of_rows(spec.keys, *spec.schema, columns);
  names.aggregates = saved_aggregates(spec.aggregates);
  return names;
}

StateNames names_of(const SortedOverSpec& spec) {
  StateNames names = names_of_rows(spec.keys, *spec.schema, static_cast<size_t>(spec.schema->size()));
  for (const SavedAggregate& aggregate : saved_aggregates(spec.calls))
    if (aggregate.function != "LAG" && !position_kind(aggregate.function)) names.aggregates.push_back(aggregate);
  return names;
}

StateNames names_of(const RankSpec& spec) {
  StateNames names =
      names_of_rows(spec.keys, *spec.schema, static_cast<size_t>(spec.schema->size()) - (spec.numbers ? 1 : 0));
  if (!AppendTopN::suits(spec)) return names;
  const std::vector<Field> row = names.values;  // a record has as many rows as are kept
  for (int64_t i = 1; i < spec.last; ++i) names.values.insert(names.values.end(), row.begin(), row.end());
  return names;
}

StateNames names_of(const DeduplicateSpec& spec) {
  return names_of_rows(spec.keys, *spec.schema, static_cast<size_t>(spec.schema->size()));
}

StateNames names_of(const ChangelogNormalizeSpec& spec) {
  return names_of_rows(spec.keys, *spec.schema, static_cast<size_t>(spec.schema->size()));
}

StateNames names_of(const SinkMaterializeSpec& spec) {
  return names_of_rows(spec.primary_key, *spec.schema, static_cast<size_t>(spec.schema->size()));
}

template <KeepsNothing Spec>
StateNames names_of(const Spec&) {
  return {};
}

}  // namespace

StateNames state_names(const OperatorSpec& spec) {
  return std::visit([](const auto& each) { return names_of(each); }, spec);
}

}  // namespace tidemill
