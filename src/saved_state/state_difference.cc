#include "saved_state/state_difference.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "results/change_text.h"
#include "state/record_key.h"
#include "state/record_table.h"

namespace tidemill {
namespace {

using Json = nlohmann::ordered_json;

constexpr int32_t kRowsAtOnce = 1024;
constexpr uint64_t kHashRanges = 1 << 16;  // the narrowest range of keys is one of these

// Hashes of keys from `first` to before `end`.
struct HashRange {
  uint64_t first = 0;
  uint64_t end = kHashRanges;
  bool contains(std::string_view key) const {
    const uint64_t place = hash_bytes(key.data(), key.size()) % kHashRanges;
    return place >= first && place < end;
  }
};

// Rows of a table as text.
struct TextRows {
  std::vector<std::string> keys;
  std::vector<std::string> values;
  std::vector<uint64_t> contents;
};

// Reads a table of one checkpoint, row by row as text. Where a row lay (its subtask) is not part of it.
class TableText {
 public:
  TableText(const SavedState& state, const StateTable& table, const PageTableOptions& pages)
      : state_(state), table_(table), pages_(pages) {
    for (const StateColumn& column : table.columns) {
      if (column.kind == StateColumnKind::kKeyGroup || column.kind == StateColumnKind::kSubtask) continue;
      columns_.push_back(column);
    }
    schema_ = schema_of(columns_);
  }

  // Calls `visit` for the rows whose keys are in the range, until it returns false; returns whether that was never.
  bool read(const HashRange& range, const std::function<bool(TextRows rows)>& visit) const {
    for (int32_t split = 0; split < state_.splits(table_); ++split) {
      const std::unique_ptr<StateTableRows> rows = state_.open(table_, split, columns_, pages_);
      while (std::optional<StateTableBatch> batch = rows->next(kRowsAtOnce))
        if (!visit(texts(std::move(*batch), rows->contents(), range))) return false;
    }
    return true;
  }

 private:
  TextRows texts(StateTableBatch batch, const std::vector<uint64_t>& contents, const HashRange& range) const {
    const Batch rows(schema_, std::move(batch.columns), batch.num_rows);
    TextRows texts;
    size_t row = 0;
    for (const ResultChange& change : change_texts(rows, EvaluationContext(), CellText::kShown)) {
      std::string key = text_of(change.row, true);
      const uint64_t content = contents[row++];
      if (!range.contains(key)) continue;
      texts.keys.push_back(std::move(key));
      texts.values.push_back(text_of(change.row, false));
      texts.contents.push_back(content);
    }
    return texts;
  }

  std::string text_of(const ResultRow& row, bool identifying) const {
    std::string text;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].identifies != identifying) continue;
      text += fmt::format("{}{}={}", text.empty() ? "" : ", ", columns_[i].name, row[i].value_or("NULL"));
    }
    return text;
  }

  const SavedState& state_;
  const StateTable& table_;
  const PageTableOptions& pages_;
  std::vector<StateColumn> columns_;
  SchemaPtr schema_;
};

// The rows of the older checkpoint in one range: key ▸ value, content, whether the newer one has the key.
class OldRows {
 public:
  explicit OldRows(const PageTableOptions& pages) : pages_(pages), table_(pages_, descriptor()) {
    value_ = table_.layout().offset("value");
    content_ = table_.layout().offset("content");
    found_ = table_.layout().offset("found");
  }

  int64_t size() const { return table_.size(); }

  void add(const TextRows& rows) {
    const KeyBatch keys = keys_of(rows);
    std::vector<std::byte*> records(rows.keys.size());
    std::vector<uint8_t> created(records.size());
    table_.upsert(keys, records, created);
    for (size_t i = 0; i < records.size(); ++i) {
      const StoredText value = table_.texts().store(rows.values[i]);
      std::memcpy(records[i] + value_, &value, sizeof(value));
      std::memcpy(records[i] + content_, &rows.contents[i], sizeof(uint64_t));
    }
    pages_.release();
  }

  // Compares rows of the newer checkpoint.
  void compare(const TextRows& rows, const std::function<void(RowChange change)>& tell, int64_t& same) {
    const KeyBatch keys = keys_of(rows);
    std::vector<std::byte*> records(rows.keys.size());
    table_.find_for_update(keys, records);
    for (size_t i = 0; i < records.size(); ++i) {
      if (records[i] == nullptr) {
        tell({rows.keys[i], std::nullopt, rows.values[i]});
        continue;
      }
      records[i][found_] = std::byte{1};
      std::string before = value_of(records[i]);
      uint64_t content;
      std::memcpy(&content, records[i] + content_, sizeof(content));
      if (before == rows.values[i] && content == rows.contents[i])
        ++same;
      else
        tell({rows.keys[i], std::move(before), rows.values[i]});
    }
    pages_.release();
  }

  // Tells of those that the newer checkpoint does not have.
  void removed(const std::function<void(RowChange change)>& tell) {
    table_.scan([&](std::span<const std::byte* const> records) {
      std::vector<ColumnBuilder> keys;
      keys.emplace_back(Type::string());
      table_.read_keys(records, keys);
      const ColumnPtr texts = keys.front().finish();
      for (size_t i = 0; i < records.size(); ++i)
        if (records[i][found_] == std::byte{0})
          tell({std::string(texts->text(static_cast<int32_t>(i))), value_of(records[i]), std::nullopt});
      pages_.release();
    });
  }

 private:
  static std::shared_ptr<const TableDescriptor> descriptor() {
    auto descriptor = std::make_shared<TableDescriptor>();
    descriptor->name = "rows";
    descriptor->key_types = {Type::string()};
    descriptor->fields = {RecordField::text("value"), RecordField::int64("content"), RecordField::flag("found")};
    return descriptor;
  }

  KeyBatch keys_of(const TextRows& rows) const {
    ColumnBuilder keys(Type::string());
    for (const std::string& key : rows.keys) keys.append_text(key);
    KeyBatch batch(table_.key_layout());
    const ColumnPtr column = keys.finish();
    batch.assign({&column, 1}, column->num_rows());
    return batch;
  }

  std::string value_of(const std::byte* record) const {
    std::string scratch;
    const StoredText stored = load_stored_text(record + value_);
    return std::string(table_.texts().load(stored, scratch));
  }

  PageTable pages_;
  RecordTable table_;
  uint32_t value_ = 0;
  uint32_t content_ = 0;
  uint32_t found_ = 0;
};

class TableComparison {
 public:
  // Either may be null: the table is in one checkpoint only.
  TableComparison(const TableText* before, const TableText* after, const PageTableOptions& pages,
                  const DifferenceOptions& options, TableDifference& difference)
      : before_(before), after_(after), pages_(pages), options_(options), difference_(difference) {}

  void run() {
    uint64_t width = kHashRanges;
    for (uint64_t first = 0; first < kHashRanges;) {
      const HashRange range{first, std::min(first + width, kHashRanges)};
      if (compare(range, width == 1))
        first = range.end;
      else
        width /= 2;
    }
  }

 private:
  // Returns false where the range has too many rows to be compared at once, unless it must be.
  bool compare(const HashRange& range, bool must) {
    OldRows old(pages_);
    const auto add = [&](const TextRows& rows) {
      old.add(rows);
      return must || old.size() <= options_.rows_at_once;
    };
    if (before_ != nullptr && !before_->read(range, add)) return false;
    const auto tell = [this](RowChange change) { count(std::move(change)); };
    if (after_ != nullptr)
      after_->read(range, [&](const TextRows& rows) {
        old.compare(rows, tell, difference_.same);
        return true;
      });
    old.removed(tell);
    return true;
  }

  void count(RowChange change) {
    ++(!change.before ? difference_.added : !change.after ? difference_.removed : difference_.changed);
    if (static_cast<int64_t>(difference_.rows.size()) < options_.rows_shown)
      difference_.rows.push_back(std::move(change));
  }

  const TableText* before_;
  const TableText* after_;
  const PageTableOptions& pages_;
  const DifferenceOptions& options_;
  TableDifference& difference_;
};

// An operator of one or both checkpoints.
struct ComparedOperator {
  std::string id;
  std::string name;
  std::vector<StateTable> before;
  std::vector<StateTable> after;
};

void add_operators(const SavedState& state, std::vector<StateTable> ComparedOperator::* tables,
                   std::vector<ComparedOperator>& operators) {
  for (const ManifestOperator& op : state.manifest().operators) {
    auto found = std::ranges::find(operators, op.id, &ComparedOperator::id);
    if (found == operators.end()) found = operators.insert(found, {op.id, op.name, {}, {}});
    (*found).*tables = state.tables(op);
  }
}

// Counters and prepared output are others in every checkpoint, and say nothing of state.
bool is_compared(const StateTable& table) {
  return !table.is_small() || (table.name != kScalarsTable && table.name != kPreparedTable);
}

std::vector<std::string> table_names(const ComparedOperator& op) {
  std::vector<std::string> names;
  for (const auto* tables : {&op.after, &op.before})
    for (const StateTable& table : *tables)
      if (is_compared(table) && std::ranges::find(names, table.name) == names.end()) names.push_back(table.name);
  return names;
}

const StateTable* table_of(const std::vector<StateTable>& tables, const std::string& name) {
  const auto found = std::ranges::find(tables, name, &StateTable::name);
  return found == tables.end() ? nullptr : &*found;
}

std::string row_text(const RowChange& row) {
  std::string text = row.key.empty() ? "(no key)" : row.key;
  if (row.before && row.after) return fmt::format("~ {}: {} -> {}", text, *row.before, *row.after);
  const std::string& value = row.before ? *row.before : *row.after;
  if (!value.empty()) text += ": " + value;  // a timer is its key
  return fmt::format("{} {}", row.before ? '-' : '+', text);
}

std::string table_text(const TableDifference& table) {
  if (!table.any()) return fmt::format("\n  '{}': the same, {} rows", table.table, table.same);
  std::string text = fmt::format("\n  '{}': {} added, {} removed, {} changed, {} the same", table.table, table.added,
                                 table.removed, table.changed, table.same);
  for (const RowChange& row : table.rows) text += "\n    " + row_text(row);
  const int64_t more = table.added + table.removed + table.changed - static_cast<int64_t>(table.rows.size());
  if (more > 0) text += fmt::format("\n    … and {} more", more);
  return text;
}

Json table_json(const TableDifference& table) {
  Json rows = Json::array();
  for (const RowChange& row : table.rows)
    rows.push_back({{"key", row.key},
                    {"before", row.before ? Json(*row.before) : Json()},
                    {"after", row.after ? Json(*row.after) : Json()}});
  return {{"operator", table.operator_id},
          {"name", table.operator_name},
          {"table", table.table},
          {"added", table.added},
          {"removed", table.removed},
          {"changed", table.changed},
          {"same", table.same},
          {"rows", std::move(rows)}};
}

Json point_json(const SavedState& state) {
  return {{"path", state.point().path}, {"epoch", state.manifest().epoch}, {"job", state.manifest().job}};
}

}  // namespace

std::vector<TableDifference> compare_states(const SavedState& before, const SavedState& after, FileSystem& files,
                                            const DifferenceOptions& options) {
  std::vector<ComparedOperator> operators;
  add_operators(after, &ComparedOperator::after, operators);
  add_operators(before, &ComparedOperator::before, operators);
  const PageTableOptions pages = page_options(options.reading, files);
  std::vector<TableDifference> differences;
  for (const ComparedOperator& op : operators) {
    for (const std::string& name : table_names(op)) {
      const StateTable* const old_table = table_of(op.before, name);
      const StateTable* const new_table = table_of(op.after, name);
      std::optional<TableText> old_text, new_text;
      if (old_table != nullptr) old_text.emplace(before, *old_table, pages);
      if (new_table != nullptr) new_text.emplace(after, *new_table, pages);
      TableDifference& difference = differences.emplace_back(TableDifference{op.id, op.name, name});
      TableComparison(old_text ? &*old_text : nullptr, new_text ? &*new_text : nullptr, pages, options, difference)
          .run();
    }
  }
  return differences;
}

DifferenceText difference_text(const SavedState& before, const SavedState& after,
                               const std::vector<TableDifference>& tables) {
  std::string text =
      fmt::format("from {}\nto   {}", recovery_point_text(before.point()), recovery_point_text(after.point()));
  Json list = Json::array();
  std::string operator_id;
  for (const TableDifference& table : tables) {
    if (table.operator_id != operator_id) text += "\n" + table.operator_id;
    operator_id = table.operator_id;
    text += table_text(table);
    list.push_back(table_json(table));
  }
  const Json json = {{"from", point_json(before)}, {"to", point_json(after)}, {"tables", std::move(list)}};
  return {std::move(text), json.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace tidemill
