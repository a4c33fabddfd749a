#include "operators/aggregate_column.h"

#include "operators/arrival_aggregate.h"
#include "operators/listed_aggregate.h"
#include "operators/positioned_aggregate.h"
#include "operators/row_evaluation.h"

namespace tidemill {

AggregateColumn::AggregateColumn(const AggregateSpec& spec)
    : function_(spec.function), argument_expression_(spec.argument), filter_(spec.filter), text_(spec.text) {
  CHECK_MSG(argument_expression_ == nullptr ||
                argument_expression_->type().physical() == function_->argument_type().physical(),
            "argument of {} is {}", text_, argument_expression_->type().to_string());
}

bool AggregateColumn::has_argument_of(const AggregateColumn& other) const {
  return argument_expression_ != nullptr && other.argument_expression_ != nullptr &&
         *argument_expression_ == *other.argument_expression_;
}

RecordField AggregateColumn::accumulator_field() const {
  const AccumulatorLayout layout = function_->layout();
  RecordField field =
      RecordField::bytes(text_, static_cast<uint32_t>(layout.size), static_cast<uint32_t>(layout.alignment));
  for (const int32_t slot : layout.text_slots) field.text_slots.push_back(static_cast<uint32_t>(slot));
  return field;
}

void AggregateColumn::begin(const Batch& batch, std::span<const ColumnPtr>) {
  if (argument_expression_ != nullptr)
    argument_ = evaluate_rows(*argument_expression_, batch, Selection::all(batch.num_rows()), context_->evaluation(),
                              context_->metrics());
  if (!filter_) return;
  const Decoded<uint8_t> values = batch.column(*filter_)->decode<uint8_t>();
  passes_.resize(static_cast<size_t>(batch.num_rows()));
  for (int32_t row = 0; row < batch.num_rows(); ++row)
    passes_[static_cast<size_t>(row)] = !values.is_null(row) && values[row] != 0 ? 1 : 0;
}

void AggregateColumn::select(const Batch& batch, const Selection& rows, bool skips_nulls, SignedRows& out) const {
  out.clear();
  skips_nulls = skips_nulls && argument_->may_have_nulls();
  if (batch.append_only() && !skips_nulls) return select_inserts(rows, out);
  rows.for_each([&](int32_t row) {
    if (filter_ && passes_[static_cast<size_t>(row)] == 0) return;
    if (skips_nulls && argument_->is_null(row)) return;
    out.add(row, retracts(batch.kind(row)) ? -1 : 1);
  });
}

void AggregateColumn::select_inserts(const Selection& rows, SignedRows& out) const {
  out.rows.resize(static_cast<size_t>(rows.size()));
  int32_t* next = out.rows.data();
  if (filter_) {
    const uint8_t* const passes = passes_.data();
    rows.for_each([&](int32_t row) {
      *next = row;
      next += passes[row];
    });
  } else {
    rows.for_each([&](int32_t row) { *next++ = row; });
  }
  out.rows.resize(static_cast<size_t>(next - out.rows.data()));
  out.signs.assign(out.rows.size(), 1);
}

std::unique_ptr<AggregateColumn> make_aggregate_column(const AggregateSpec& spec, const AggregationOptions& options) {
  if (spec.order == RowOrder::kArrival) return std::make_unique<ArrivalAggregate>(spec, options);
  CHECK_MSG(spec.function->lists_rows() && spec.argument != nullptr && !options.input_retracts,
            "{} cannot take rows in an order of its own", spec.text);
  const bool keeps_one = spec.function->retraction_rule().replay == RetractionReplay::kFirst ||
                         (spec.function->retraction_rule().replay == RetractionReplay::kLast && !spec.distinct);
  if (keeps_one) return std::make_unique<PositionedAggregate>(spec);
  return std::make_unique<ListedAggregate>(spec, options.results_each_row);
}

}  // namespace tidemill
