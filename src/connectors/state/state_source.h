// connectors/state/state_source.h - saved state as a source. Rule: a split is a part of the checkpoint, a position is a
// number of rows; parts are read and verified on the I/O pool.
#pragma once
#include <memory>
#include <string>

#include "connectors/spi/connector.h"
#include "saved_state/saved_state.h"

namespace tidemill {

struct StateSourceSettings {
  std::string checkpoint;
  std::string operator_id;  // or its beginning, up to '('
  std::string table;        // empty: the main one
  StateReading reading;
  SchemaPtr schema;  // columns asked for
};

class StateSource final : public Source {
 public:
  explicit StateSource(StateSourceSettings settings)
      : settings_(std::make_shared<const StateSourceSettings>(std::move(settings))) {}
  SchemaPtr schema() const override { return settings_->schema; }
  bool bounded() const override { return true; }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment& environment, std::string_view restored) const override;
  std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask& subtask) const override;
  std::string description() const override;

 private:
  std::shared_ptr<const StateSourceSettings> settings_;
};

}  // namespace tidemill
