#include "operators/interval_join.h"

#include <algorithm>

#include "operators/emit_in_steps.h"
#include "operators/event_times.h"

namespace tidemill {
namespace {

constexpr int32_t kDueKeysAtOnce = 256;

}  // namespace

IntervalJoin::IntervalJoin(const IntervalJoinSpec& spec)
    : spec_(spec),
      sides_{JoinSide(spec.join, 0, left_is_outer(spec.join.type), true),
             JoinSide(spec.join, 1, right_is_outer(spec.join.type), true)},
      pairs_(spec_.join),
      joined_(spec.join.schema, false) {
  CHECK(!left_only(spec.join.type));
}

void IntervalJoin::open(OperatorContext& context) {
  context_ = &context;
  if (!spec_.processing_time)
    joined_.keep_watermarks([this](EpochMillis watermark) { return output_watermark(watermark); });
  for (size_t port = 0; port < 2; ++port) {
    sides_[port].open(context.state());
    TimerDescriptor timers{port == 0 ? "left timers" : "right timers", sides_[port].table().key_layout()->types()};
    expiries_[port].timers = &context.state().timers(timers);
    expiries_[port].due.emplace(sides_[port].table().key_layout());
  }
}

bool IntervalJoin::is_outer(int32_t port) const {
  return port == 0 ? left_is_outer(spec_.join.type) : right_is_outer(spec_.join.type);
}

void IntervalJoin::process(Batch input, int32_t port, Output& output) {
  const auto side = static_cast<size_t>(port);
  if (spec_.processing_time) {
    times_.assign(static_cast<size_t>(input.num_rows()), context_->processing_time());
  } else {
    read_event_times(input, spec_.time_columns[side], "an interval join", times_);
  }
  pairs_.begin(std::move(input), port, sides_[side], sides_[1 - side], times_);
  emit_in_steps(*context_, output, [this](Output& more) { return join_some(more); });
}

bool IntervalJoin::join_some(Output& output) {
  pairs_.gather([](JoinPairs::Row&, bool) { return true; }, [this](int32_t row) { return range_of(row); }, *context_);
  for (const JoinPairs::Row& row : pairs_.rows()) resolve(row);
  pairs_.emit(joined_, output);
  pairs_.release(context_->state());
  release();
  return !pairs_.done();
}

EpochMillis IntervalJoin::watermark_of(int32_t row) const {
  if (spec_.processing_time) return context_->processing_time();
  const RowProgress& progress = pairs_.input().progress();
  const EpochMillis watermark = context_->watermark();
  return progress.from_split ? std::max(progress.merged_at(row), watermark) : watermark;
}

// Rows that have expired as of the row's watermark are not seen, whether or not they are still there.
SubKeyRange IntervalJoin::range_of(int32_t row) {
  const EpochMillis time = own().time(row);
  const bool left = pairs_.port() == 0;
  EpochMillis first = left ? time - spec_.upper_ms : time + spec_.lower_ms;
  const EpochMillis last = left ? time - spec_.lower_ms : time + spec_.upper_ms;
  const EpochMillis watermark = watermark_of(row);
  if (watermark != kNoWatermark) first = std::max(first, watermark - reach_after(1 - pairs_.port()));
  range_from_ = JoinSide::time_prefix(first);
  range_until_ = JoinSide::time_prefix(std::max(first, last + 1));
  return {SubKey::of_bytes(range_from_), SubKey::of_bytes(range_until_)};
}

void IntervalJoin::resolve(const JoinPairs::Row& row) {
  int32_t place = row.begin - 1;
  for (const JoinPairs::Pair& pair : pairs_.pairs_of(row)) {
    ++place;
    if (!pair.fits) continue;
    joined_.add(RowKind::kInsert, row.row, place, pair.copies);
    matches_ += pair.copies;
    if (is_outer(1 - pairs_.port()) && pair.last) other().matches(pair.record) = other().count(pair.record);
  }
  if (!row.complete) return;
  keep(row.row, matches_ > 0);
  matches_ = 0;
}

void IntervalJoin::keep(int32_t row, bool matched) {
  const int32_t port = pairs_.port();
  const EpochMillis time = own().time(row);
  if (own().fits_nothing(row) || watermark_of(row) >= time + reach_after(port)) {
    if (is_outer(port) && !matched) joined_.add(RowKind::kInsert, row, -1);
    return;
  }
  std::byte* const record = own().upsert(row);
  ++own().count(record);
  if (matched && is_outer(port)) ++own().matches(record);
  expiries_[static_cast<size_t>(port)].timers->add(own().key(row), expires_at(port, time));
}

void IntervalJoin::on_watermark(EpochMillis watermark, Output& output) {
  if (!spec_.processing_time) expire_until(watermark, output);
}

void IntervalJoin::on_processing_time(EpochMillis now, Output& output) {
  if (spec_.processing_time) expire_until(now, output);
}

void IntervalJoin::expire_until(EpochMillis time, Output& output) {
  emit_in_steps(*context_, output, [this, time](Output& more) { return expire_some(time, more); });
}

bool IntervalJoin::expire_some(EpochMillis time, Output& output) {
  return expire_some_of(0, time, output) || expire_some_of(1, time, output);
}

bool IntervalJoin::expire_some_of(int32_t port, EpochMillis time, Output& output) {
  const auto side = static_cast<size_t>(port);
  Expiry& expiry = expiries_[side];
  if (expiry.next == expiry.due->size()) {
    expiry.next = 0;
    const bool due = expiry.timers->pop_due(time, kDueKeysAtOnce, *expiry.due);
    release();
    if (!due) return false;
  }
  SideRows alone(sides_[side]);
  while (expiry.next < expiry.due->size() && expire_key(port, expiry.next, time, alone)) ++expiry.next;
  if (alone.size() > 0) output.emit(standing_alone(spec_.join, port, alone.finish(expiry.due->keys)));
  release();
  return true;
}

bool IntervalJoin::expire_key(int32_t port, int32_t key, EpochMillis time, SideRows& alone) {
  JoinSide& side = sides_[static_cast<size_t>(port)];
  const KeyRef key_ref = expiries_[static_cast<size_t>(port)].due->keys[key];
  std::string until = time == kMaxWatermark ? "" : JoinSide::time_prefix(time - reach_after(port));
  SubKeyRange range;
  if (!until.empty()) range.until = SubKey::of_bytes(until);
  if (is_outer(port)) {
    bool complete = true;
    std::string reached;
    side.table().scan_for_update(key_ref, range, ScanDirection::kForward,
                                 [&](const SubKey& sub_key, std::byte* record) {
                                   int64_t& matches = side.matches(record);
                                   for (; matches < side.count(record); ++matches) {
                                     if (alone.size() >= kBatchRowsTarget) {
                                       reached.assign(sub_key.bytes);
                                       complete = false;
                                       return false;
                                     }
                                     alone.add(sub_key.bytes, key);
                                   }
                                   return true;
                                 });
    if (!complete) {
      range.until = SubKey::of_bytes(reached);
      side.table().erase(key_ref, range);
      return false;
    }
  }
  side.table().erase(key_ref, range);
  return true;
}

EpochMillis IntervalJoin::output_watermark(EpochMillis watermark) const {
  if (spec_.processing_time || watermark == kMaxWatermark || watermark == kNoWatermark) return watermark;
  // One more than Flink: a row at the very edge is never late for whoever comes next.
  return watermark - std::max<DurationMillis>({-spec_.lower_ms, spec_.upper_ms, 0}) - 1;
}

std::optional<NextFiring> IntervalJoin::next_firing() const {
  std::optional<EpochMillis> earliest;
  for (int32_t port = 0; port < 2; ++port) {
    const std::optional<EpochMillis> next = expiries_[static_cast<size_t>(port)].timers->next_time();
    if (is_outer(port) && next) earliest = earliest ? std::min(*earliest, *next) : *next;
  }
  if (!earliest) return std::nullopt;
  return NextFiring{*earliest, *earliest, false, spec_.processing_time};
}

void IntervalJoin::release() {
  next_clock_timer_ = kMaxWatermark;
  if (spec_.processing_time) {
    for (const Expiry& expiry : expiries_)
      next_clock_timer_ = std::min(next_clock_timer_, expiry.timers->next_time().value_or(kMaxWatermark));
  }
  context_->state().release();
}

}  // namespace tidemill
