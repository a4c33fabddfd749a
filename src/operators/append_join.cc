#include "operators/append_join.h"

#include <algorithm>
#include <numeric>

#include "operators/emit_in_steps.h"
#include "operators/row_evaluation.h"

namespace tidemill {

bool AppendJoin::takes(const RegularJoinSpec& spec) {
  return spec.join.type == JoinType::kInner && spec.append_only && spec.state_ttl_ms[0] == 0 &&
         spec.state_ttl_ms[1] == 0;
}

AppendJoin::AppendJoin(const RegularJoinSpec& spec)
    : spec_(spec.join), sides_{AppendedSide(spec.join, 0), AppendedSide(spec.join, 1)} {
  CHECK(takes(spec));
  const auto num_columns = static_cast<size_t>(spec_.pairs->size());
  all_.assign(num_columns, 1);
  read_by_residual_.assign(num_columns, 0);
  if (spec_.residual == nullptr) return;
  for (const int32_t column : columns_of(*spec_.residual)) read_by_residual_[static_cast<size_t>(column)] = 1;
}

void AppendJoin::open(OperatorContext& context) {
  context_ = &context;
  for (AppendedSide& side : sides_) side.open(context.state());
}

void AppendJoin::process(Batch input, int32_t port, Output& output) {
  CHECK_MSG(std::ranges::none_of(input.kinds(), retracts), "a row is taken back of an input that only inserts");
  const auto side = static_cast<size_t>(port);
  sides_[side].append(input);
  pairs_.begin(std::move(input), port, sides_[side], sides_[1 - side]);
  emit_in_steps(*context_, output, [this](Output& more) { return join_some(more); });
}

bool AppendJoin::join_some(Output& output) {
  pairs_.read();
  columns_.assign(all_.size(), nullptr);
  if (spec_.residual != nullptr && pairs_.size() > 0) apply_residual();
  if (pairs_.size() > 0) {
    pairs_.make_columns(all_, columns_);
    output.emit(Batch(spec_.schema, std::move(columns_), pairs_.size()));
  }
  context_->state().release();
  if (!pairs_.done()) return true;
  pairs_.end();
  return false;
}

void AppendJoin::apply_residual() {
  const int32_t num_pairs = pairs_.size();
  pairs_.make_columns(read_by_residual_, columns_);
  std::vector<ColumnPtr> columns = columns_;
  for (size_t column = 0; column < columns.size(); ++column) {
    if (columns[column] == nullptr)
      columns[column] = Column::all_null(spec_.pairs->field(static_cast<int32_t>(column)).type, num_pairs);
  }
  fitting_.resize(static_cast<size_t>(num_pairs));
  std::iota(fitting_.begin(), fitting_.end(), 0);
  const Batch batch(spec_.pairs, std::move(columns), num_pairs);
  rows_where(*spec_.residual, batch, context_->evaluation(), context_->metrics(), fitting_);
  pairs_.keep(fitting_);
}

}  // namespace tidemill
