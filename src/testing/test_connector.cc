#include "testing/test_connector.h"

#include "connectors/spi/lookup_options.h"
#include "data/column_builder.h"
#include "testing/test_lookup.h"
#include "testing/test_sink.h"
#include "testing/test_source.h"

namespace tidemill {
namespace {

class TestConnector final : public Connector {
 public:
  explicit TestConnector(TestTables& tables) : tables_(tables) {}

  std::string_view name() const override { return "test"; }
  std::string_view doc() const override { return "Rows that stand in a test case of `tidemill test`."; }
  std::vector<OptionSpec> options() const override {
    std::vector<OptionSpec> specs = {{"changelog-mode",
                                      OptionType::kEnum,
                                      "Kinds of the rows read: +I only, or all",
                                      "append",
                                      false,
                                      {"append", "all"}},
                                     {"bounded", OptionType::kBool, "Whether the source is bounded", "true"},
                                     {"sink-changelog-mode",
                                      OptionType::kEnum,
                                      "Kinds of the rows written",
                                      "all",
                                      false,
                                      {"append", "upsert", "all"}}};
    for (OptionSpec& spec : lookup_options("NONE", true)) specs.push_back(std::move(spec));
    return specs;
  }
  bool can_read() const override { return true; }
  bool can_write() const override { return true; }

  std::shared_ptr<const Source> make_source(const TableDescription& table, const FormatRegistry&) const override {
    const Options options = parsed(table);
    return make_test_source(tables_, table, options.text("changelog-mode") == "append", options.boolean("bounded"));
  }
  std::shared_ptr<const LookupSource> make_lookup_source(const TableDescription& table,
                                                         const std::vector<int32_t>& keys,
                                                         const FormatRegistry& formats) const override {
    return make_test_lookup_source(make_source(table, formats), keys, lookup_cache(parsed(table)));
  }
  std::shared_ptr<const Sink> make_sink(const TableDescription& table, const FormatRegistry&) const override {
    const std::string mode = parsed(table).text("sink-changelog-mode");
    SinkChangelog accepts = SinkChangelog::kRetract;
    if (mode == "append") accepts = SinkChangelog::kAppend;
    if (mode == "upsert") accepts = SinkChangelog::kUpsert;
    return make_collecting_sink(tables_, short_table_name(table.name), accepts,
                                accepts == SinkChangelog::kUpsert ? table.primary_key : std::vector<int32_t>());
  }

 private:
  Options parsed(const TableDescription& table) const {
    OptionMap own = table.options;
    own.erase("connector");
    return Options::parse(own, options(), "connector 'test'");
  }

  TestTables& tables_;
};

}  // namespace

std::unique_ptr<const Connector> make_test_connector(TestTables& tables) {
  return std::make_unique<TestConnector>(tables);
}

std::shared_ptr<const Sink> make_test_sink(TestTables& tables, const std::string& name) {
  return make_collecting_sink(tables, name, SinkChangelog::kRetract, {});
}

}  // namespace tidemill
