#include "connectors/state/state_connector.h"

#include "connectors/state/state_source.h"

namespace tidemill {
namespace {

class StateConnector final : public Connector {
 public:
  std::string_view name() const override { return "state"; }
  std::string_view doc() const override { return "The state of an operator in a checkpoint or savepoint."; }
  bool can_read() const override { return true; }

  std::vector<OptionSpec> options() const override {
    using enum OptionType;
    return {
        {"checkpoint", kPath, "A checkpoint (DIR/chk-7), a savepoint, or a directory of checkpoints: its newest.", "",
         true},
        {"operator", kString,
         "Id of the operator, as 'tidemill checkpoint inspect' shows it, or what stands before its '('.", "", true},
        {"table", kString, "Which of the operator's tables; without it, the main one."},
        {"memory.size", kSize, "Most memory of a subtask for what it reads; more is spilled.", "64mb"},
        {"spill.dir", kPath, "Local directory for what is spilled.", "/var/tmp"},
    };
  }

  std::shared_ptr<const Source> make_source(const TableDescription& table,
                                            const FormatRegistry& formats) const override {
    const Options options = check_options(*this, table.options, formats);
    StateSourceSettings settings;
    settings.checkpoint = options.text("checkpoint");
    settings.operator_id = options.text("operator");
    settings.table = options.find_text("table").value_or("");
    settings.reading.memory_bytes = options.bytes("memory.size");
    settings.reading.spill_directory = options.text("spill.dir");
    settings.schema = source_schema(table, {}, name());
    return std::make_shared<StateSource>(std::move(settings));
  }
};

}  // namespace

std::unique_ptr<const Connector> make_state_connector() { return std::make_unique<StateConnector>(); }

}  // namespace tidemill
