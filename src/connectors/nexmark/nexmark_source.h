// connectors/nexmark/nexmark_source.h - the events in order, as fast as they are asked for or at a pace, made then or
// in advance. Rule: one split, whatever the parallelism; its position is the number of the next event.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/nexmark/nexmark_events.h"
#include "connectors/spi/connector.h"

namespace tidemill {

struct NexmarkTable {
  SchemaPtr schema;
  std::vector<NexmarkColumn> columns;  // of `schema`
  NexmarkSettings settings;
  std::optional<int64_t> num_events;  // null: unbounded
  std::optional<int64_t> rate;        // how many events a second of wall clock at most; null: as many as asked for
  bool preload = false;               // a reader makes all events when it is given its split. Requires: num_events
};

class NexmarkSource final : public Source {
 public:
  explicit NexmarkSource(NexmarkTable table) : table_(std::move(table)) {}
  SchemaPtr schema() const override { return table_.schema; }
  bool bounded() const override { return table_.num_events.has_value(); }
  std::optional<int64_t> num_rows() const override { return table_.num_events; }
  bool reads_row_fields() const override { return true; }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment& environment, std::string_view restored) const override;
  std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask& subtask) const override;
  std::string description() const override;

 private:
  NexmarkTable table_;
};

}  // namespace tidemill
