#include "operators/final_rank.h"

#include <algorithm>

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"
#include "operators/row_watermark.h"

namespace tidemill {
namespace {

constexpr std::string_view kArrivalScalar = "rank.next_arrival";

}  // namespace

FinalRank::FinalRank(const RankSpec& spec)
    : spec_(spec),
      values_(leading_types(*spec.schema, static_cast<size_t>(spec.schema->size()) - (spec.numbers ? 1 : 0))),
      places_(spec.order, !spec.input_retracts, spec.latest_first),
      rows_out_(spec.schema, spec.numbers, false) {
  CHECK(spec.final_only && (!spec.input_retracts || !by_window()));
  for (const int32_t key : spec_.keys) key_types_.push_back(spec_.schema->field(key).type);
}

void FinalRank::open(OperatorContext& context) {
  context_ = &context;
  WindowDefinition window;
  window.zoned = spec_.window_zoned;
  time_.emplace(window, context.evaluation().time_zone);
  TableDescriptor rows;
  rows.name = "rows";
  rows.key_types = key_types_;
  values_.declare(rows);
  kept_ = &context.state().ordered_table(rows, SubKeyKind::kBytes);
  values_.open(kept_->layout());
  keys_.emplace(kept_->key_layout());
  ends_ = &context.state().timers({"ends", key_types_});
}

EpochMillis FinalRank::fires_at(const Batch& input, int32_t row) const {
  if (!by_window()) return kMaxWatermark;
  return time_->fires_at(input.column(spec_.window_end)->decode<int64_t>()[row]);
}

void FinalRank::process(Batch input, int32_t, Output&) {
  keys_->assign(columns_at(input, spec_.keys), input.num_rows());
  places_.begin(input);
  OperatorScalars& scalars = context_->state().scalars();
  int64_t arrival = scalars.get(kArrivalScalar).value_or(0);
  std::vector<LateRow> late;
  int64_t used = 0;
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    const EpochMillis end = fires_at(input, row);
    const EpochMillis watermark = row_watermark(input, row, *context_);
    if (by_window() && end <= watermark) {
      const EpochMillis window_end = input.column(spec_.window_end)->decode<int64_t>()[row];
      late.push_back({row, window_end - 1, time_->of(watermark), kNoWatermark, window_end});
      continue;
    }
    if (retracts(input.kind(row))) {
      if (remove(input, row)) ++used;
      continue;
    }
    ++used;
    if (kept_->size((*keys_)[row]) == 0) ends_->add((*keys_)[row], end);
    insert(input, row, arrival++);
  }
  scalars.set(kArrivalScalar, ScalarMerge::kMaximum, arrival);
  context_->metrics().add(kRowsUsedCounter, used);
  if (!late.empty()) context_->late_rows(input, late, "window_closed");
  context_->state().release();
}

void FinalRank::insert(const Batch& input, int32_t row, int64_t arrival) {
  const KeyRef key = (*keys_)[row];
  const std::string_view place = places_.place(row, arrival);
  const bool full = !spec_.input_retracts && kept_->size(key) >= spec_.last;
  if (full) {
    std::string last;
    kept_->scan(key, SubKeyRange::all(), ScanDirection::kBackward, [&](const SubKey& sub_key, const std::byte*) {
      last = sub_key.bytes;
      return false;
    });
    if (last < place) return;
    kept_->erase(key, SubKey::of_bytes(last));
  }
  bool created = false;
  values_.put(kept_->upsert(key, SubKey::of_bytes(place), created), kept_->texts(), input.columns(), row);
  CHECK(created);
}

bool FinalRank::remove(const Batch& input, int32_t row) {
  CHECK_MSG(spec_.input_retracts, "a row is taken back where rows are only inserted");
  const KeyRef key = (*keys_)[row];
  const std::string values(places_.values(row));
  std::string place;
  kept_->scan(key, {SubKey::of_bytes(values), SubKey::of_bytes(places_.end_of(values))}, ScanDirection::kForward,
              [&](const SubKey& sub_key, const std::byte* record) {
                if (values_.equal(record, kept_->texts(), input.columns(), row)) place = sub_key.bytes;
                return place.empty();
              });
  if (place.empty()) {
    context_->metrics().add(kUnknownRetractionsCounter, 1);
    return false;
  }
  kept_->erase(key, SubKey::of_bytes(place));
  if (kept_->size(key) == 0) ends_->remove(key, kMaxWatermark);
  return true;
}

void FinalRank::on_watermark(EpochMillis watermark, Output& output) {
  emit_in_steps(*context_, output, [this, watermark](Output& more) { return fire_some(watermark, more); });
}

bool FinalRank::fire_some(EpochMillis watermark, Output& output) {
  // As many partitions as give a batch, were all of them full.
  const auto partitions = static_cast<int32_t>(std::clamp<int64_t>(kBatchRowsTarget / spec_.last, 1, kBatchRowsTarget));
  DueTimers due(ends_->key_layout());
  const bool any = ends_->pop_due(watermark, partitions, due);
  for (int32_t i = 0; i < due.size(); ++i) {
    int64_t number = 0;
    kept_->scan(due.keys[i], SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey&, const std::byte* record) {
      if (++number >= spec_.first) rows_out_.add(RowKind::kInsert, record, values_, kept_->texts(), number);
      return number < spec_.last;
    });
    kept_->erase(due.keys[i], SubKeyRange::all());
  }
  rows_out_.emit(output);
  context_->state().release();
  return any;
}

std::optional<NextFiring> FinalRank::next_firing() const {
  const std::optional<EpochMillis> next = ends_->next_time();
  context_->state().release();
  if (!next || !by_window()) return std::nullopt;
  return NextFiring{time_->of(*next + 1), *next};
}

}  // namespace tidemill
