#include "operators/window_join.h"

#include "operators/emit_in_steps.h"

namespace tidemill {
namespace {

constexpr int32_t kDueKeysAtOnce = 256;

}  // namespace

WindowJoin::WindowJoin(const WindowJoinSpec& spec)
    : spec_(spec),
      times_(spec),
      sides_{JoinSide(spec.join, 0, false), JoinSide(spec.join, 1, right_is_outer(spec.join.type))},
      pairs_(spec_.join),
      joined_(spec.join.schema, left_only(spec.join.type)) {}

void WindowJoin::open(OperatorContext& context) {
  context_ = &context;
  for (JoinSide& side : sides_) side.open(context.state());
  const KeyLayoutPtr& keys = sides_[0].table().key_layout();
  times_.open(context, keys);
  due_.emplace(keys);
}

void WindowJoin::process(Batch input, int32_t port, Output& output) {
  JoinSide& side = sides_[static_cast<size_t>(port)];
  side.begin(input);
  std::vector<int32_t> alone;
  times_.judge(input, port, *context_, [&](int32_t row, EpochMillis fires_at) {
    if (side.fits_nothing(row)) return alone.push_back(row);
    ++side.count(side.upsert(row));
    times_.timers().add(side.key(row), fires_at);
  });
  context_->state().release();
  const bool comes_out = port == 0 ? left_is_outer(spec_.join.type) || spec_.join.type == JoinType::kAnti
                                   : right_is_outer(spec_.join.type);
  if (comes_out && !alone.empty()) output.emit(standing_alone(spec_.join, port, input.take(alone)));
}

void WindowJoin::on_watermark(EpochMillis watermark, Output& output) {
  emit_in_steps(*context_, output, [this, watermark](Output& more) { return fire_some(watermark, more); });
}

bool WindowJoin::fire_some(EpochMillis watermark, Output& output) {
  if (!pairs_.done()) return join_some(output);
  if (due_->size() == 0) {
    const bool due = times_.timers().pop_due(watermark, kDueKeysAtOnce, *due_);
    context_->state().release();
    if (!due) return false;
  }
  if (stage_ == Stage::kLeftRows) {
    SideRows left(sides_[0]);
    if (read_rows(0, false, left)) {
      const Batch rows = left.finish(due_->keys);
      context_->state().release();
      pairs_.begin(rows, 0, sides_[0], sides_[1]);
      return true;
    }
    stage_ = right_is_outer(spec_.join.type) ? Stage::kRightRows : Stage::kErase;
    key_ = 0;
  }
  if (stage_ == Stage::kRightRows) {
    SideRows right(sides_[1]);
    if (read_rows(1, true, right)) {
      output.emit(standing_alone(spec_.join, 1, right.finish(due_->keys)));
      context_->state().release();
      return true;
    }
  }
  erase_due();
  return true;
}

bool WindowJoin::join_some(Output& output) {
  pairs_.gather([](JoinPairs::Row&, bool) { return true; }, [](int32_t) { return SubKeyRange::all(); }, *context_);
  for (const JoinPairs::Row& row : pairs_.rows()) resolve(row);
  pairs_.emit(joined_, output);
  pairs_.release(context_->state());
  return true;
}

void WindowJoin::resolve(const JoinPairs::Row& row) {
  JoinSide& right = sides_[1];
  int32_t place = row.begin - 1;
  for (const JoinPairs::Pair& pair : pairs_.pairs_of(row)) {
    ++place;
    if (!pair.fits) continue;
    matches_ += pair.copies;
    if (!left_only(spec_.join.type)) joined_.add(RowKind::kInsert, row.row, place, pair.copies);
    if (right.counts_matches()) right.matches(pair.record) = 1;
  }
  if (!row.complete) return;
  const bool wants_alone = left_is_outer(spec_.join.type) || spec_.join.type == JoinType::kAnti;
  const bool comes_out = matches_ == 0 ? wants_alone : spec_.join.type == JoinType::kSemi;
  if (comes_out) joined_.add(RowKind::kInsert, row.row, -1);
  matches_ = 0;
}

bool WindowJoin::read_rows(int32_t port, bool alone, SideRows& rows) {
  JoinSide& side = sides_[static_cast<size_t>(port)];
  while (key_ < due_->size() && read_key(side, alone, rows)) {
    ++key_;
    from_.clear();
  }
  return rows.size() > 0;
}

// Returns whether the key has no more rows.
bool WindowJoin::read_key(JoinSide& side, bool alone, SideRows& rows) {
  bool complete = true;
  SubKeyRange range;
  const std::string from = from_;
  if (!from.empty()) range.from = SubKey::of_bytes(from);
  const auto visit = [&](const SubKey& sub_key, const std::byte* record) {
    if (alone && side.matches(const_cast<std::byte*>(record)) > 0) return true;
    for (; copies_done_ < side.count(record); ++copies_done_) {
      if (rows.size() >= kBatchRowsTarget) {
        from_.assign(sub_key.bytes);
        complete = false;
        return false;
      }
      rows.add(sub_key.bytes, key_);
    }
    copies_done_ = 0;
    return true;
  };
  side.table().scan(due_->keys[key_], range, ScanDirection::kForward, visit);
  return complete;
}

void WindowJoin::erase_due() {
  for (int32_t key = 0; key < due_->size(); ++key)
    for (JoinSide& side : sides_) side.table().erase(due_->keys[key], SubKeyRange::all());
  due_.emplace(sides_[0].table().key_layout());
  stage_ = Stage::kLeftRows;
  key_ = 0;
  context_->state().release();
}

}  // namespace tidemill
