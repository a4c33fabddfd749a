#include "runtime/split_watermarks.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {
namespace {

constexpr int32_t kRowsAtOnce = 64;

// Returns whether the time lies more than a millisecond behind the watermark.
bool is_ahead(EpochMillis time, EpochMillis watermark) { return time > watermark && time - 1 > watermark; }

// Returns whether each row is ahead of what the rows before it have raised `watermark` to.
bool all_ahead(const Decoded<int64_t>& times, std::span<const EpochMillis> watermarks, EpochMillis watermark) {
  const bool plain = times.is_flat() && !times.has_nulls();
  const auto rows = static_cast<int32_t>(watermarks.size());
  for (int32_t first = 0, end = 0; first < rows; first = end) {
    end = std::min(first + kRowsAtOnce, rows);
    EpochMillis highest = watermark, lowest_time = kMaxWatermark;
    for (int32_t row = first; row < end; ++row) highest = std::max(highest, watermarks[static_cast<size_t>(row)]);
    if (plain) {
      for (int32_t row = first; row < end; ++row) lowest_time = std::min(lowest_time, times.values()[row]);
      if (is_ahead(lowest_time, highest)) {
        watermark = highest;
        continue;
      }
    }
    for (int32_t row = first; row < end; ++row) {
      if (watermark != kNoWatermark && !times.is_null(row) && !is_ahead(times[row], watermark)) return false;
      watermark = std::max(watermark, watermarks[static_cast<size_t>(row)]);
    }
  }
  return true;
}

}  // namespace

SplitWatermarks::SplitWatermarks(const SplitWatermarkOptions& options) : options_(options) {
  if (!options_.splits_may_come) return;
  // Stands for the splits to come: keeps the source from finishing, holds nobody back.
  to_come_ = merger_.add();
  merger_.set_idle(*to_come_, true);
  names_.emplace_back();
}

void SplitWatermarks::add(std::span<const SplitProgress> splits) {
  for (const SplitProgress& split : splits) {
    const auto [entry, added] = splits_.try_emplace(split.split.id);
    CHECK_MSG(added, "split '{}' was added twice", split.split.id);
    entry->second.input = merger_.add();
    entry->second.watermark = split.watermark;
    names_.push_back(split.split.id);
  }
  for (const SplitProgress& split : splits) merger_.advance(state(split.split.id).input, split.watermark);
  for (const SplitProgress& split : splits)
    if (split.idle) merger_.set_idle(state(split.split.id).input, true);
}

SplitWatermarks::State& SplitWatermarks::state(std::string_view split) {
  const auto found = splits_.find(split);
  CHECK_MSG(found != splits_.end(), "split '{}' was not added or has ended", split);
  return found->second;
}

void SplitWatermarks::no_more_splits() {
  if (to_come_) merger_.finish(*to_come_);
  to_come_.reset();
}

void SplitWatermarks::finish(std::string_view split) {
  merger_.finish(state(split).input);
  splits_.erase(splits_.find(split));
}

void SplitWatermarks::raise(State& state, EpochMillis watermark) {
  state.watermark = std::max(state.watermark, watermark);
  merger_.advance(state.input, state.watermark);
}

Batch SplitWatermarks::assign(std::string_view split, Batch batch, std::span<const EpochMillis> watermarks) {
  State& state = this->state(split);
  merger_.set_idle(state.input, false);
  state.caught_up_since.reset();
  if (options_.rowtime && batch.num_rows() > 0) batch.set_progress(row_progress(state, batch, watermarks));
  EpochMillis highest = kNoWatermark;
  for (const EpochMillis watermark : watermarks) highest = std::max(highest, watermark);
  raise(state, highest);
  if (options_.rowtime) note_newest(state, batch);
  return batch;
}

void SplitWatermarks::note_newest(State& state, const Batch& batch) {
  const auto times = batch.column(*options_.rowtime)->decode<int64_t>();
  EpochMillis newest = state.newest;
  if (times.is_flat() && !times.has_nulls()) {
    for (int32_t row = 0; row < batch.num_rows(); ++row) newest = std::max(newest, times.values()[row]);
  } else {
    for (int32_t row = 0; row < batch.num_rows(); ++row)
      if (!times.is_null(row)) newest = std::max(newest, times[row]);
  }
  state.newest = newest;
  newest_ = std::max(newest_, newest);
}

RowProgress SplitWatermarks::row_progress(const State& state, const Batch& batch,
                                          std::span<const EpochMillis> watermarks) const {
  RowProgress progress;
  progress.from_split = true;
  progress.watermark = state.watermark;
  progress.other_splits = merger_.others(state.input);
  progress.merged = options_.merged;
  if (watermarks.empty()) return progress;

  // The column is needed where a row is not ahead of its own w(i). At exactly one millisecond ahead a session that ends
  // there still touches the row, so that it matters whether w(i) has fired it.
  const auto times = batch.column(*options_.rowtime)->decode<int64_t>();
  if (!options_.always_row_watermarks && all_ahead(times, watermarks, state.watermark)) return progress;

  auto row_watermarks = std::make_shared<std::vector<EpochMillis>>();
  row_watermarks->reserve(watermarks.size());
  EpochMillis before = state.watermark;
  for (const EpochMillis watermark : watermarks) {
    row_watermarks->push_back(before);
    before = std::max(before, watermark);
  }
  progress.watermarks = std::move(row_watermarks);
  return progress;
}

void SplitWatermarks::promise(std::string_view split, EpochMillis watermark) { raise(state(split), watermark); }

void SplitWatermarks::caught_up(std::string_view split, EpochMillis now) {
  State& state = this->state(split);
  if (!state.caught_up_since) state.caught_up_since = now;
  state.reached_end = true;
}

bool SplitWatermarks::reached_end() const {
  return std::ranges::all_of(splits_, [](const auto& split) { return split.second.reached_end; });
}

EpochMillis SplitWatermarks::next_idle_check() const {
  EpochMillis next = kMaxWatermark;
  if (!options_.idle_timeout) return next;
  for (const auto& [name, state] : splits_)
    if (state.caught_up_since && !merger_.is_idle(state.input))
      next = std::min(next, *state.caught_up_since + *options_.idle_timeout);
  return next;
}

void SplitWatermarks::check_idle(EpochMillis now) {
  if (!options_.idle_timeout) return;
  for (const auto& [name, state] : splits_)
    if (state.caught_up_since && now >= *state.caught_up_since + *options_.idle_timeout)
      merger_.set_idle(state.input, true);
}

std::string_view SplitWatermarks::preferred() const {
  const int32_t lowest = merger_.lowest();
  return lowest < 0 ? std::string_view() : std::string_view(names_[static_cast<size_t>(lowest)]);
}

std::set<std::string, std::less<>> SplitWatermarks::ahead_of(EpochMillis limit) const {
  std::set<std::string, std::less<>> ahead;
  for (const auto& [id, state] : splits_)
    if (state.watermark > limit && !merger_.is_idle(state.input)) ahead.insert(id);
  return ahead;
}

SplitProgress SplitWatermarks::progress(const Split& split) const {
  const auto found = splits_.find(split.id);
  CHECK_MSG(found != splits_.end(), "split '{}' was not added or has ended", split.id);
  return {split, found->second.watermark, merger_.is_idle(found->second.input)};
}

std::vector<SplitInspection> SplitWatermarks::inspect() const {
  std::vector<SplitInspection> splits;
  for (const auto& [id, state] : splits_)
    splits.push_back({id, state.watermark, merger_.is_idle(state.input), state.caught_up_since, state.newest});
  return splits;
}

}  // namespace tidemill
