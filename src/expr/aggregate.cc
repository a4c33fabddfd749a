#include "expr/aggregate.h"

#include <cstring>

namespace tidemill {

void AggregateFunction::retract(AggregateContext&, Accumulators, const Column*, const Selection&) const {
  CHECK_MSG(false, "{} cannot retract without a companion", name_);
}

void AggregateFunction::clear(AggregateContext& context, Accumulators of) const {
  const AccumulatorLayout fields = layout();
  for (int32_t i = 0; i < of.size(); ++i) {
    std::byte* accumulator = &of.at<std::byte>(i);
    for (const int32_t slot : fields.text_slots) context.texts->assign(accumulator + slot, {});
    std::memset(accumulator, 0, static_cast<size_t>(fields.size));
  }
}

}  // namespace tidemill
