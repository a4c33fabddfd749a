// runtime/late_output.h - the way of rows that an operator dropped as late, beside that of its results. Rule: control
// events go both ways, so that late rows belong to the epoch in which they were dropped.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "data/time_zone.h"
#include "operators/operator.h"
#include "runtime/event_target.h"

namespace tidemill {

// Passes results on to one target and control events to both. Both are borrowed.
class LateOutput final : public EventTarget {
 public:
  LateOutput(EventTarget& results, EventTarget& late) : results_(results), late_(late) {}
  void accept(Event event) override;

 private:
  EventTarget& results_;
  EventTarget& late_;
};

// Returns rows of an operator's input as late_row_schema() has them; instants in them are written in `zone`.
Batch make_late_batch(std::string_view operator_id, std::string_view reason, const Batch& input,
                      std::span<const LateRow> rows, const TimeZone& zone);

}  // namespace tidemill
