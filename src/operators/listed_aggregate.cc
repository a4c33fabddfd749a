#include "operators/listed_aggregate.h"

#include <algorithm>

#include "operators/accumulator_call.h"
#include "state/ordered_encoding.h"

namespace tidemill {
namespace {

// Texts of one accumulator outside any table.
class OneText final : public AccumulatorTexts {
 public:
  void assign(std::byte*, std::string_view text) override { text_ = text; }
  std::string_view load(const std::byte*) const override { return text_; }

 private:
  std::string text_;
};

// Returns the result of a function over all rows of a column.
void append_result(const AggregateFunction& function, const Column& values, ColumnBuilder& out) {
  const AccumulatorLayout layout = function.layout();
  CHECK(layout.text_slots.size() <= 1);
  std::vector<int128> accumulator(static_cast<size_t>(layout.size) / sizeof(int128) + 1);
  auto* const bytes = reinterpret_cast<std::byte*>(accumulator.data());
  OneText text;
  AggregateContext context{&text};
  add_all(function, context, bytes, 0, values);
  const std::byte* const one[] = {bytes};
  function.result(context, {one, 0}, out);
}

}  // namespace

ListedAggregate::ListedAggregate(const AggregateSpec& spec, bool results_each_row)
    : AggregateColumn(spec),
      distinct_(spec.distinct),
      keeps_result_(results_each_row),
      positions_(spec.order, spec.rowtime),
      types_(positions_.column_types()) {
  types_.insert(distinct_ ? types_.begin() : types_.end(), function().argument_type());
}

void ListedAggregate::declare(TableDescriptor& descriptor) {
  const std::string name = fmt::format("{} {}", text(), positions_.name());
  companion_ = static_cast<int32_t>(descriptor.companions.size());
  descriptor.companions.push_back({name, CompanionKind::kOrderedValues, types_});
  if (!keeps_result_) return;
  RecordField result = accumulator_field();
  result.name = name;
  result_field_ = static_cast<int32_t>(descriptor.fields.size());
  descriptor.fields.push_back(std::move(result));
  last_field_ = static_cast<int32_t>(descriptor.fields.size());
  descriptor.fields.push_back(stored_position_field(name + ", position"));
}

void ListedAggregate::open(const RecordLayout& layout, OperatorContext& context) {
  set_context(context);
  if (!keeps_result_) return;
  result_offset_ = static_cast<int32_t>(layout.offset(result_field_));
  last_offset_ = static_cast<int32_t>(layout.offset(last_field_));
}

void ListedAggregate::begin(const Batch& batch, std::span<const ColumnPtr> key_columns) {
  AggregateColumn::begin(batch, key_columns);
  positions_.begin(batch);
  columns_ = positions_.columns();
  columns_.insert(distinct_ ? columns_.begin() : columns_.end(), argument());
}

bool ListedAggregate::put(RecordTable& table, KeyRef key, int32_t row) {
  if (distinct_) return values_of(table).put_least(key, columns_, row);
  values_of(table).add(key, columns_, row, 1);
  return true;
}

void ListedAggregate::update(const Batch& batch, RecordTable& table, const KeyBatch& keys, const Selection& rows,
                             std::span<std::byte* const> records) {
  select(batch, rows, true, signed_);
  CHECK(!signed_.any_retracted);
  next_.clear();
  behind_.clear();
  for (const int32_t row : signed_.rows) {
    const bool changed = put(table, keys[row], row);
    if (changed && keeps_result_) follow(table, row, records[static_cast<size_t>(row)]);
  }
  if (keeps_result_) update_results(table, keys, batch.num_rows(), records);
}

void ListedAggregate::follow(RecordTable& table, int32_t row, std::byte* record) {
  StoredPosition& last = *reinterpret_cast<StoredPosition*>(record + last_offset_);
  const RowPosition position = positions_[row];
  std::string scratch;
  if (last.present == 0 || load_position(table, last, scratch) < position) {
    store_position(table, position, last);
    next_.push_back(row);
  } else {
    behind_.emplace(record, row);
  }
}

void ListedAggregate::update_results(RecordTable& table, const KeyBatch& keys, int32_t num_rows,
                                     std::span<std::byte* const> records) {
  std::erase_if(next_, [&](int32_t row) { return behind_.contains(records[static_cast<size_t>(row)]); });
  AccumulatorCall call(table, context());
  function().add(call, {records, result_offset_}, argument().get(), Selection::of(next_, num_rows));
  for (const auto& [record, row] : behind_) {
    const ColumnPtr values = listed(table, keys[row]);
    std::byte* const one[] = {record};
    function().clear(call, {one, result_offset_});
    add_all(function(), call, record, result_offset_, *values);
  }
}

ColumnPtr ListedAggregate::listed(RecordTable& table, KeyRef key) const {
  if (distinct_) return listed_distinct(table, key);
  ColumnBuilder values(function().argument_type());
  values_of(table).scan(key, [&](std::string_view bytes, int64_t count) {
    for (size_t i = 0; i + 1 < types_.size(); ++i) bytes.remove_prefix(ordered_bytes(bytes, types_[i], SortOrder()));
    for (; count > 0; --count) decode_ordered(bytes, SortOrder(), values);
  });
  return values.finish();
}

ColumnPtr ListedAggregate::listed_distinct(RecordTable& table, KeyRef key) const {
  std::vector<std::string> places;  // position, then value: where it first stands
  std::string previous;
  values_of(table).scan(key, [&](std::string_view bytes, int64_t) {
    const std::string_view value = bytes.substr(0, ordered_bytes(bytes, types_.front(), SortOrder()));
    if (!places.empty() && value == previous) return;  // of a slice that was merged, and later
    previous = value;
    places.push_back(std::string(bytes.substr(value.size())) + previous);
  });
  std::ranges::sort(places);
  ColumnBuilder values(function().argument_type());
  for (const std::string& place : places) {
    std::string_view bytes = place;
    for (size_t i = 1; i < types_.size(); ++i) bytes.remove_prefix(ordered_bytes(bytes, types_[i], SortOrder()));
    decode_ordered(bytes, SortOrder(), values);
  }
  return values.finish();
}

void ListedAggregate::append_results(RecordTable& table, std::span<const std::byte* const> records,
                                     ColumnBuilder& out) {
  if (keeps_result_) {
    AccumulatorCall call(table, context());
    return function().result(call, {records, result_offset_}, out);
  }
  KeyBatch keys(table.key_layout());
  table.read_keys(records, keys);
  for (int32_t i = 0; i < keys.num_rows(); ++i) append_result(function(), *listed(table, keys[i]), out);
}

void ListedAggregate::clear(RecordTable& table, KeyRef key, std::byte* record) {
  values_of(table).erase(key);
  if (!keeps_result_) return;
  std::byte* const records[] = {record};
  AccumulatorCall call(table, context());
  function().clear(call, {records, result_offset_});
  clear_position(table, *reinterpret_cast<StoredPosition*>(record + last_offset_));
}

void ListedAggregate::merge_companion(RecordTable& into, RecordTable& from) {
  values_of(into).merge_from(values_of(from));
}

void ListedAggregate::merge_record(RecordTable& table, KeyRef into_key, std::byte*, KeyRef from_key, const std::byte*) {
  CHECK(!keeps_result_);
  values_of(table).merge_keys(from_key, into_key);
}

}  // namespace tidemill
