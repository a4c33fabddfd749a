#include "tests/unit/planner/fake_tables.h"

#include "base/check.h"

namespace tidemill {
namespace {

class FakeSource : public Source {
 public:
  FakeSource(SchemaPtr schema, bool bounded, bool append_only, bool row_fields)
      : schema_(std::move(schema)), bounded_(bounded), append_only_(append_only), row_fields_(row_fields) {}
  SchemaPtr schema() const override { return schema_; }
  bool bounded() const override { return bounded_; }
  bool append_only() const override { return append_only_; }
  bool reads_row_fields() const override { return row_fields_; }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment&, std::string_view) const override { CHECK(false); }
  std::unique_ptr<Reader> make_reader(Environment&, const Subtask&) const override { CHECK(false); }
  std::string description() const override { return "fake"; }

 private:
  SchemaPtr schema_;
  bool bounded_;
  bool append_only_;
  bool row_fields_;
};

class FakeSink : public Sink {
 public:
  explicit FakeSink(SinkChangelog accepts) : accepts_(accepts) {}
  SinkChangelog accepts() const override { return accepts_; }
  std::unique_ptr<SinkWriter> make_writer(Environment&, const Subtask&) const override { CHECK(false); }
  std::unique_ptr<SinkCommitter> make_committer(Environment&, const std::string&) const override { CHECK(false); }
  std::string description() const override { return "fake"; }

 private:
  SinkChangelog accepts_;
};

class FakeConnector : public Connector {
 public:
  std::string_view name() const override { return "fake"; }
  std::string_view doc() const override { return "For tests."; }
  std::vector<OptionSpec> options() const override {
    OptionSpec bounded{.name = "bounded", .type = OptionType::kBool, .doc = "Ends.", .default_text = "true"};
    OptionSpec append{.name = "append-only", .type = OptionType::kBool, .doc = "No changes.", .default_text = "true"};
    OptionSpec accepts{.name = "accepts",
                       .type = OptionType::kEnum,
                       .doc = "Kinds.",
                       .default_text = "retract",
                       .choices = {"append", "upsert", "retract", "newest"}};
    OptionSpec fields{.name = "row-fields", .type = OptionType::kBool, .doc = "Reads them.", .default_text = "false"};
    OptionSpec path{.name = "path", .type = OptionType::kPath, .doc = "A path."};
    OptionSpec password{.name = "password", .type = OptionType::kSecret, .doc = "A secret."};
    return {bounded, append, accepts, fields, path, password};
  }
  std::vector<MetadataKey> metadata_keys() const override {
    return {{"file.name", Type::string(), true, false, "The file."},
            {"time", Type::timestamp_ltz(3), true, true, "When."}};
  }
  bool can_read() const override { return true; }
  bool can_write() const override { return true; }
  std::shared_ptr<const Source> make_source(const TableDescription& table,
                                            const FormatRegistry& formats) const override {
    const Options options = check_options(*this, table.options, formats);
    return std::make_shared<FakeSource>(source_schema(table, metadata_keys(), name()), options.boolean("bounded"),
                                        options.boolean("append-only"), options.boolean("row-fields"));
  }
  std::shared_ptr<const Sink> make_sink(const TableDescription& table, const FormatRegistry& formats) const override {
    const std::string accepts = check_options(*this, table.options, formats).text("accepts");
    return std::make_shared<FakeSink>(accepts == "append"   ? SinkChangelog::kAppend
                                      : accepts == "upsert" ? SinkChangelog::kUpsert
                                      : accepts == "newest" ? SinkChangelog::kNewest
                                                            : SinkChangelog::kRetract);
  }
};

class ReadOnlyConnector : public Connector {
 public:
  std::string_view name() const override { return "read-only"; }
  std::string_view doc() const override { return "For tests."; }
  std::vector<OptionSpec> options() const override { return {}; }
  bool can_read() const override { return true; }
};

}  // namespace

void register_fake_connectors(ConnectorRegistry& connectors) {
  connectors.add(std::make_unique<FakeConnector>());
  connectors.add(std::make_unique<ReadOnlyConnector>());
}

namespace {

// Two columns, from nowhere.
TableDefinitionPtr two_columns(std::string table_name, const std::string& first, const std::string& second) {
  auto table = std::make_shared<TableDefinition>();
  table->name = {"default_catalog", "default_database", std::move(table_name)};
  table->from_file = true;
  table->columns.resize(2);
  table->columns[0].name = first;
  table->columns[0].type = Type::string();
  table->columns[1].name = second;
  table->columns[1].type = Type::big_int();
  table->options = {{"connector", "fake"}, {"path", table->name.name}};
  return table;
}

}  // namespace

TableDefinitionPtr FakeFileTables::infer(const std::string& path, SourceLocation location) {
  if (path != "data/people.csv") throw UserError(location, fmt::format("No such file: {}", path));
  return two_columns(path, "name", "age");
}

TableDefinitionPtr FakeFileTables::saved_state(const SavedStateName& name, const Config&, SourceLocation location) {
  if (name.operator_id != "op") throw UserError(location, fmt::format("No such operator: {}", name.operator_id));
  return two_columns(fmt::format("{} {} {}", name.checkpoint, name.operator_id, name.table), "k", "COUNT(*)");
}

}  // namespace tidemill
