#include "operators/sorted_over.h"

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"

namespace tidemill {
namespace {

constexpr std::string_view kArrivalScalar = "over.next_arrival";
constexpr std::string_view kShownField = "shown";

size_t input_columns(const SortedOverSpec& spec) {
  return static_cast<size_t>(spec.schema->size()) - spec.calls.size();
}

std::vector<Type> input_types(const SortedOverSpec& spec) { return leading_types(*spec.schema, input_columns(spec)); }

std::vector<Type> result_types(const SortedOverSpec& spec) {
  std::vector<Type> types;
  for (const AggregateSpec& call : spec.calls) types.push_back(call.function->result_type());
  return types;
}

SchemaPtr input_schema(const SortedOverSpec& spec) {
  std::vector<Field> fields = spec.schema->fields();
  fields.resize(input_columns(spec));
  return make_schema(std::move(fields));
}

std::vector<ColumnPtr> joined(std::vector<ColumnPtr> columns, const std::vector<ColumnPtr>& results) {
  columns.insert(columns.end(), results.begin(), results.end());
  return columns;
}

}  // namespace

SortedOver::SortedOver(const SortedOverSpec& spec)
    : spec_(spec),
      values_(input_types(spec)),
      results_(result_types(spec), input_columns(spec)),
      places_(spec.order, !spec.input_retracts, false),
      rows_of_partitions_{nullptr, &values_, spec.order, input_schema(spec), nullptr},
      walk_(spec, rows_of_partitions_),
      changes_(spec.schema, false, spec.emit_update_before),
      time_to_live_(spec.final_only ? 0 : spec.state_ttl_ms) {
  for (const int32_t key : spec_.keys) key_types_.push_back(spec_.schema->field(key).type);
}

void SortedOver::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor rows;
  rows.name = "rows";
  rows.key_types = key_types_;
  values_.declare(rows);
  if (!spec_.final_only) {
    results_.declare(rows);
    rows.fields.push_back(RecordField::flag(std::string(kShownField)));
  }
  rows_ = &context.state().ordered_table(rows, SubKeyKind::kBytes);
  values_.open(rows_->layout());
  if (!spec_.final_only) {
    results_.open(rows_->layout());
    shown_offset_ = rows_->layout().offset(kShownField);
  }
  rows_of_partitions_.table = rows_;
  rows_of_partitions_.context = &context;
  TableDescriptor partitions;
  partitions.name = "frames";
  partitions.key_types = key_types_;
  walk_.declare(partitions);
  time_to_live_.declare(partitions);
  partitions_ = &context.state().record_table(partitions);
  walk_.open(*partitions_, context);
  if (time_to_live_.enabled()) time_to_live_.open(*partitions_);
  keys_.emplace(rows_->key_layout());
  final_key_.emplace(rows_->key_layout());
}

void SortedOver::process(Batch input, int32_t, Output& output) {
  input_ = std::move(input);
  next_row_ = 0;
  keys_->assign(columns_at(input_, spec_.keys), input_.num_rows());
  places_.begin(input_);
  emit_in_steps(*context_, output, [this](Output& more) { return take_rows(more); });
}

bool SortedOver::take_rows(Output& output) {
  changes_.begin(input_);
  while (changes_.num_rows() < kBatchRowsTarget) {
    if (walking_) {
      walking_ = walk_on();
      continue;
    }
    if (next_row_ == input_.num_rows()) break;
    const int32_t row = next_row_++;
    changes_.because_of(row);
    if (time_to_live_.enabled()) renew_expired(row);
    if (retracts(input_.kind(row))) {
      remove(row);
    } else {
      insert(row);
    }
  }
  changes_.emit(output);
  context_->state().release();
  if (walking_ || next_row_ < input_.num_rows()) return true;
  input_ = Batch();
  return false;
}

void SortedOver::renew_expired(int32_t row) {
  const TimeToLive::Renewed partition = time_to_live_.renew((*keys_)[row], context_->processing_time());
  if (!partition.expired) return;
  rows_->erase((*keys_)[row], SubKeyRange::all());
  walk_.clear((*keys_)[row], partition.record);
}

EpochMillis SortedOver::next_processing_timer() const {
  return time_to_live_.enabled() ? time_to_live_.next_sweep() : kMaxWatermark;
}

void SortedOver::on_processing_time(EpochMillis now, Output&) {
  const KeyBatch& expired = time_to_live_.sweep(now);
  for (int32_t row = 0; row < expired.num_rows(); ++row) forget(expired[row]);
  context_->state().release();
}

void SortedOver::forget(KeyRef key) {
  rows_->erase(key, SubKeyRange::all());
  std::byte* const record = partitions_->find_for_update(key);
  if (record == nullptr) return;
  walk_.clear(key, record);
  partitions_->erase(key);
}

void SortedOver::insert(int32_t row) {
  OperatorScalars& scalars = context_->state().scalars();
  const int64_t arrival = scalars.get(kArrivalScalar).value_or(0);
  scalars.set(kArrivalScalar, ScalarMerge::kMaximum, arrival + 1);
  const std::string place(places_.place(row, arrival));
  bool created = false;
  std::byte* const record = rows_->upsert((*keys_)[row], SubKey::of_bytes(place), created);
  CHECK(created);
  values_.put(record, rows_->texts(), input_.columns(), row);
  if (!spec_.final_only) begin_walk(row, place, true);
}

void SortedOver::remove(int32_t row) {
  CHECK_MSG(spec_.input_retracts, "a row is taken back where rows are only inserted");
  const KeyRef key = (*keys_)[row];
  const std::optional<std::string> place = find(row);
  if (!place) {
    context_->metrics().add(kUnknownRetractionsCounter, 1);
    return;
  }
  if (spec_.final_only) {
    rows_->erase(key, SubKey::of_bytes(*place));
    return;
  }
  std::vector<ColumnBuilder> builders;
  for (const Field& field : spec_.schema->fields()) builders.emplace_back(field.type);
  const std::byte* const record = rows_->find(key, SubKey::of_bytes(*place));
  values_.append(record, rows_->texts(), std::span(builders).first(values_.types().size()));
  results_.append(record, rows_->texts(), std::span(builders).subspan(values_.types().size()));
  std::vector<ColumnPtr> gone;
  for (ColumnBuilder& builder : builders) gone.push_back(builder.finish());
  changes_.add(RowKind::kDelete, gone, 0);
  rows_->erase(key, SubKey::of_bytes(*place));
  if (rows_->size(key) == 0) {
    forget(key);
  } else {
    begin_walk(row, *place, false);
  }
}

std::optional<std::string> SortedOver::find(int32_t row) {
  const std::string values(places_.values(row));
  const SubKeyRange equal{SubKey::of_bytes(values), SubKey::of_bytes(places_.end_of(values))};
  std::optional<std::string> place;
  rows_->scan((*keys_)[row], equal, ScanDirection::kForward, [&](const SubKey& sub_key, const std::byte* record) {
    if (values_.equal(record, rows_->texts(), input_.columns(), row)) place.emplace(sub_key.bytes);
    return !place.has_value();
  });
  return place;
}

void SortedOver::begin_walk(int32_t row, std::string_view place, bool came) {
  const KeyRef key = (*keys_)[row];
  walking_ = true;
  if (walk_.looks_nearby()) return walk_.begin_near(key, place);
  if (!walk_.looks_back_only()) return walk_.begin(key);
  std::string first(place);
  if (!spec_.frame.rows) {  // peers have a part in each other's results
    const SubKeyRange from{SubKey::of_bytes(places_.values(row)), std::nullopt};
    rows_->scan(key, from, ScanDirection::kForward, [&](const SubKey& peer, const std::byte*) {
      first = std::min(first, std::string(peer.bytes));
      return false;
    });
  }
  bool is_last = came;
  if (came)
    rows_->scan(key, SubKeyRange::all(), ScanDirection::kBackward, [&](const SubKey& last, const std::byte*) {
      is_last = last.bytes == place;
      return false;
    });
  if (is_last) {
    walk_.go_on_at(key, first, place);
  } else {
    walk_.begin_at(key, first);
  }
}

bool SortedOver::walk_on() {
  const std::optional<FrameWalk::Walked> walked = walk_.next();
  if (walked) add_changes(*walked);
  return walked.has_value();
}

void SortedOver::add_changes(const FrameWalk::Walked& walked) {
  struct Change {
    int32_t row;
    int32_t old;  // of the old results; -1: the row has not come out yet
  };
  std::vector<Change> changed;
  std::vector<int32_t> old_rows;
  std::vector<ColumnBuilder> old_results;
  for (const Type& type : results_.types()) old_results.emplace_back(type);
  const std::string behind = walked.last_place + '\0';
  int32_t row = 0;
  const KeyRef key = (*keys_)[next_row_ - 1];
  rows_->scan_for_update(key, {SubKey::of_bytes(walked.first_place), SubKey::of_bytes(behind)}, ScanDirection::kForward,
                         [&](const SubKey&, std::byte* record) {
                           const int32_t at = row++;
                           const bool shown = record[shown_offset_] != std::byte{0};
                           if (shown && results_.equal(record, rows_->texts(), walked.results, at)) return true;
                           changed.push_back({at, shown ? static_cast<int32_t>(old_rows.size()) : -1});
                           if (shown) {
                             old_rows.push_back(at);
                             results_.append(record, rows_->texts(), old_results);
                           }
                           record[shown_offset_] = std::byte{1};
                           results_.put(record, rows_->texts(), walked.results, at);
                           return true;
                         });
  CHECK_EQ(row, walked.num_rows);
  std::vector<ColumnPtr> old;
  for (const ColumnPtr& column : walked.columns) old.push_back(column->take(old_rows));
  for (ColumnBuilder& builder : old_results) old.push_back(builder.finish());
  const std::vector<ColumnPtr> now = joined(walked.columns, walked.results);
  for (const Change& change : changed) {
    if (change.old >= 0) changes_.add(RowKind::kUpdateBefore, old, change.old);
    changes_.add(change.old >= 0 ? RowKind::kUpdateAfter : RowKind::kInsert, now, change.row);
  }
  context_->state().release();
}

void SortedOver::finish(Output& output) {
  changes_.begin(Batch());  // what comes out now comes of no row
  if (spec_.final_only) emit_in_steps(*context_, output, [this](Output& more) { return emit_final(more); });
}

bool SortedOver::next_partition() {
  if (final_keys_.empty() && !keys_ended_) {
    KeyBatch keys(rows_->key_layout());
    keys_ended_ = rows_->next_keys(1, keys);
    for (int32_t i = keys.num_rows(); i-- > 0;) final_keys_.push_back(keys.canonical(i));
    context_->state().release();
  }
  if (final_keys_.empty()) return false;
  final_key_->clear();
  final_key_->append(KeyView(final_keys_.back()));
  final_keys_.pop_back();
  walk_.begin((*final_key_)[0]);
  return true;
}

bool SortedOver::emit_final(Output& output) {
  while (changes_.num_rows() < kBatchRowsTarget) {
    if (!walking_) walking_ = next_partition();
    if (!walking_ && keys_ended_) break;
    if (!walking_) continue;
    if (const std::optional<FrameWalk::Walked> walked = walk_.next()) {
      const std::vector<ColumnPtr> columns = joined(walked->columns, walked->results);
      for (int32_t row = 0; row < walked->num_rows; ++row) changes_.add(RowKind::kInsert, columns, row);
      continue;
    }
    walking_ = false;
    const KeyRef key = (*final_key_)[0];
    walk_.clear(key, partitions_->find_for_update(key));
    partitions_->erase(key);
    context_->state().release();
  }
  const bool more = changes_.num_rows() > 0;
  changes_.emit(output);
  return more;
}

}  // namespace tidemill
