// runtime/event_target.h - whoever takes events one after the other: the next operator of a chain, an edge, a test.
// Rule: accept() never fails for want of room and never blocks.
#pragma once
#include "data/event.h"

namespace tidemill {

class EventTarget {
 public:
  virtual ~EventTarget() = default;
  virtual void accept(Event event) = 0;
};

}  // namespace tidemill
