#include "operators/arrival_aggregate.h"

#include <numeric>
#include <unordered_set>

#include "operators/accumulator_call.h"
#include "state/distinct_counts.h"
#include "state/ordered_sequence.h"
#include "state/ordered_values.h"
#include "state/state_store.h"

namespace tidemill {
namespace {

// Numbers values in the order in which the subtask saw them; after rescaling every subtask goes on from the greatest.
constexpr std::string_view kArrivalScalar = "aggregate.next_arrival";

}  // namespace

ArrivalAggregate::Store ArrivalAggregate::store_for(const AggregateSpec& spec, const AggregationOptions& options) {
  const AggregateFunction& function = *spec.function;
  const RetractionRule rule = function.retraction_rule();
  const bool counts = options.input_retracts && rule.store == RetractionStore::kValueCounts;
  const bool distinct = counts || (spec.distinct && !function.ignores_distinct());
  if (distinct && (function.retractable() || !options.input_retracts))
    return options.by_key ? Store::kDistinctValues : Store::kDistinctPairs;
  if (!options.input_retracts || function.retractable()) return Store::kNone;
  if (!distinct && rule.store == RetractionStore::kOrderedValues && rule.replay != RetractionReplay::kNone)
    return Store::kOrdered;
  if (!distinct && rule.store == RetractionStore::kOrderedSequence) return Store::kSequence;
  throw UserError(fmt::format("{} cannot be computed over rows that are taken back", spec.text),
                  "Feed it from a query that only inserts rows.");
}

ArrivalAggregate::ArrivalAggregate(const AggregateSpec& spec, const AggregationOptions& options)
    : AggregateColumn(spec),
      store_(store_for(spec, options)),
      replay_(spec.function->retraction_rule().replay),
      runs_in_order_(spec.function->order_sensitive()),
      counts_each_(options.input_retracts) {
  CHECK_MSG(store_ == Store::kNone || spec.argument != nullptr, "{} has no argument", text());
}

bool ArrivalAggregate::share_with(AggregateColumn& earlier) {
  if (store_ != Store::kDistinctPairs || !has_argument_of(earlier)) return false;
  auto* const other = dynamic_cast<ArrivalAggregate*>(&earlier);
  if (other == nullptr || other->store_ != Store::kDistinctPairs) return false;
  sharing_ = other->sharing_;
  companion_ = other->companion_;
  return true;
}

void ArrivalAggregate::declare(TableDescriptor& descriptor) {
  field_ = static_cast<int32_t>(descriptor.fields.size());
  descriptor.fields.push_back(accumulator_field());
  if (store_ == Store::kNone) return;
  if (companion_ >= 0) {
    ++descriptor.companions[static_cast<size_t>(companion_)].counts;
  } else {
    companion_ = static_cast<int32_t>(descriptor.companions.size());
    CompanionKind kind = CompanionKind::kOrderedValues;
    if (store_ == Store::kDistinctPairs) kind = CompanionKind::kDistinctCounts;
    if (store_ == Store::kSequence) kind = CompanionKind::kOrderedSequence;
    descriptor.companions.push_back({text(), kind, {function().argument_type()}});
  }
  if (store_ != Store::kDistinctPairs) return;
  if (sharing_ == nullptr)
    sharing_ = std::make_shared<Sharing>(
        Sharing{DistinctPairs(descriptor.key_types, function().argument_type(), !counts_each_), {}});
  number_ = sharing_->pairs.join();
  sharing_->aggregates.push_back(this);
}

void ArrivalAggregate::open(const RecordLayout& layout, OperatorContext& context) {
  offset_ = static_cast<int32_t>(layout.offset(field_));
  set_context(context);
}

void ArrivalAggregate::begin(const Batch& batch, std::span<const ColumnPtr> key_columns) {
  AggregateColumn::begin(batch, key_columns);
  if (sharing_ != nullptr && leads()) sharing_->pairs.begin(key_columns, argument(), batch.num_rows());
}

void ArrivalAggregate::select_shared(const Batch& batch, const Selection& rows) {
  if (sharing_ == nullptr) return;
  select(batch, rows, true, signed_);
  sharing_->pairs.add(number_, std::move(signed_));
}

void ArrivalAggregate::update(const Batch& batch, RecordTable& table, const KeyBatch& keys, const Selection& rows,
                              std::span<std::byte* const> records) {
  if (!filtered() && store_ == Store::kNone && batch.append_only()) {
    AccumulatorCall call(table, context());
    function().add(call, {records, offset_}, argument().get(), rows);
    return;
  }
  if (sharing_ != nullptr) {
    if (leads()) sharing_->pairs.count(table.distinct_counts(companion_));
    signed_ = sharing_->pairs.changed(number_);
    return apply(table, argument(), signed_, records);
  }
  select(batch, rows, store_ != Store::kNone, signed_);
  if (store_ == Store::kSequence) {
    list(table, keys);
  } else if (store_ != Store::kNone) {
    count(table, keys);
  }
  const bool replays = store_ == Store::kOrdered || store_ == Store::kSequence;
  if (!replays || !signed_.any_retracted) {
    apply(table, argument(), signed_, records);
  } else {
    // A value that came is added, a key that lost one is set anew: in this order, so that the second wins.
    SignedRows gone;
    SignedRows come;
    for (size_t i = 0; i < signed_.rows.size(); ++i)
      (signed_.signs[i] > 0 ? come : gone).add(signed_.rows[i], signed_.signs[i]);
    apply(table, argument(), come, records);
    replay(table, keys, gone.rows, records);
  }
}

void ArrivalAggregate::list(RecordTable& table, const KeyBatch& keys) {
  OrderedSequence& sequence = table.ordered_sequence(companion_);
  OperatorScalars& scalars = context().state().scalars();
  int64_t arrival = scalars.get(kArrivalScalar).value_or(0);
  for (size_t i = 0; i < signed_.rows.size(); ++i) {
    const int32_t row = signed_.rows[i];
    if (signed_.signs[i] > 0) {
      sequence.put(keys[row], SubKey::of_time(0, arrival++), {&argument(), 1}, row);
    } else {
      sequence.erase_equal(keys[row], {&argument(), 1}, row);
    }
  }
  scalars.set(kArrivalScalar, ScalarMerge::kMaximum, arrival);
}

void ArrivalAggregate::replay(RecordTable& table, const KeyBatch& keys, std::span<const int32_t> rows,
                              std::span<std::byte* const> records) {
  if (store_ == Store::kOrdered && replay_ != RetractionReplay::kAll) return replay_extreme(table, keys, rows, records);
  std::unordered_set<const std::byte*> replayed;
  for (const int32_t row : rows) {
    std::byte* const record = records[static_cast<size_t>(row)];
    if (replayed.insert(record).second) replay_record(table, keys[row], record);
  }
}

void ArrivalAggregate::count(RecordTable& table, const KeyBatch& keys) {
  deltas_.assign(signed_.signs.begin(), signed_.signs.end());
  const size_t size = signed_.rows.size();
  if (size == 0) return;
  transitions_.assign(size, 0);
  table.ordered_values(companion_).add(keys, signed_.rows, *argument(), deltas_, transitions_);
  signed_ = changed_rows(signed_.rows, transitions_, 1, 0);
}

void ArrivalAggregate::apply(RecordTable& table, const ColumnPtr& argument, const SignedRows& rows,
                             std::span<std::byte* const> records) {
  if (rows.rows.empty()) return;
  const auto num_rows = static_cast<int32_t>(records.size());
  if (!rows.any_retracted) {
    apply_run(table, argument.get(), rows.rows, num_rows, false, records);
  } else if (runs_in_order_) {
    for (size_t first = 0; first < rows.rows.size();) {
      size_t end = first + 1;
      while (end < rows.rows.size() && rows.signs[end] == rows.signs[first]) ++end;
      apply_run(table, argument.get(), std::span(rows.rows).subspan(first, end - first), num_rows,
                rows.signs[first] < 0, records);
      first = end;
    }
  } else {
    for (const int8_t sign : {int8_t{1}, int8_t{-1}}) {
      run_.clear();
      for (size_t i = 0; i < rows.rows.size(); ++i)
        if (rows.signs[i] == sign) run_.push_back(rows.rows[i]);
      apply_run(table, argument.get(), run_, num_rows, sign < 0, records);
    }
  }
}

void ArrivalAggregate::apply_run(RecordTable& table, const Column* argument, std::span<const int32_t> rows,
                                 int32_t num_rows, bool retract, std::span<std::byte* const> records) {
  if (rows.empty()) return;
  AccumulatorCall call(table, context());
  const Selection selection = Selection::of(rows, num_rows);
  if (retract) {
    function().retract(call, {records, offset_}, argument, selection);
  } else {
    function().add(call, {records, offset_}, argument, selection);
  }
}

void ArrivalAggregate::replay_extreme(RecordTable& table, const KeyBatch& keys, std::span<const int32_t> rows,
                                      std::span<std::byte* const> records) {
  if (rows.empty()) return;
  OrderedValues& values = table.ordered_values(companion_);
  ColumnBuilder extremes(function().argument_type());
  std::vector<std::byte*> affected;
  for (const int32_t row : rows) {
    affected.push_back(records[static_cast<size_t>(row)]);
    replay_ == RetractionReplay::kLast ? values.append_last(keys[row], extremes)
                                       : values.append_first(keys[row], extremes);
  }
  AccumulatorCall call(table, context());
  const Accumulators into{affected, offset_};
  function().clear(call, into);
  const ColumnPtr column = extremes.finish();
  function().add(call, into, column.get(), Selection::all(column->num_rows()));
}

ColumnPtr ArrivalAggregate::counted_values(RecordTable& table, KeyRef key) const {
  ColumnBuilder values(function().argument_type());
  if (store_ == Store::kSequence) {
    const OrderedSequence& sequence = table.ordered_sequence(companion_);
    if (replay_ == RetractionReplay::kAll) {
      sequence.append_all(key, {&values, 1}, nullptr);
    } else {
      sequence.append_end(key, replay_ == RetractionReplay::kFirst ? ScanDirection::kForward : ScanDirection::kBackward,
                          {&values, 1});
    }
    return values.finish();
  }
  const OrderedValues& ordered = table.ordered_values(companion_);
  if (store_ == Store::kOrdered && replay_ != RetractionReplay::kAll) {
    replay_ == RetractionReplay::kLast ? ordered.append_last(key, values) : ordered.append_first(key, values);
    return values.finish();
  }
  std::vector<int64_t> counts;
  ordered.append_all(key, values, counts);
  std::vector<int32_t> counted;
  for (size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) counted.push_back(static_cast<int32_t>(i));
  return values.finish()->take(counted);
}

void ArrivalAggregate::replay_record(RecordTable& table, KeyRef key, std::byte* record) {
  const ColumnPtr values = counted_values(table, key);
  std::byte* const one[] = {record};
  AccumulatorCall call(table, context());
  function().clear(call, {one, offset_});
  add_all(function(), call, record, offset_, *values);
}

void ArrivalAggregate::clear(RecordTable& table, KeyRef key, std::byte* record) {
  std::byte* const records[] = {record};
  AccumulatorCall call(table, context());
  function().clear(call, {records, offset_});
  if (store_ == Store::kNone) return;
  CHECK(store_ != Store::kDistinctPairs);
  if (store_ == Store::kSequence) {
    table.ordered_sequence(companion_).erase(key);
  } else {
    table.ordered_values(companion_).erase(key);
  }
}

void ArrivalAggregate::append_results(RecordTable& table, std::span<const std::byte* const> records,
                                      ColumnBuilder& out) {
  AccumulatorCall call(table, context());
  function().result(call, {records, offset_}, out);
}

void ArrivalAggregate::merge_companion(RecordTable& into, RecordTable& from) {
  if (store_ == Store::kOrdered) into.ordered_values(companion_).merge_from(from.ordered_values(companion_));
  if (store_ == Store::kSequence) into.ordered_sequence(companion_).merge_from(from.ordered_sequence(companion_));
  CHECK(store_ != Store::kDistinctValues);
}

void ArrivalAggregate::merge_records(RecordTable& into, const KeyBatch& keys, std::span<std::byte* const> into_records,
                                     RecordTable& from, std::span<const std::byte* const> from_records) {
  if (store_ == Store::kNone) {
    AccumulatorCall call(into, context());
    const TableTexts from_texts(from);
    function().merge(call, {into_records, offset_}, {from_records, offset_}, &from_texts);
  } else if (store_ != Store::kDistinctPairs) {
    run_.resize(into_records.size());
    for (size_t i = 0; i < run_.size(); ++i) run_[i] = static_cast<int32_t>(i);
    replay(into, keys, run_, into_records);
  }
}

void ArrivalAggregate::merge_distinct(RecordTable& into, RecordTable& from) {
  if (store_ != Store::kDistinctPairs || !leads()) return;
  DistinctCounts& counts = into.distinct_counts(companion_);
  KeyBatch keys(into.key_layout());
  std::vector<std::byte*> records;
  from.distinct_counts(companion_).scan([&](const KeyBatch& pairs, std::span<const int64_t> deltas) {
    transitions_.resize(deltas.size());
    counts.add(pairs, deltas, transitions_);
    keys.clear();
    owner_keys(pairs, keys);
    records.assign(static_cast<size_t>(pairs.num_rows()), nullptr);
    into.find_for_update(keys, records);
    std::vector<ColumnBuilder> columns;
    for (const Type& type : pairs.layout().types()) columns.emplace_back(type);
    pairs.decode(columns);
    const ColumnPtr values = columns.back().finish();
    const std::vector<ArrivalAggregate*>& aggregates = sharing_->aggregates;
    std::vector<int32_t> rows(records.size());
    std::iota(rows.begin(), rows.end(), 0);
    for (size_t a = 0; a < aggregates.size(); ++a) {
      const SignedRows changed = changed_rows(rows, transitions_, aggregates.size(), a);
      aggregates[a]->apply(into, values, changed, records);
    }
  });
}

void ArrivalAggregate::merge_record(RecordTable& table, KeyRef into_key, std::byte* into, KeyRef from_key,
                                    const std::byte* from) {
  if (store_ == Store::kNone) {
    std::byte* const into_records[] = {into};
    const std::byte* const from_records[] = {from};
    AccumulatorCall call(table, context());
    const TableTexts texts(table);
    function().merge(call, {into_records, offset_}, {from_records, offset_}, &texts);
    return;
  }
  CHECK(store_ != Store::kDistinctPairs);
  if (store_ == Store::kSequence) {
    table.ordered_sequence(companion_).merge_keys(from_key, into_key);
  } else {
    table.ordered_values(companion_).merge_keys(from_key, into_key);
  }
  replay_record(table, into_key, into);
}

}  // namespace tidemill
