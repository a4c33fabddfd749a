#include "operators/window_aggregate.h"

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"

namespace tidemill {
namespace {

constexpr std::string_view kFiredScalar = "window.fired_until";  // processing time only

// The first window that rows of the slice count in.
EpochMillis first_end(const SliceId& slice) { return std::max(slice.slice_end, slice.first_window_end); }

}  // namespace

WindowAggregate::WindowAggregate(const WindowAggregateSpec& spec)
    : spec_(spec),
      key_types_(leading_types(*spec.schema, spec.keys.size())),
      aggregation_(spec.aggregates,
                   {.input_retracts = spec.input_retracts, .counts_rows = spec.window.processing_time}),
      results_(spec, key_types_) {}

void WindowAggregate::open(OperatorContext& context) {
  context_ = &context;
  const WindowTime time(spec_.window, context.evaluation().time_zone);
  windows_.emplace(spec_.window, time);
  rows_.emplace(spec_.window, spec_.time_column, time);
  TableDescriptor descriptor;
  descriptor.name = "slices";
  descriptor.key_types = key_types_;
  aggregation_.declare(descriptor);
  slices_ = &context.state().slice_tables(descriptor);
  aggregation_.open(slices_->layout(), context);
  keys_.emplace(slices_->key_layout());
}

void WindowAggregate::restored() {
  pending_ends_.clear();
  const EpochMillis progress = spec_.window.processing_time
                                   ? context_->state().scalars().get(kFiredScalar).value_or(kNoWatermark)
                                   : context_->watermark();
  for (const SliceId& slice : slices_->ids()) {
    const EpochMillis end = std::max(first_end(slice), windows_->first_open_end(slice.slice_end, progress));
    if (end <= windows_->last_window_end(slice.slice_end)) pending_ends_.insert(end);
  }
}

void WindowAggregate::process(Batch input, int32_t, Output&) {
  const int32_t num_rows = input.num_rows();
  if (num_rows == 0) return;
  const std::vector<ColumnPtr> key_columns = columns_at(input, spec_.keys);
  rows_->begin(input, *context_);
  keys_->assign(key_columns, num_rows);
  aggregation_.begin(input, key_columns);
  records_.assign(static_cast<size_t>(num_rows), nullptr);
  if (const std::optional<SliceId> slice = common_slice()) {
    add_rows(*slice, Selection::all(num_rows));
  } else {
    assign_slices(num_rows);
    for (const SliceRows& group : slice_rows_) add_rows(group.slice, Selection::of(group.rows, num_rows));
    rows_->report(*context_);
  }
  report_outcomes();
  context_->state().release();
}

std::optional<SliceId> WindowAggregate::common_slice() const {
  const auto [earliest, latest] = std::minmax_element(rows_->times().begin(), rows_->times().end());
  const EpochMillis end = windows_->slice_end(*latest);
  if (windows_->slice_end(*earliest) != end) return std::nullopt;
  if (windows_->time().fires_at(end) <= rows_->greatest_watermark()) return std::nullopt;
  return SliceId{end};
}

void WindowAggregate::assign_slices(int32_t num_rows) {
  slice_rows_.clear();
  slice_rows_index_.clear();
  SliceId previous{kNoWatermark};
  std::vector<int32_t>* group = nullptr;
  for (int32_t row = 0; row < num_rows; ++row) {
    const EpochMillis watermark = rows_->watermark(row);
    SliceId slice{windows_->slice_end(rows_->times()[static_cast<size_t>(row)])};
    const EpochMillis open_end = windows_->first_open_end(slice.slice_end, watermark);
    if (open_end != slice.slice_end) {
      const EpochMillis last_end = windows_->last_window_end(slice.slice_end);
      if (open_end > last_end) {
        rows_->drop(row, windows_->time().fires_at(last_end), windows_->window_start(last_end), last_end);
        window_rows_late_ += windows_->count(slice.slice_end, last_end);
        continue;
      }
      slice.first_window_end = open_end;
    }
    if (group == nullptr || slice != previous) group = &rows_of(slice);
    group->push_back(row);
    previous = slice;
  }
}

std::vector<int32_t>& WindowAggregate::rows_of(const SliceId& slice) {
  const auto [found, added] = slice_rows_index_.try_emplace(slice, slice_rows_.size());
  if (added) slice_rows_.push_back({slice, {}});
  return slice_rows_[found->second].rows;
}

void WindowAggregate::add_rows(const SliceId& slice, const Selection& rows) {
  if (slices_->find(slice) == nullptr) pending_ends_.insert(first_end(slice));
  RecordTable& table = slices_->slice(slice);
  created_.resize(static_cast<size_t>(rows.size()));
  if (rows.is_all()) {
    table.upsert(*keys_, records_, created_);
  } else {
    const std::vector<int32_t>& selected = slice_rows_[slice_rows_index_.at(slice)].rows;
    upserted_.resize(selected.size());
    table.upsert(*keys_, selected, upserted_, created_);
    for (size_t i = 0; i < selected.size(); ++i) records_[static_cast<size_t>(selected[i])] = upserted_[i];
  }
  aggregation_.update(table, *keys_, rows, records_);
  account(slice, rows.size());
}

void WindowAggregate::account(const SliceId& slice, int64_t rows) {
  rows_used_ += rows;
  const EpochMillis first = first_end(slice);
  window_rows_used_ += rows * windows_->count(first, windows_->last_window_end(slice.slice_end));
  window_rows_late_ += rows * windows_->count(slice.slice_end, first - windows_->step());
}

void WindowAggregate::report_outcomes() {
  OperatorMetrics& metrics = context_->metrics();
  metrics.add(kRowsUsedCounter, std::exchange(rows_used_, 0));
  metrics.add(kWindowRowsUsedCounter, std::exchange(window_rows_used_, 0));
  metrics.add(kWindowRowsLateCounter, std::exchange(window_rows_late_, 0));
}

void WindowAggregate::on_watermark(EpochMillis watermark, Output& output) {
  if (!spec_.window.processing_time) fire_until(watermark, output);
}

std::optional<NextFiring> WindowAggregate::next_firing() const {
  if (pending_ends_.empty()) return std::nullopt;
  return NextFiring{*pending_ends_.begin(), windows_->time().fires_at(*pending_ends_.begin()), false,
                    spec_.window.processing_time};
}

EpochMillis WindowAggregate::next_processing_timer() const {
  if (!spec_.window.processing_time || pending_ends_.empty()) return kMaxWatermark;
  return windows_->time().fires_at(*pending_ends_.begin());
}

void WindowAggregate::on_processing_time(EpochMillis now, Output& output) {
  fire_until(now, output);
  context_->state().scalars().set(kFiredScalar, ScalarMerge::kMinimum, now);
}

void WindowAggregate::fire_until(EpochMillis progress, Output& output) {
  if (!begin_firing(progress)) return;
  emit_in_steps(*context_, output, [this, progress](Output& more) { return fire_some(progress, more); });
}

bool WindowAggregate::fire_some(EpochMillis progress, Output& output) {
  if (begin_firing(progress)) {
    if (!emit_some(output)) end_firing();
    return true;
  }
  results_.flush(output);
  context_->state().release();
  return false;
}

std::vector<SliceId> WindowAggregate::slices_of_window(EpochMillis end) const {
  const std::span<const SliceId> ids = slices_->ids();
  const SliceId after_start{windows_->window_start(end), kMaxWatermark};
  std::vector<SliceId> slices;
  for (auto id = std::upper_bound(ids.begin(), ids.end(), after_start); id != ids.end() && id->slice_end <= end; ++id)
    if (id->first_window_end <= end) slices.push_back(*id);
  return slices;
}

bool WindowAggregate::begin_firing(EpochMillis progress) {
  while (!firing_ && !pending_ends_.empty() && windows_->time().fires_at(*pending_ends_.begin()) <= progress) {
    const EpochMillis end = *pending_ends_.begin();
    pending_ends_.erase(pending_ends_.begin());
    begin_firing_window(end);
  }
  return firing_.has_value();
}

void WindowAggregate::begin_firing_window(EpochMillis end) {
  std::vector<SliceId> slices = slices_of_window(end);
  if (slices.empty()) return;
  firing_.emplace();
  firing_->end = end;
  if (windows_->kind() == WindowKind::kCumulate) {
    // Every later window of this one's span holds these slices too, and no row can come to them any more: keep the sum.
    RecordTable& sum = slices_->slice(slices.front());
    for (size_t i = 1; i < slices.size(); ++i) {
      aggregation_.merge(sum, slices_->slice(slices[i]));
      slices_->drop(slices[i]);
    }
    slices.resize(1);
  }
  if (slices.size() == 1) {
    firing_->table = &slices_->slice(slices.front());
  } else {
    firing_->sum = slices_->make_scratch();
    for (const SliceId& slice : slices) aggregation_.merge(*firing_->sum, slices_->slice(slice));
    firing_->table = firing_->sum.get();
  }
  firing_->slices = std::move(slices);
  firing_->rows.emplace(*firing_->table);
}

bool WindowAggregate::emit_some(Output& output) {
  std::span<const std::byte* const> records = firing_->rows->next();
  if (records.empty()) return false;
  std::vector<const std::byte*> counted;
  if (spec_.input_retracts) {
    counted.assign(records.begin(), records.end());
    aggregation_.drop_empty(counted);
    records = counted;
  }
  const EpochMillis end = firing_->end;
  const WindowBounds window{windows_->window_start(end), end, windows_->time().rowtime_of(end)};
  if (!records.empty()) results_.append(aggregation_, *firing_->table, records, {&window, 1}, output);
  context_->state().release();
  return true;
}

void WindowAggregate::end_firing() {
  const EpochMillis end = firing_->end;
  const std::vector<SliceId> slices = std::move(firing_->slices);
  firing_.reset();
  for (const SliceId& slice : slices) {
    if (windows_->last_window_end(slice.slice_end) <= end) {
      slices_->drop(slice);
    } else {
      pending_ends_.insert(end + windows_->step());
    }
  }
}

void WindowAggregate::finish(Output&) {
  if (!spec_.window.processing_time) return;
  int64_t rows = 0;
  for (const SliceId& slice : slices_->ids()) {
    slices_->slice(slice).scan([&](std::span<const std::byte* const> records) {
      for (const std::byte* record : records) rows += aggregation_.num_rows(record);
    });
  }
  context_->metrics().add(kRowsLeftCounter, rows);
  context_->state().release();
}

}  // namespace tidemill
