#include "operators/temporal_sort.h"

#include "operators/emit_in_steps.h"
#include "operators/event_times.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"
#include "operators/rows_before_due.h"
#include "state/ordered_encoding.h"
#include "state/ordered_integer.h"

namespace tidemill {
namespace {

constexpr std::string_view kArrivalsScalar = "sort.arrivals";
constexpr std::string_view kFiredScalar = "sort.fired_until";  // the greatest time of a row that has come out

}  // namespace

TemporalSort::TemporalSort(const TemporalSortSpec& spec)
    : spec_(spec), values_(leading_types(*spec.schema, static_cast<size_t>(spec.schema->size()))) {}

void TemporalSort::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor descriptor;
  descriptor.name = "rows";
  values_.declare(descriptor);
  rows_ = &context.state().ordered_table(descriptor, SubKeyKind::kBytes);
  values_.open(rows_->layout());
  one_key_.emplace(rows_->key_layout());
  one_key_->assign({}, 1);
}

void TemporalSort::process(Batch input, int32_t, Output&) {
  CHECK_MSG(input.append_only(), "a sort by time was given rows that are taken back");
  OperatorScalars& scalars = context_->state().scalars();
  const int32_t num_rows = input.num_rows();
  EpochMillis fired = kNoWatermark;
  if (spec_.processing_time) {
    times_.assign(static_cast<size_t>(num_rows), context_->processing_time());
  } else {
    read_event_times(input, spec_.keys.front().column, "ORDER BY", times_);
    fired = scalars.get(kFiredScalar).value_or(kNoWatermark);
  }
  int64_t arrivals = scalars.get(kArrivalsScalar).value_or(0);
  std::vector<LateRow> late;
  std::string sub_key;
  for (int32_t row = 0; row < num_rows; ++row) {
    const EpochMillis time = times_[static_cast<size_t>(row)];
    if (time <= fired) {
      late.push_back({row, time, fired});
      continue;
    }
    sub_key.clear();
    append_ordered_integer(time, sub_key);
    for (size_t i = 1; i < spec_.keys.size(); ++i) {
      const SortKey& key = spec_.keys[i];
      append_ordered(*input.column(key.column), row, {key.descending, key.nulls_first}, sub_key);
    }
    append_ordered_integer(arrivals++, sub_key);
    bool created = false;
    std::byte* const record = rows_->upsert((*one_key_)[0], SubKey::of_bytes(sub_key), created);
    values_.put(record, rows_->texts(), input.columns(), row);
  }
  scalars.set(kArrivalsScalar, ScalarMerge::kMaximum, arrivals);
  account_rows(*context_, input, late, "order_passed");
  context_->state().release();
}

int32_t TemporalSort::rows_before_firing(const Batch& input, int32_t first, int32_t) {
  if (spec_.processing_time) return input.num_rows() - first;
  read_event_times(input, spec_.keys.front().column, "ORDER BY", times_);
  const EpochMillis next = next_time().value_or(kMaxWatermark);
  context_->state().release();
  return rows_before_due(input, first, next, times_);
}

std::optional<EpochMillis> TemporalSort::next_time() const {
  std::optional<EpochMillis> next;
  rows_->scan((*one_key_)[0], SubKeyRange::all(), ScanDirection::kForward,
              [&](const SubKey& sub_key, const std::byte*) {
                next = ordered_integer(sub_key.bytes);
                return false;
              });
  return next;
}

void TemporalSort::on_watermark(EpochMillis watermark, Output& output) {
  if (!spec_.processing_time) fire_until(watermark, output);
}

EpochMillis TemporalSort::next_processing_timer() const {
  if (!spec_.processing_time) return kMaxWatermark;
  const std::optional<EpochMillis> next = next_time();
  context_->state().release();
  return next ? *next + 1 : kMaxWatermark;
}

void TemporalSort::on_processing_time(EpochMillis now, Output& output) { fire_until(now - 1, output); }

void TemporalSort::finish(Output& output) {
  if (spec_.processing_time) fire_until(kMaxWatermark, output);
}

void TemporalSort::fire_until(EpochMillis time, Output& output) {
  emit_in_steps(*context_, output, [this, time](Output& more) { return fire_some(time, more); });
}

bool TemporalSort::fire_some(EpochMillis time, Output& output) {
  std::vector<ColumnBuilder> builders;
  for (const Field& field : spec_.schema->fields()) builders.emplace_back(field.type);
  int32_t count = 0;
  std::string last;
  bool more = false;
  rows_->scan((*one_key_)[0], SubKeyRange::all(), ScanDirection::kForward,
              [&](const SubKey& sub_key, const std::byte* record) {
                if (ordered_integer(sub_key.bytes) > time) return false;
                more = count == kBatchRowsTarget;
                if (more) return false;
                values_.append(record, rows_->texts(), builders);
                last = sub_key.bytes;
                ++count;
                return true;
              });
  if (count > 0) {
    std::vector<ColumnPtr> columns;
    for (ColumnBuilder& builder : builders) columns.push_back(builder.finish());
    SubKeyRange sent;
    const std::string behind = last + '\0';
    sent.until = SubKey::of_bytes(behind);
    rows_->erase((*one_key_)[0], sent);
    context_->state().scalars().set(kFiredScalar, ScalarMerge::kMaximum, ordered_integer(last));
    context_->state().release();
    output.emit(Batch(spec_.schema, std::move(columns), count));
  } else {
    context_->state().release();
  }
  return more;
}

std::optional<NextFiring> TemporalSort::next_firing() const {
  const std::optional<EpochMillis> next = next_time();
  context_->state().release();
  if (!next) return std::nullopt;
  return NextFiring{*next, *next, false, spec_.processing_time};
}

}  // namespace tidemill
