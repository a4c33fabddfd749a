#include "saved_state/saved_state.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/savepoint.h"
#include "checkpoint/state_file.h"

namespace tidemill {
namespace {

// The table that a query without a table's name means: sessions come behind their intervals and timers, and where they
// gather nothing but rows, those are meant.
const StateTable& main_table(const std::vector<StateTable>& tables) {
  const auto sessions = std::ranges::find(tables, kSessionsTable, &StateTable::name);
  if (sessions == tables.end()) return tables.front();
  const auto gathers = [](const StateColumn& column) { return !column.field.empty(); };
  if (std::ranges::any_of(sessions->columns, gathers)) return *sessions;
  const auto rows = std::ranges::find_if(tables, [](const StateTable& table) {
    return table.place.table == kSessionsTable && !table.place.companion.empty();
  });
  return rows == tables.end() ? *sessions : *rows;
}

// Returns "totals/group_aggregate" of "totals/group_aggregate(keys=[k], tables=[t])".
std::string_view brief_id(std::string_view id) { return id.substr(0, id.find('(')); }

std::string nearest_hint(std::string_view name, const std::vector<std::string>& known, std::string list) {
  if (const auto nearest = nearest_name(name, known)) return fmt::format("Did you mean '{}'? {}", *nearest, list);
  return list;
}

class KeyedRows final : public StateTableRows {
 public:
  KeyedRows(std::unique_ptr<SnapshotReader> part, StateTableReader::Options options)
      : reader_(std::move(part), std::move(options)) {}
  std::optional<StateTableBatch> next(int32_t max_rows) override {
    std::optional<std::vector<ColumnPtr>> columns = reader_.next(max_rows);
    if (!columns) return std::nullopt;
    return StateTableBatch{std::move(*columns), reader_.num_rows()};
  }
  std::vector<uint64_t> contents() const override { return reader_.contents(); }

 private:
  StateTableReader reader_;
};

class SmallRows final : public StateTableRows {
 public:
  // `all`: every column of the table.
  SmallRows(const std::vector<ColumnPtr>& all, const std::vector<StateColumn>& columns)
      : left_(all.front()->num_rows()) {
    for (const StateColumn& column : columns) columns_.push_back(all.at(static_cast<size_t>(column.index)));
  }
  std::optional<StateTableBatch> next(int32_t max_rows) override {
    given_ = std::min(max_rows, left_);
    if (given_ == 0) return std::nullopt;
    StateTableBatch some{{}, given_};
    for (const ColumnPtr& column : columns_) some.columns.push_back(column->slice(first_, given_));
    first_ += given_;
    left_ -= given_;
    return some;
  }
  std::vector<uint64_t> contents() const override { return std::vector<uint64_t>(static_cast<size_t>(given_)); }

 private:
  std::vector<ColumnPtr> columns_;
  int32_t first_ = 0;
  int32_t left_;
  int32_t given_ = 0;
};

}  // namespace

SavedState::SavedState(FileSystem& files, const std::string& path)
    : files_(files), point_(find_recovery_point(files, path, PointCheck::kManifest)) {}

std::string SavedState::place() const {
  return fmt::format("{} '{}'", point_.manifest.kind == kSavepointKind ? "savepoint" : "checkpoint", point_.path);
}

const ManifestOperator& SavedState::find_operator(std::string_view wanted) const {
  const std::vector<ManifestOperator>& all = point_.manifest.operators;
  const auto by_id = std::ranges::find(all, wanted, &ManifestOperator::id);
  if (by_id != all.end()) return *by_id;
  std::vector<std::string> names;  // that would do
  std::vector<std::string> alike;  // ids of which `wanted` is the beginning that is not enough
  for (const ManifestOperator& op : all) {
    const std::string_view brief = brief_id(op.id);
    const bool unique = std::ranges::count(all, brief, [](const auto& each) { return brief_id(each.id); }) == 1;
    if (unique && brief == wanted) return op;
    if (brief == wanted) alike.push_back(fmt::format("'{}'", op.id));
    if (!tables(op).empty()) names.push_back(std::string(unique ? brief : op.id));
  }
  if (!alike.empty())
    throw UserError(fmt::format("Several operators in {} are called '{}'", place(), wanted),
                    fmt::format("Write one of {}.", fmt::join(alike, ", ")));
  throw UserError(fmt::format("There is no operator '{}' in {}", wanted, place()),
                  nearest_hint(wanted, names,
                               names.empty() ? "None of its operators keeps state."
                                             : fmt::format("Operators with state: '{}'.", fmt::join(names, "', '"))));
}

std::vector<const StatePart*> SavedState::parts_of(std::string_view operator_id) const {
  std::vector<const StatePart*> parts;
  for (const StatePart& part : point_.manifest.states)
    if (part.operator_id == operator_id) parts.push_back(&part);
  return parts;
}

std::vector<StateTable> SavedState::tables(const ManifestOperator& op) const {
  std::vector<StateTable> tables;
  const std::vector<const StatePart*> parts = parts_of(op.id);
  if (!parts.empty()) {
    const std::unique_ptr<SnapshotReader> file = open_state_part(files_, point_.directory, *parts.front());
    const SnapshotPart part(*file);
    for (const StateTablePlace& place : table_places(part.image())) {
      if (tidemill::find_table(part.image(), place).first->format->kind == TableKind::kSplits) continue;
      tables.push_back({op.id, table_name(place), place, state_columns(part.image(), place, op.names)});
    }
  }
  const auto add_small = [&](std::string_view name) {
    tables.push_back({op.id, std::string(name), {}, small_table_columns(name)});
  };
  const auto is_of = [&](const auto& part) { return part.operator_id == op.id; };
  if (!tables.empty()) add_small(kScalarsTable);
  if (std::ranges::any_of(point_.manifest.sources, is_of)) add_small(kSplitsTable);
  if (std::ranges::any_of(point_.manifest.sinks, is_of)) add_small(kPreparedTable);
  return tables;
}

StateTable SavedState::find_table(const ManifestOperator& op, std::string_view name) const {
  const std::vector<StateTable> all = tables(op);
  if (all.empty())
    throw UserError(fmt::format("Operator '{}' keeps no state in {}", op.id, place()),
                    fmt::format("'tidemill checkpoint inspect {}' lists what there is.", point_.path));
  if (name.empty()) return main_table(all);
  const auto found = std::ranges::find(all, name, &StateTable::name);
  if (found != all.end()) return *found;
  std::vector<std::string> names;
  for (const StateTable& table : all) names.push_back(table.name);
  throw UserError(fmt::format("Operator '{}' has no table '{}' in {}", op.id, name, place()),
                  nearest_hint(name, names, fmt::format("Its tables: '{}'.", fmt::join(names, "', '"))));
}

int32_t SavedState::splits(const StateTable& table) const {
  return table.is_small() ? 1 : static_cast<int32_t>(parts_of(table.operator_id).size());
}

std::vector<ColumnPtr> SavedState::small_rows(const StateTable& table) const {
  if (table.name == kSplitsTable) return split_rows(point_.manifest, table.operator_id);
  if (table.name == kPreparedTable) return prepared_rows(point_.manifest, table.operator_id);
  std::vector<ColumnBuilder> all;
  for (const StateColumn& column : table.columns) all.emplace_back(column.type);
  for (const StatePart* part : parts_of(table.operator_id)) {
    const std::unique_ptr<SnapshotReader> file = open_state_part(files_, point_.directory, *part);
    const std::vector<ColumnPtr> rows = scalar_rows(SnapshotPart(*file).image(), part->subtask);
    for (size_t i = 0; i < all.size(); ++i)
      for (int32_t row = 0; row < rows[i]->num_rows(); ++row) all[i].append_from(*rows[i], row);
  }
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : all) columns.push_back(builder.finish());
  return columns;
}

std::unique_ptr<StateTableRows> SavedState::open(const StateTable& table, int32_t split,
                                                 const std::vector<StateColumn>& columns,
                                                 const PageTableOptions& pages) const {
  if (table.is_small()) return std::make_unique<SmallRows>(small_rows(table), columns);
  const StatePart& part = *parts_of(table.operator_id).at(static_cast<size_t>(split));
  const auto op = std::ranges::find(point_.manifest.operators, table.operator_id, &ManifestOperator::id);
  StateTableReader::Options options;
  options.place = table.place;
  options.columns = columns;
  options.subtask = part.subtask;
  options.pages = pages;
  if (op != point_.manifest.operators.end()) {
    options.slice_ms = op->names.slice_ms;
    const SavedSubKeys* const sub_keys = sub_keys_of(op->names, table.place);
    if (sub_keys != nullptr) options.sub_keys = *sub_keys;
  }
  return std::make_unique<KeyedRows>(open_state_part(files_, point_.directory, part), std::move(options));
}

PageTableOptions page_options(const StateReading& reading, FileSystem& files) {
  PageTableOptions options;
  options.budget = std::make_shared<MemoryBudget>(reading.memory_bytes);
  options.spill_files = &files;
  options.spill_directory = reading.spill_directory;
  return options;
}

}  // namespace tidemill
