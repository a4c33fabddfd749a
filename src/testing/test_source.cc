#include "testing/test_source.h"

#include <charconv>

#include "base/check.h"
#include "data/column_builder.h"
#include "testing/cell_value.h"

namespace tidemill {
namespace {

EpochMillis time_value(const std::string& text) { return cell_value(text, Type::timestamp(3)).as<int64_t>(); }

class TestReader final : public Reader {
 public:
  TestReader(TestTables& tables, TableDescription table, SchemaPtr schema, bool append_only)
      : tables_(tables),
        input_(tables.inputs[short_table_name(table.name)]),
        table_(std::move(table)),
        schema_(std::move(schema)),
        append_only_(append_only) {}

  void add_splits(std::vector<Split> splits) override {
    for (Split& split : splits) {
      CHECK(!split_);
      split_ = std::make_shared<const std::string>(split.id);
      const std::string& text = split.position;
      std::from_chars(text.data(), text.data() + text.size(), position_);
    }
  }

  ReadResult poll(int32_t max_rows, std::string_view) override {
    ReadResult result;
    if (!split_ || ended_) {
      result.next = ReadResult::Next::kEnd;
      return result;
    }
    result.split = *split_;
    if (position_ < input_.released) {
      read(max_rows, result);
    } else if (input_.ended) {
      ended_ = true;
      result.split_ended = true;
      result.next = ReadResult::Next::kEnd;
    } else {
      result.caught_up = true;
      result.next = ReadResult::Next::kWait;
    }
    return result;
  }

  std::vector<Split> positions() const override {
    if (!split_ || ended_) return {};
    return {{*split_, std::to_string(position_)}};
  }

 private:
  // Reads rows up to the next watermark, which goes with them.
  void read(int32_t max_rows, ReadResult& result) {
    const size_t first = position_;
    std::vector<ColumnBuilder> builders;
    for (const Field& field : schema_->fields()) builders.emplace_back(field.type);
    std::vector<RowKind> kinds;
    while (position_ < input_.released && kinds.size() < static_cast<size_t>(max_rows)) {
      const TestLogEntry& entry = input_.log[position_++];
      if (entry.watermark) {
        result.watermark = time_value(*entry.watermark);
        break;
      }
      append(entry.row, builders);
      kinds.push_back(entry.row.kind);
    }
    if (kinds.empty()) return;
    const auto count = static_cast<int32_t>(kinds.size());
    std::vector<ColumnPtr> columns;
    for (ColumnBuilder& builder : builders) columns.push_back(builder.finish());
    if (append_only_) kinds.clear();
    result.batch = Batch(schema_, std::move(columns), count, std::move(kinds));
    result.batch->set_origin({split_, static_cast<int64_t>(first), nullptr});
  }

  void append(const TestRow& row, std::vector<ColumnBuilder>& builders) const {
    const auto fail = [&](const std::string& what) {
      throw UserError(fmt::format("{}:{}: {}", tables_.path, row.line, what));
    };
    const auto expected = static_cast<size_t>(table_.physical->size());
    if (row.cells.size() != expected) {
      fail(fmt::format("Table '{}' has {} columns, the row has {} cells", table_.name, expected, row.cells.size()));
    }
    if (append_only_ && row.kind != RowKind::kInsert) {
      fail(fmt::format("Table '{}' takes +I only; declare it with 'changelog-mode' = 'all'", table_.name));
    }
    for (size_t i = 0; i < builders.size(); ++i) {
      const TestCell& cell = row.cells[static_cast<size_t>(table_.projection[i])];
      try {
        cell ? cell_value(*cell, builders[i].type()).append_to(builders[i]) : builders[i].append_null();
      } catch (const UserError& error) {
        fail(error.what());
      }
    }
  }

  TestTables& tables_;
  TestInput& input_;
  TableDescription table_;
  SchemaPtr schema_;
  bool append_only_;
  std::shared_ptr<const std::string> split_;
  size_t position_ = 0;
  bool ended_ = false;
};

class OneSplit final : public SplitEnumerator {
 public:
  OneSplit(std::string id, bool discovered) : id_(std::move(id)), discovered_(discovered) {}
  std::vector<Split> discover() override {
    if (discovered_) return {};
    discovered_ = true;
    return {{id_, ""}};
  }
  std::optional<DurationMillis> rediscovery_interval_ms() const override { return std::nullopt; }
  std::string snapshot() const override { return discovered_ ? "discovered" : ""; }

 private:
  std::string id_;
  bool discovered_;
};

class TestSource final : public Source {
 public:
  TestSource(TestTables& tables, const TableDescription& table, bool append_only, bool bounded)
      : tables_(tables),
        table_(table),
        schema_(source_schema(table, {}, "test")),
        append_only_(append_only),
        bounded_(bounded) {}

  SchemaPtr schema() const override { return schema_; }
  bool bounded() const override { return bounded_; }
  bool append_only() const override { return append_only_; }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment&, std::string_view restored) const override {
    return std::make_unique<OneSplit>(short_table_name(table_.name), !restored.empty());
  }
  std::unique_ptr<Reader> make_reader(Environment&, const Subtask&) const override {
    return std::make_unique<TestReader>(tables_, table_, schema_, append_only_);
  }
  std::string description() const override {
    return fmt::format("test, columns: [{}]", fmt::join(schema_->names(), ", "));
  }

 private:
  TestTables& tables_;
  TableDescription table_;
  SchemaPtr schema_;
  bool append_only_;
  bool bounded_;
};

}  // namespace

std::shared_ptr<const Source> make_test_source(TestTables& tables, const TableDescription& table, bool append_only,
                                               bool bounded) {
  return std::make_shared<TestSource>(tables, table, append_only, bounded);
}

std::string short_table_name(std::string_view name) {
  const size_t dot = name.rfind('.');
  std::string last(dot == std::string_view::npos ? name : name.substr(dot + 1));
  std::erase(last, '`');
  return last;
}

}  // namespace tidemill
