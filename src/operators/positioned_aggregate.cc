#include "operators/positioned_aggregate.h"

#include <algorithm>

#include "operators/accumulator_call.h"
#include "state/ordered_encoding.h"

namespace tidemill {
namespace {

std::string ordered_value(const Column& values, int32_t row) {
  std::string value;
  append_ordered(values, row, SortOrder(), value);
  return value;
}

}  // namespace

PositionedAggregate::PositionedAggregate(const AggregateSpec& spec)
    : AggregateColumn(spec),
      last_(spec.function->retraction_rule().replay == RetractionReplay::kLast),
      positions_(spec.order, spec.rowtime) {}

void PositionedAggregate::declare(TableDescriptor& descriptor) {
  RecordField value = accumulator_field();
  value.name = fmt::format("{} {}", text(), positions_.name());
  RecordField position = stored_position_field(value.name + ", position");
  value_field_ = static_cast<int32_t>(descriptor.fields.size());
  descriptor.fields.push_back(std::move(value));
  position_field_ = static_cast<int32_t>(descriptor.fields.size());
  descriptor.fields.push_back(std::move(position));
}

void PositionedAggregate::open(const RecordLayout& layout, OperatorContext& context) {
  value_offset_ = static_cast<int32_t>(layout.offset(value_field_));
  position_offset_ = static_cast<int32_t>(layout.offset(position_field_));
  set_context(context);
}

void PositionedAggregate::begin(const Batch& batch, std::span<const ColumnPtr> key_columns) {
  AggregateColumn::begin(batch, key_columns);
  positions_.begin(batch);
}

std::string PositionedAggregate::value_of(RecordTable& table, const std::byte* record) {
  const std::byte* const records[] = {record};
  ColumnBuilder result(result_type());
  AccumulatorCall call(table, context());
  function().result(call, {records, value_offset_}, result);
  return ordered_value(*result.finish(), 0);
}

void PositionedAggregate::offer(RecordTable& table, int32_t row, std::byte* record) {
  StoredPosition& stored = position_of(record);
  const RowPosition candidate = positions_[row];
  if (stored.present != 0) {
    const RowPosition kept = load_position(table, stored, scratch_);
    if (candidate == kept) {
      const auto waiting = winners_.find(record);
      const std::string value =
          waiting != winners_.end() ? ordered_value(*argument(), waiting->second) : value_of(table, record);
      if (!replaces(ordered_value(*argument(), row), value)) return;
    } else if (!replaces(candidate, kept)) {
      return;
    }
  }
  store_position(table, candidate, stored);
  winners_[record] = row;
}

void PositionedAggregate::update(const Batch& batch, RecordTable& table, const KeyBatch&, const Selection& rows,
                                 std::span<std::byte* const> records) {
  select(batch, rows, true, signed_);
  CHECK(!signed_.any_retracted);
  winners_.clear();
  for (const int32_t row : signed_.rows) offer(table, row, records[static_cast<size_t>(row)]);
  if (winners_.empty()) return;
  std::vector<std::byte*> changed;
  std::vector<int32_t> won;
  for (const auto& [record, row] : winners_) {
    changed.push_back(record);
    won.push_back(row);
  }
  std::ranges::sort(won);
  AccumulatorCall call(table, context());
  function().clear(call, {changed, value_offset_});
  function().add(call, {records, value_offset_}, argument().get(), Selection::of(won, batch.num_rows()));
}

void PositionedAggregate::clear(RecordTable& table, KeyRef, std::byte* record) {
  std::byte* const records[] = {record};
  AccumulatorCall call(table, context());
  function().clear(call, {records, value_offset_});
  clear_position(table, position_of(record));
}

void PositionedAggregate::append_results(RecordTable& table, std::span<const std::byte* const> records,
                                         ColumnBuilder& out) {
  AccumulatorCall call(table, context());
  function().result(call, {records, value_offset_}, out);
}

void PositionedAggregate::take_over(RecordTable& into_table, std::byte* into, RecordTable& from_table,
                                    const std::byte* from) {
  const StoredPosition& candidate = position_of(from);
  if (candidate.present == 0) return;
  StoredPosition& kept = position_of(into);
  const RowPosition position = load_position(from_table, candidate, scratch_);
  if (kept.present != 0) {
    std::string scratch;
    const RowPosition other = load_position(into_table, kept, scratch);
    const bool wins = position == other ? replaces(value_of(from_table, from), value_of(into_table, into))
                                        : replaces(position, other);
    if (!wins) return;
  }
  store_position(into_table, position, kept);
  std::byte* const into_records[] = {into};
  const std::byte* const from_records[] = {from};
  AccumulatorCall call(into_table, context());
  const TableTexts from_texts(from_table);
  function().clear(call, {into_records, value_offset_});
  function().merge(call, {into_records, value_offset_}, {from_records, value_offset_}, &from_texts);
}

void PositionedAggregate::merge_records(RecordTable& into, const KeyBatch&, std::span<std::byte* const> into_records,
                                        RecordTable& from, std::span<const std::byte* const> from_records) {
  for (size_t i = 0; i < into_records.size(); ++i) take_over(into, into_records[i], from, from_records[i]);
}

void PositionedAggregate::merge_record(RecordTable& table, KeyRef, std::byte* into, KeyRef, const std::byte* from) {
  take_over(table, into, table, from);
}

}  // namespace tidemill
