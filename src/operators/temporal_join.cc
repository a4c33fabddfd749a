#include "operators/temporal_join.h"

#include <algorithm>

#include "operators/emit_in_steps.h"
#include "operators/event_times.h"
#include "operators/row_outcomes.h"

namespace tidemill {
namespace {

constexpr int32_t kDueKeysAtOnce = 256;

SubKeyRange until_time(const std::string& prefix) {
  SubKeyRange range;
  if (!prefix.empty()) range.until = SubKey::of_bytes(prefix);
  return range;
}

// How rows of times up to and with `time` end; empty: all.
std::string end_of(EpochMillis time) { return time == kMaxWatermark ? "" : JoinSide::time_prefix(time + 1); }

}  // namespace

TemporalJoin::TemporalJoin(const TemporalJoinSpec& spec)
    : spec_(spec),
      left_(spec.join, 0, spec.left_changes, true),
      right_(spec.join, 1, true, true),
      joined_(spec.join.schema, false) {
  CHECK(spec.join.type == JoinType::kInner || spec.join.type == JoinType::kLeft);
  if (!spec.left_changes) return;
  answered_.emplace(spec.join, spec.state_ttl_ms);
  joined_.keep_watermarks([](EpochMillis watermark) { return watermark; });
}

void TemporalJoin::open(OperatorContext& context) {
  context_ = &context;
  left_.open(context.state());
  right_.open(context.state());
  if (answered_) answered_->open(context.state());
  timers_ = &context.state().timers({"timers", left_.table().key_layout()->types()});
  due_.emplace(left_.table().key_layout());
  rows_.emplace(WindowDefinition{}, spec_.time_columns[0], WindowTime({}, context.evaluation().time_zone));
}

void TemporalJoin::process(Batch input, int32_t port, Output& output) {
  if (port == 1) {
    keep_versions(input);
  } else {
    rows_->begin(input, *context_);
    left_.begin(input, rows_->times());
    if (answered_) {
      keep_changes(input, output);
    } else {
      keep_left(input, output);
    }
  }
  context_->state().release();
}

void TemporalJoin::keep_left(const Batch& input, Output& output) {
  std::vector<int32_t> alone;
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    const EpochMillis time = left_.time(row);
    if (rows_->watermark(row) >= time) {
      rows_->drop(row, time);
    } else if (left_.fits_nothing(row)) {
      alone.push_back(row);
    } else {
      ++left_.count(left_.upsert(row));
      timers_->add(left_.key(row), time);
    }
  }
  rows_->report(*context_);
  context_->metrics().add(kRowsUsedCounter, input.num_rows() - rows_->dropped());
  if (spec_.join.type == JoinType::kLeft && !alone.empty())
    output.emit(standing_alone(spec_.join, 0, input.take(alone)));
}

void TemporalJoin::keep_changes(const Batch& input, Output& output) {
  paired_.input_rows.clear();
  builders_ = answered_->make_builders();
  int64_t unknown = 0;
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    const EpochMillis time = left_.time(row);
    const RowKind kind = input.kind(row);
    if (retracts(kind)) {  // never late: its time is that of the row that it takes back
      if (!take_back(row, kind)) ++unknown;
    } else if (rows_->watermark(row) >= time) {
      rows_->drop(row, time);
    } else {
      std::byte* const record = left_.upsert(row);
      ++left_.count(record);
      if (kind == RowKind::kUpdateAfter) ++left_.matches(record);
      timers_->add(left_.key(row), time);
    }
  }
  rows_->report(*context_);
  context_->metrics().add(kRowsUsedCounter, input.num_rows() - rows_->dropped() - unknown);
  if (unknown > 0) context_->metrics().add(kUnknownRetractionsCounter, unknown);
  paired_.stored.clear();
  for (ColumnBuilder& builder : builders_) paired_.stored.push_back(builder.finish());
  joined_.emit(input, 0, left_, right_, paired_, output);
}

bool TemporalJoin::take_back(int32_t row, RowKind kind) {
  if (std::byte* const waiting = left_.find(row)) {
    --left_.count(waiting);
    left_.matches(waiting) = std::min(left_.matches(waiting), left_.count(waiting));
    left_.erase_if_gone(row);
    return true;
  }
  const std::optional<bool> joined =
      answered_->take(left_.key(row), left_.sub_key(row), builders_, context_->processing_time());
  if (!joined) return false;
  if (*joined) paired_.input_rows.push_back(row);
  const auto pair = static_cast<int32_t>(paired_.input_rows.size()) - 1;
  if (*joined || spec_.join.type == JoinType::kLeft) joined_.add(kind, row, *joined ? pair : -1);
  return true;
}

void TemporalJoin::keep_versions(const Batch& input) {
  context_->metrics().add(kRowsUsedCounter, input.num_rows());
  std::vector<EpochMillis> times;
  read_event_times(input, spec_.time_columns[1], "a version", times);
  right_.begin(input, times);
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    if (input.kind(row) == RowKind::kUpdateBefore || right_.fits_nothing(row)) continue;
    const std::string from = JoinSide::time_prefix(right_.time(row));
    const std::string until = JoinSide::time_prefix(right_.time(row) + 1);
    right_.table().erase(right_.key(row), {SubKey::of_bytes(from), SubKey::of_bytes(until)});
    std::byte* const record = right_.upsert(row);
    right_.count(record) = 1;
    right_.matches(record) = input.kind(row) == RowKind::kDelete ? 1 : 0;
    timers_->add(right_.key(row), right_.time(row));
  }
}

// A row that is taken back comes out first where its time has been reached.
int32_t TemporalJoin::rows_before_firing(const Batch& input, int32_t first, int32_t port) {
  const RowProgress& progress = input.progress();
  const int32_t left = input.num_rows() - first;
  if (port != 0 || !answered_ || !progress.watermarks) return left;
  read_event_times(input, spec_.time_columns[0], "a window", times_);
  for (int32_t row = first + 1; row < input.num_rows(); ++row) {
    const EpochMillis merged = progress.merged_at(row);
    if (!retracts(input.kind(row)) || times_[static_cast<size_t>(row)] > merged) continue;
    if (merged > progress.merged_at(first)) return row - first;
  }
  return left;
}

void TemporalJoin::on_watermark(EpochMillis watermark, Output& output) {
  emit_in_steps(*context_, output, [this, watermark](Output& more) { return fire_some(watermark, more); });
}

bool TemporalJoin::fire_some(EpochMillis watermark, Output& output) {
  if (due_->size() == 0) {
    const bool due = timers_->pop_due(watermark, kDueKeysAtOnce, *due_);
    context_->state().release();
    if (!due) return false;
  }
  SideRows left(left_);
  times_.clear();
  kinds_.clear();
  // A key is due as often as it has times; what was read is done with.
  const std::string until = end_of(watermark);
  while (key_ < due_->size() && read_left(watermark, left)) {
    left_.table().erase(due_->keys[key_], until_time(until));
    ++key_;
    from_.clear();
  }
  if (left.size() > 0) {
    join(left.finish(due_->keys), output);
  } else {
    end_due(watermark);
  }
  context_->state().release();
  return true;
}

bool TemporalJoin::read_left(EpochMillis watermark, SideRows& rows) {
  bool complete = true;
  const std::string until = end_of(watermark);
  const std::string from = from_;
  SubKeyRange range = until_time(until);
  if (!from.empty()) range.from = SubKey::of_bytes(from);
  left_.table().scan(due_->keys[key_], range, ScanDirection::kForward,
                     [&](const SubKey& sub_key, const std::byte* record) {
                       const int64_t updates = answered_ ? left_.matches(record) : 0;
                       for (; copies_done_ < left_.count(record); ++copies_done_) {
                         if (rows.size() >= kBatchRowsTarget) {
                           from_.assign(sub_key.bytes);
                           complete = false;
                           return false;
                         }
                         rows.add(sub_key.bytes, key_);
                         times_.push_back(JoinSide::time_of(sub_key.bytes));
                         kinds_.push_back(copies_done_ < updates ? RowKind::kUpdateAfter : RowKind::kInsert);
                       }
                       copies_done_ = 0;
                       return true;
                     });
  return complete;
}

void TemporalJoin::join(const Batch& rows, Output& output) {
  left_.begin(rows, times_);
  paired_.input_rows.clear();
  builders_ = right_.rows().make_builders();
  for (int32_t row = 0; row < rows.num_rows(); ++row) find_version(row);
  paired_.stored = right_.rows().finish(builders_);
  const std::vector<int32_t> fitting = fitting_pairs(spec_.join, 0, rows, left_, right_, paired_, *context_);
  auto next = fitting.begin();
  for (int32_t row = 0; row < rows.num_rows(); ++row) {
    const bool fits = next != fitting.end() && paired_.input_rows[static_cast<size_t>(*next)] == row;
    const int32_t pair = fits ? *next++ : -1;
    if (fits || spec_.join.type == JoinType::kLeft) joined_.add(kinds_[static_cast<size_t>(row)], row, pair);
    if (answered_)
      answered_->add(left_.key(row), left_.sub_key(row), paired_.stored, pair, context_->processing_time());
  }
  joined_.emit(rows, 0, left_, right_, paired_, output);
}

void TemporalJoin::find_version(int32_t row) {
  const std::string until = end_of(left_.time(row));
  right_.table().scan(left_.key(row), until_time(until), ScanDirection::kBackward,
                      [&](const SubKey& sub_key, const std::byte* record) {
                        if (right_.matches(record) == 0) {
                          right_.read_row(sub_key.bytes, builders_);
                          paired_.input_rows.push_back(row);
                        }
                        return false;
                      });
}

void TemporalJoin::end_due(EpochMillis watermark) {
  for (int32_t key = 0; key < due_->size(); ++key) purge(due_->keys[key], watermark);
  due_.emplace(left_.table().key_layout());
  key_ = 0;
}

// The newest version that the watermark has passed stays, for left rows to come; a deletion is like none.
void TemporalJoin::purge(KeyRef key, EpochMillis watermark) {
  const std::string until = end_of(watermark);
  std::string newest;
  right_.table().scan(key, until_time(until), ScanDirection::kBackward,
                      [&](const SubKey& sub_key, const std::byte* record) {
                        const bool deleted = right_.matches(record) != 0;
                        newest = deleted ? until : std::string(sub_key.bytes);
                        return false;
                      });
  if (watermark == kMaxWatermark) {
    right_.table().erase(key, SubKeyRange::all());
  } else if (!newest.empty()) {
    right_.table().erase(key, until_time(newest));
  }
}

std::optional<NextFiring> TemporalJoin::next_firing() const {
  const std::optional<EpochMillis> next = timers_->next_time();
  if (!next) return std::nullopt;
  return NextFiring{*next, *next, false, false};
}

EpochMillis TemporalJoin::next_processing_timer() const { return answered_ ? answered_->next_sweep() : kMaxWatermark; }

void TemporalJoin::on_processing_time(EpochMillis now, Output&) {
  answered_->sweep(now);
  context_->state().release();
}

}  // namespace tidemill
