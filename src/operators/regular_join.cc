#include "operators/regular_join.h"

#include <algorithm>

#include "operators/emit_in_steps.h"
#include "operators/row_outcomes.h"

namespace tidemill {
namespace {

// Whether the side must know how many rows of the other one each of its rows fits.
bool counts_matches(JoinType type, int32_t port) {
  if (left_only(type)) return port == 0;
  return port == 0 ? left_is_outer(type) : right_is_outer(type);
}

JoinSide make_side(const RegularJoinSpec& spec, int32_t port) {
  return JoinSide(spec.join, port, counts_matches(spec.join.type, port), false,
                  spec.state_ttl_ms[static_cast<size_t>(port)]);
}

SubKeyRange all_rows(int32_t) { return SubKeyRange::all(); }

}  // namespace

RegularJoin::RegularJoin(const RegularJoinSpec& spec)
    : spec_(spec),
      sides_{make_side(spec, 0), make_side(spec, 1)},
      pairs_(spec_.join),
      joined_(spec.join.schema, left_only(spec.join.type)) {}

void RegularJoin::open(OperatorContext& context) {
  context_ = &context;
  for (JoinSide& side : sides_) side.open(context.state());
}

bool RegularJoin::is_outer(int32_t port) const {
  return port == 0 ? left_is_outer(spec_.join.type) : right_is_outer(spec_.join.type);
}

void RegularJoin::process(Batch input, int32_t port, Output& output) {
  const auto side = static_cast<size_t>(port);
  pairs_.begin(std::move(input), port, sides_[side], sides_[1 - side]);
  emit_in_steps(*context_, output, [this](Output& more) { return join_some(more); });
}

bool RegularJoin::join_some(Output& output) {
  retracted_.clear();
  pairs_.gather([this](JoinPairs::Row& row, bool again) { return count_row(row, again); }, all_rows, *context_);
  for (const JoinPairs::Row& row : pairs_.rows()) resolve(row);
  pairs_.emit(joined_, output);
  for (const int32_t row : retracted_) own().erase_if_gone(row);
  pairs_.release(context_->state());
  return !pairs_.done();
}

bool RegularJoin::count_row(JoinPairs::Row& row, bool again) {
  if (own().fits_nothing(row.row)) return true;
  const bool accumulate = !retracts(pairs_.input().kind(row.row));
  row.own = accumulate && !again ? own().upsert(row.row) : own().find(row.row);
  if (again) return true;
  const EpochMillis now = context_->processing_time();
  if (accumulate) {
    own().touch(row.own, now);
    ++own().count(row.own);
    return true;
  }
  if (row.own == nullptr || own().count(row.own) == 0 || own().expired(row.own, now)) {
    context_->metrics().add(kUnknownRetractionsCounter, 1);
    return false;
  }
  own().touch(row.own, now);
  --own().count(row.own);
  retracted_.push_back(row.row);
  return true;
}

void RegularJoin::resolve(const JoinPairs::Row& row) {
  const RowKind kind = pairs_.input().kind(row.row);
  if (left_only(spec_.join.type)) {
    resolve_semi(row, !retracts(kind));
  } else {
    resolve_pairs(row, !retracts(kind));
  }
  for (const JoinPairs::Pair& pair : pairs_.pairs_of(row))
    if (pair.fits) matches_ += pair.copies;
  if (!row.complete) return;
  if (own().counts_matches()) {
    if (matches_ == 0) resolve_alone(row.row);
    if (matches_ > 0 && spec_.join.type == JoinType::kSemi) joined_.add(kind, row.row, -1);
    if (row.own != nullptr) own().matches(row.own) = matches_;
  }
  matches_ = 0;
}

void RegularJoin::resolve_pairs(const JoinPairs::Row& row, bool accumulate) {
  const bool shows_alone = other_is_outer() && !spec_.final_only;
  RowKind kind = pairs_.input().kind(row.row);
  if (own_is_outer() || (accumulate && other_is_outer())) kind = accumulate ? RowKind::kInsert : RowKind::kDelete;
  int32_t place = row.begin - 1;
  for (const JoinPairs::Pair& pair : pairs_.pairs_of(row)) {
    ++place;
    if (!pair.fits) continue;
    const int64_t others = other_is_outer() ? other().matches(pair.record) : 0;
    if (accumulate && shows_alone && others == 0) joined_.add(RowKind::kDelete, -1, place, pair.copies);
    joined_.add(kind, row.row, place, pair.copies);
    if (!accumulate && shows_alone && others == 1) joined_.add(RowKind::kInsert, -1, place, pair.copies);
    if (other_is_outer() && pair.last) count_match(pair.record, accumulate);
  }
}

// Left rows are decided when all of their pairs are known; a right row decides of the left rows that it fits.
void RegularJoin::resolve_semi(const JoinPairs::Row& row, bool accumulate) {
  if (pairs_.port() == 0) return;
  const bool semi = spec_.join.type == JoinType::kSemi;
  int32_t place = row.begin - 1;
  for (const JoinPairs::Pair& pair : pairs_.pairs_of(row)) {
    ++place;
    if (!pair.fits) continue;
    const int64_t others = other().matches(pair.record);
    const bool changes = accumulate ? others == 0 : others == 1;
    if (pair.last) count_match(pair.record, accumulate);
    if (!changes) continue;
    if (semi) {
      joined_.add(pairs_.input().kind(row.row), -1, place, pair.copies);
    } else if (!spec_.final_only) {
      joined_.add(accumulate ? RowKind::kDelete : RowKind::kInsert, -1, place, pair.copies);
    }
  }
}

void RegularJoin::count_match(std::byte* record, bool accumulate) {
  other().matches(record) += accumulate ? 1 : -1;
  other().touch(record, context_->processing_time());
}

EpochMillis RegularJoin::next_processing_timer() const {
  return std::min(sides_[0].next_sweep(), sides_[1].next_sweep());
}

void RegularJoin::on_processing_time(EpochMillis now, Output&) {
  for (JoinSide& side : sides_) side.sweep(now);
  context_->state().release();
}

void RegularJoin::resolve_alone(int32_t row) {
  const RowKind kind = pairs_.input().kind(row);
  // In batch mode whoever fits nothing so far may fit something yet, unless its key is NULL.
  if (spec_.join.type == JoinType::kSemi || (spec_.final_only && !own().fits_nothing(row))) return;
  const bool anti = spec_.join.type == JoinType::kAnti;
  joined_.add(anti ? kind : retracts(kind) ? RowKind::kDelete : RowKind::kInsert, row, -1);
}

void RegularJoin::finish(Output& output) {
  if (!spec_.final_only || spec_.join.type == JoinType::kInner || spec_.join.type == JoinType::kSemi) return;
  emit_in_steps(*context_, output, [this](Output& more) {
    for (; unmatched_port_ < 2; ++unmatched_port_, unmatched_.reset())
      if (counts_matches(spec_.join.type, unmatched_port_) && emit_unmatched(unmatched_port_, more)) return true;
    return false;
  });
}

bool RegularJoin::emit_unmatched(int32_t port, Output& output) {
  if (!unmatched_) unmatched_.emplace(sides_[static_cast<size_t>(port)]);
  const std::optional<Batch> rows = unmatched_->next();
  context_->state().release();
  if (!rows) return false;
  output.emit(standing_alone(spec_.join, port, *rows));
  return true;
}

}  // namespace tidemill
