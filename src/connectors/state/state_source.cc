#include "connectors/state/state_source.h"

#include "connectors/state/state_reader.h"

namespace tidemill {
namespace {

class StateEnumerator final : public SplitEnumerator {
 public:
  StateEnumerator(std::shared_ptr<const StateSourceSettings> settings, FileSystem& files, bool discovered)
      : settings_(std::move(settings)), files_(files), discovered_(discovered) {}

  std::vector<Split> discover() override {
    if (std::exchange(discovered_, true)) return {};
    const SavedState state(files_, settings_->checkpoint);
    const StateTable table = state.find_table(state.find_operator(settings_->operator_id), settings_->table);
    std::vector<Split> splits;
    for (int32_t split = 0; split < state.splits(table); ++split) splits.push_back({std::to_string(split), ""});
    return splits;
  }
  std::optional<DurationMillis> rediscovery_interval_ms() const override { return std::nullopt; }
  std::string snapshot() const override { return discovered_ ? "discovered" : ""; }

 private:
  std::shared_ptr<const StateSourceSettings> settings_;
  FileSystem& files_;
  bool discovered_;
};

}  // namespace

std::unique_ptr<SplitEnumerator> StateSource::make_enumerator(Environment& environment,
                                                              std::string_view restored) const {
  return std::make_unique<StateEnumerator>(settings_, environment.files, !restored.empty());
}

std::unique_ptr<Reader> StateSource::make_reader(Environment& environment, const Subtask&) const {
  return std::make_unique<StateReader>(settings_, environment);
}

std::string StateSource::description() const {
  return fmt::format("state, checkpoint={}, operator={}, table={}, columns=[{}]", settings_->checkpoint,
                     settings_->operator_id, settings_->table, fmt::join(settings_->schema->names(), ", "));
}

}  // namespace tidemill
