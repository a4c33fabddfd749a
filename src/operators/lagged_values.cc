#include "operators/lagged_values.h"

#include <algorithm>

#include "expr/expression.h"
#include "expr/lag.h"
#include "state/ordered_sequence.h"

namespace tidemill {

LaggedValues::LaggedValues(const std::vector<AggregateSpec>& calls) {
  for (const AggregateSpec& spec : calls) {
    const LagFunction* lag = as_lag(*spec.function);
    const auto* column = spec.argument->try_as<ColumnReference>();
    CHECK(lag != nullptr && column != nullptr);
    ColumnBuilder otherwise(lag->result_type());
    const ColumnPtr value = Literal(lag->otherwise()).column();
    otherwise.append_from(*value, 0);
    calls_.push_back({column->index(), lag->offset(), otherwise.finish(), lag->result_type()});
    rows_kept_ = std::max(rows_kept_, lag->offset() + 1);
    gone_.emplace_back(lag->result_type());
  }
}

void LaggedValues::declare(TableDescriptor& descriptor) {
  companion_ = static_cast<int32_t>(descriptor.companions.size());
  std::vector<Type> types;
  for (const Call& call : calls_) types.push_back(call.type);
  descriptor.companions.push_back({"lag", CompanionKind::kOrderedSequence, std::move(types)});
}

void LaggedValues::open(RecordTable& table) { kept_ = &table.ordered_sequence(companion_); }

void LaggedValues::begin(const Batch& batch) {
  columns_.clear();
  for (const Call& call : calls_) columns_.push_back(batch.column(call.column));
}

void LaggedValues::add(KeyRef key, int32_t row, int64_t arrival) {
  kept_->put(key, SubKey::of_time(0, arrival), columns_, row);
  const int64_t leaving = kept_->size(key) - rows_kept_;
  if (leaving <= 0) return;
  kept_->take_first(key, SubKeyRange::all(), leaving, gone_);
  for (ColumnBuilder& builder : gone_) builder.finish();
}

void LaggedValues::append_results(KeyRef key, std::span<ColumnBuilder> out) const {
  std::vector<ColumnBuilder> builders;
  for (const Call& call : calls_) builders.emplace_back(call.type);
  kept_->append_all(key, builders, nullptr);
  for (size_t i = 0; i < calls_.size(); ++i) {
    const ColumnPtr values = builders[i].finish();
    const int64_t place = values->num_rows() - 1 - calls_[i].offset;
    if (place >= 0) {
      out[i].append_from(*values, static_cast<int32_t>(place));
    } else {
      out[i].append_from(*calls_[i].otherwise, 0);
    }
  }
}

void LaggedValues::clear(KeyRef key) { kept_->erase(key); }

}  // namespace tidemill
