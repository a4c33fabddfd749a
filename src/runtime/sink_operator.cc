#include "runtime/sink_operator.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {

SinkOperator::SinkOperator(const SinkSpec& spec, Environment& environment, const Subtask& subtask)
    : spec_(spec),
      lengths_(spec),
      accepts_(spec.sink->accepts()),
      writer_(spec.sink->make_writer(environment, subtask)) {
  for (int32_t i = 0; i < spec_.schema->size(); ++i)
    if (!spec_.schema->field(i).type.nullable) not_null_columns_.push_back(i);
}

void SinkOperator::open(OperatorContext& context) {
  context_ = &context;
  held_ = context.charge_memory(MemoryKind::kSinks, 0);
}

void SinkOperator::process(Batch input, int32_t, Output&) {
  Batch rows = lengths_.enforce(without_forbidden_nulls(accepted(std::move(input))));
  if (rows.num_rows() == 0) return;
  writer_->write(rows);
  held_.set(static_cast<int64_t>(writer_->memory_bytes()));
}

Batch SinkOperator::accepted(Batch input) const {
  if (input.append_only() || accepts_ == SinkChangelog::kRetract || accepts_ == SinkChangelog::kAny) return input;
  if (spec_.deletes_update_before) return with_deletes(std::move(input));
  std::vector<int32_t> rows;
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    const RowKind kind = input.kind(row);
    CHECK_MSG(accepts_ != SinkChangelog::kAppend || kind == RowKind::kInsert,
              "sink of {} takes inserts only and was given {}", spec_.table, row_kind_text(kind));
    if (kind != RowKind::kUpdateBefore) rows.push_back(row);  // the new row replaces the old one by its key
  }
  return static_cast<int32_t>(rows.size()) == input.num_rows() ? input : input.take(rows);
}

// The row of the old primary key goes; where the new one is the same, it comes again.
Batch SinkOperator::with_deletes(Batch input) const {
  std::vector<RowKind> kinds = input.kinds();
  std::ranges::replace(kinds, RowKind::kUpdateBefore, RowKind::kDelete);
  Batch deletes(input.schema(), input.columns(), input.num_rows(), std::move(kinds));
  deletes.set_progress(input.progress());
  deletes.set_origin(input.origin());
  return deletes;
}

Batch SinkOperator::without_forbidden_nulls(Batch input) {
  std::vector<int32_t> bad_columns;
  for (const int32_t column : not_null_columns_)
    if (input.column(column)->may_have_nulls()) bad_columns.push_back(column);
  if (bad_columns.empty()) return input;
  std::vector<int32_t> rows;
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    const auto null = std::find_if(bad_columns.begin(), bad_columns.end(),
                                   [&](int32_t column) { return input.column(column)->is_null(row); });
    if (null == bad_columns.end())
      rows.push_back(row);
    else if (spec_.not_null == SinkSpec::NotNull::kError)
      throw_forbidden_null(input, row, *null);
  }
  const auto kept = static_cast<int32_t>(rows.size());
  if (kept == input.num_rows()) return input;
  context_->metrics().add("numRecordsSendErrors", input.num_rows() - kept);
  return input.take(rows);
}

void SinkOperator::throw_forbidden_null(const Batch& input, int32_t row, int32_t column) const {
  throw UserError(fmt::format("Column '{}' of table {} is NOT NULL, however, a null value is being written into it{}",
                              spec_.schema->field(column).name, spec_.table, row_origin_text(input, row)),
                  "SET 'table.exec.sink.not-null-enforcer' = 'DROP' leaves such rows out");
}

void SinkOperator::flush() {
  writer_->flush();
  held_.set(static_cast<int64_t>(writer_->memory_bytes()));
}

void SinkOperator::before_barrier(const Barrier&, Output&) {
  flush();
  writer_->set_watermark(context_->watermark());
}

void SinkOperator::finish(Output&) { flush(); }

EpochMillis SinkOperator::next_processing_timer() const { return writer_->flush_due().value_or(kMaxWatermark); }

void SinkOperator::on_processing_time(EpochMillis, Output&) { flush(); }

}  // namespace tidemill
