// runtime/side_output.h - the way of what is left out, beside that of results: rows that an operator dropped as late,
// records that a source could not read. Rule: control events go both ways, so that what is left out belongs to the
// epoch in which it was.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "connectors/spi/source.h"
#include "data/time_zone.h"
#include "operators/operator.h"
#include "runtime/event_target.h"

namespace tidemill {

// Passes results on to one target and control events to both. Both are borrowed.
class SideOutput final : public EventTarget {
 public:
  SideOutput(EventTarget& results, EventTarget& side) : results_(results), side_(side) {}
  void accept(Event event) override;

 private:
  EventTarget& results_;
  EventTarget& side_;
};

// Returns rows of an operator's input as late_row_schema() has them; instants in them are written in `zone`.
Batch make_late_batch(std::string_view operator_id, std::string_view reason, const Batch& input,
                      std::span<const LateRow> rows, const TimeZone& zone);

// Returns records that a source could not read as rejected_record_schema() has them.
Batch make_rejected_batch(std::span<const RejectedRecord> records);

}  // namespace tidemill
