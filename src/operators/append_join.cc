#include "operators/append_join.h"

#include <algorithm>

#include "operators/emit_in_steps.h"

namespace tidemill {

bool AppendJoin::takes(const RegularJoinSpec& spec) {
  return spec.join.type == JoinType::kInner && spec.append_only && spec.state_ttl_ms[0] == 0 &&
         spec.state_ttl_ms[1] == 0;
}

AppendJoin::AppendJoin(const RegularJoinSpec& spec)
    : sides_{AppendedSide(spec.join, 0), AppendedSide(spec.join, 1)}, pairs_(spec.join) {
  CHECK(takes(spec));
}

void AppendJoin::open(OperatorContext& context) {
  context_ = &context;
  for (AppendedSide& side : sides_) side.open(context.state());
}

void AppendJoin::process(Batch input, int32_t port, Output& output) {
  CHECK_MSG(std::ranges::none_of(input.kinds(), retracts), "a row is taken back of an input that only inserts");
  const auto side = static_cast<size_t>(port);
  sides_[side].begin(input);
  sides_[side].append(input);
  pairs_.begin(std::move(input), port, sides_[side], sides_[1 - side]);
  emit_in_steps(*context_, output, [this](Output& more) { return pairs_.emit_some(*context_, more); });
}

}  // namespace tidemill
