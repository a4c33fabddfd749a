#include "operators/sink_materializer.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "data/value_text.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"
#include "state/ordered_integer.h"

namespace tidemill {
namespace {

constexpr std::string_view kArrivalScalar = "sink.next_arrival";

int64_t arrival_of(std::string_view place) {
  return ordered_integer(place.substr(place.size() - kOrderedIntegerBytes));
}

std::string place_of(std::string_view identity, int64_t arrival) {
  std::string place(identity);
  append_ordered_integer(arrival, place);
  return place;
}

SchemaPtr identity_schema(const SinkMaterializeSpec& spec) {
  if (!spec.upsert_key) return spec.schema;
  std::vector<Field> fields;
  for (const int32_t column : *spec.upsert_key) fields.push_back(spec.schema->field(column));
  return make_schema(std::move(fields));
}

std::vector<Type> types_at(const Schema& schema, std::span<const int32_t> columns) {
  std::vector<Type> types;
  for (const int32_t column : columns) types.push_back(schema.field(column).type);
  return types;
}

std::vector<Type> types_of(const Schema& schema) { return leading_types(schema, static_cast<size_t>(schema.size())); }

}  // namespace

SinkMaterializer::SinkMaterializer(const SinkMaterializeSpec& spec)
    : spec_(spec),
      key_types_(types_at(*spec.schema, spec.primary_key)),
      values_(types_of(*spec.schema)),
      identity_schema_(identity_schema(spec)),
      identities_(*identity_schema_, {}),
      changes_(spec.schema, false, false),
      pending_(key_types_, types_of(*spec.schema), std::numeric_limits<int64_t>::max()),
      time_to_live_(spec.state_ttl_ms) {}

void SinkMaterializer::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor rows;
  rows.name = "rows";
  rows.key_types = key_types_;
  values_.declare(rows);
  rows_ = &context.state().ordered_table(rows, SubKeyKind::kTimeSequence);
  values_.open(rows_->layout());
  TableDescriptor places;
  places.name = "places";
  places.key_types = key_types_;
  places_ = &context.state().ordered_table(places, SubKeyKind::kBytes);
  pending_.open(context.state());
  keys_.emplace(rows_->key_layout());
  flushed_.emplace(rows_->key_layout());
  if (!time_to_live_.enabled()) return;
  TableDescriptor written;
  written.name = "written";
  written.key_types = key_types_;
  time_to_live_.declare(written);
  written_ = &context.state().record_table(written);
  time_to_live_.open(*written_);
}

void SinkMaterializer::process(Batch input, int32_t, Output&) {
  if (pending_.empty()) held_watermark_ = context_->watermark();
  keys_->assign(columns_at(input, spec_.primary_key), input.num_rows());
  if (written_ != nullptr)
    for (int32_t row = 0; row < input.num_rows(); ++row) renew_expired(row);
  note_before(pending_.add(*keys_), input);
  begin_identities(input);
  OperatorScalars& scalars = context_->state().scalars();
  arrival_ = scalars.get(kArrivalScalar).value_or(0);
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    identify(row);
    if (retracts(input.kind(row))) {
      remove(row);
    } else {
      insert(input, row);
    }
  }
  scalars.set(kArrivalScalar, ScalarMerge::kMaximum, arrival_);
  context_->state().release();
}

void SinkMaterializer::note_before(std::span<const int32_t> first_changes, const Batch& input) {
  std::vector<int32_t> rows;
  std::vector<int32_t> shown;
  std::vector<ColumnBuilder> builders;
  for (const Field& field : input.schema()->fields()) builders.emplace_back(field.type);
  for (const int32_t row : first_changes) {
    const std::byte* const record = last_row((*keys_)[row]);
    if (record == nullptr) continue;
    values_.append(record, rows_->texts(), builders);
    shown.push_back(static_cast<int32_t>(rows.size()));
    rows.push_back(row);
  }
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.finish());
  pending_.set_before(rows, shown, columns);
}

void SinkMaterializer::renew_expired(int32_t row) {
  if (time_to_live_.renew((*keys_)[row], context_->processing_time()).expired) erase_group((*keys_)[row]);
}

void SinkMaterializer::begin_identities(const Batch& rows) {
  if (!spec_.upsert_key) return identities_.begin(rows);
  identities_.begin(Batch(identity_schema_, columns_at(rows, *spec_.upsert_key), rows.num_rows()));
}

void SinkMaterializer::identify(int32_t row) {
  identity_.clear();
  identities_.append(row, identity_);
}

std::optional<int64_t> SinkMaterializer::find_arrival(KeyRef key) const {
  const std::string until = identity_ + std::string(kOrderedIntegerBytes + 1, '\xff');
  std::optional<int64_t> arrival;
  places_->scan(key, {SubKey::of_bytes(identity_), SubKey::of_bytes(until)}, ScanDirection::kForward,
                [&](const SubKey& place, const std::byte*) {
                  if (place.bytes.size() == identity_.size() + kOrderedIntegerBytes) arrival = arrival_of(place.bytes);
                  return !arrival;
                });
  return arrival;
}

void SinkMaterializer::insert(const Batch& input, int32_t row) {
  const KeyRef key = (*keys_)[row];
  const std::optional<int64_t> earlier = spec_.upsert_key ? find_arrival(key) : std::nullopt;
  const int64_t arrival = earlier ? *earlier : arrival_++;
  bool created = false;
  if (!earlier) places_->upsert(key, SubKey::of_bytes(place_of(identity_, arrival)), created);
  values_.put(rows_->upsert(key, SubKey::of_time(arrival, 0), created), rows_->texts(), input.columns(), row);
}

void SinkMaterializer::remove(int32_t row) {
  const KeyRef key = (*keys_)[row];
  const std::optional<int64_t> arrival = find_arrival(key);
  if (!arrival) return context_->metrics().add(kUnknownRetractionsCounter, 1);
  places_->erase(key, SubKey::of_bytes(place_of(identity_, *arrival)));
  rows_->erase(key, SubKey::of_time(*arrival, 0));
}

void SinkMaterializer::erase_group(KeyRef key) {
  rows_->erase(key, SubKeyRange::all());
  places_->erase(key, SubKeyRange::all());
}

const std::byte* SinkMaterializer::last_row(KeyRef key) const {
  const std::byte* last = nullptr;
  rows_->scan(key, SubKeyRange::all(), ScanDirection::kBackward, [&](const SubKey&, const std::byte* record) {
    last = record;
    return false;
  });
  return last;
}

void SinkMaterializer::keep_only(KeyRef key, int64_t arrival) {
  std::vector<std::string> gone;
  places_->scan(key, SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& place, const std::byte*) {
    if (arrival_of(place.bytes) != arrival) gone.emplace_back(place.bytes);
    return true;
  });
  for (const std::string& place : gone) {
    places_->erase(key, SubKey::of_bytes(place));
    rows_->erase(key, SubKey::of_time(arrival_of(place), 0));
  }
}

const std::byte* SinkMaterializer::shown_row(KeyRef key, bool was_shown, int32_t before_row) {
  if (spec_.conflict == SinkMaterializeSpec::Conflict::kDeduplicate || rows_->size(key) <= 1) return last_row(key);
  if (spec_.conflict == SinkMaterializeSpec::Conflict::kError) throw_conflict(key);
  std::optional<int64_t> kept;
  if (was_shown) {
    identify(before_row);
    kept = find_arrival(key);
  }
  if (!kept) {
    rows_->scan(key, SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& first, const std::byte*) {
      kept = first.time;
      return false;
    });
  }
  keep_only(key, *kept);
  return last_row(key);
}

void SinkMaterializer::throw_conflict(KeyRef key) const {
  KeyBatch one(rows_->key_layout());
  one.append(key);
  std::vector<ColumnBuilder> builders;
  for (const Type& type : key_types_) builders.emplace_back(type);
  one.decode(builders);
  std::string text;
  for (size_t i = 0; i < builders.size(); ++i) {
    text += fmt::format("{}{}=", i == 0 ? "" : ", ", spec_.schema->field(spec_.primary_key[i]).name);
    append_row_text(text, *builders[i].finish(), 0);
  }
  throw UserError(fmt::format("Primary key constraint violation: multiple distinct records with the same primary key "
                              "detected. Conflicting key: [{}] of table {}",
                              text, spec_.table),
                  "Use ON CONFLICT DO NOTHING to keep the first record, or DO DEDUPLICATE to keep the last.");
}

void SinkMaterializer::flush(Output& output) {
  if (pending_.empty()) return;
  pending_.scan([&](std::span<const std::byte* const> pending) { flush_groups(pending, output); });
  pending_.clear();
  context_->state().release();
}

void SinkMaterializer::flush_groups(std::span<const std::byte* const> pending, Output& output) {
  flushed_->clear();
  pending_.read_keys(pending, *flushed_);
  std::vector<ColumnBuilder> builders;
  for (const Type& type : values_.types()) builders.emplace_back(type);
  std::vector<int32_t> before(pending.size(), -1);
  int32_t num_before = 0;
  for (size_t i = 0; i < pending.size(); ++i)
    if (pending_.append_before(pending[i], builders)) before[i] = num_before++;
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.finish());
  const Batch shown(spec_.schema, columns, num_before);
  begin_identities(shown);
  for (size_t i = 0; i < pending.size(); ++i) {
    const bool was_shown = before[i] >= 0;
    const std::byte* const row = shown_row((*flushed_)[static_cast<int32_t>(i)], was_shown, before[i]);
    if (row == nullptr) {
      if (was_shown) changes_.add(RowKind::kDelete, columns, before[i]);
    } else if (!was_shown || !values_.equal(row, rows_->texts(), columns, before[i])) {
      changes_.add(was_shown ? RowKind::kUpdateAfter : RowKind::kInsert, row, values_, rows_->texts());
    }
  }
  changes_.emit(output);
  context_->state().release();
}

EpochMillis SinkMaterializer::output_watermark(EpochMillis watermark) const {
  return pending_.empty() ? watermark : std::min(watermark, held_watermark_);
}

void SinkMaterializer::before_barrier(const Barrier&, Output& output) { flush(output); }

void SinkMaterializer::finish(Output& output) { flush(output); }

// While changes are pending no row that they refer to may go.
EpochMillis SinkMaterializer::next_processing_timer() const {
  return written_ != nullptr && pending_.empty() ? time_to_live_.next_sweep() : kMaxWatermark;
}

void SinkMaterializer::on_processing_time(EpochMillis now, Output&) {
  const KeyBatch& expired = time_to_live_.sweep(now);
  for (int32_t row = 0; row < expired.num_rows(); ++row) erase_group(expired[row]);
  written_->erase(expired);
  context_->state().release();
}

}  // namespace tidemill
