#include "operators/join_pairs.h"

#include <algorithm>

namespace tidemill {
namespace {

constexpr size_t kPairsAtOnce = kBatchRowsTarget;

}  // namespace

void JoinPairs::begin(Batch input, int32_t port, JoinSide& own, JoinSide& other, std::span<const EpochMillis> times) {
  input_ = std::move(input);
  port_ = port;
  own_ = &own;
  other_ = &other;
  position_ = {};
  own_->begin(input_, times);
}

void JoinPairs::gather(const TakeRow& take, const RangeOf& range, OperatorContext& context) {
  now_ = context.processing_time();
  rows_.clear();
  pairs_.clear();
  paired_.input_rows.clear();
  stored_rows_.clear();
  long_rows_.clear();
  while (!done() && pairs_.size() < kPairsAtOnce) {
    Row row;
    row.row = position_.row;
    row.begin = row.end = static_cast<int32_t>(pairs_.size());
    const bool again = std::exchange(position_.begun, true);
    if (take(row, again)) {
      if (!own_->fits_nothing(row.row)) row.complete = read_pairs(row.row, range(row.row));
      row.end = static_cast<int32_t>(pairs_.size());
      rows_.push_back(row);
      if (!row.complete) break;
    }
    position_ = {position_.row + 1};
  }
  paired_.stored = other_->read_rows(stored_rows_);
  if (spec_.residual != nullptr) apply_residual(context);
}

bool JoinPairs::read_pairs(int32_t row, SubKeyRange range) {
  bool complete = true;
  const std::string from = position_.other;
  if (!from.empty()) range.from = SubKey::of_bytes(from);
  const auto visit = [&](const SubKey& sub_key, std::byte* record) {
    complete = pairs_.size() < kPairsAtOnce && read_pair(row, sub_key, record);
    if (!complete) position_.other.assign(sub_key.bytes);
    return complete;
  };
  if (other_->counts_matches()) {
    other_->table().scan_for_update(own_->key(row), range, ScanDirection::kForward, visit);
  } else {
    const auto read_only = [&](const SubKey& sub_key, const std::byte* record) {
      return visit(sub_key, const_cast<std::byte*>(record));
    };
    other_->table().scan(own_->key(row), range, ScanDirection::kForward, read_only);
  }
  return complete;
}

// Returns false where copies of the row are left for the next piece.
bool JoinPairs::read_pair(int32_t row, const SubKey& sub_key, std::byte* record) {
  if (other_->expired(record, now_)) return true;
  const int64_t left = other_->count(record) - position_.copies_done;
  const int64_t copies = std::min<int64_t>(left, kBatchRowsTarget);
  // A long one is gone after the visit; others lie in pages of the other side's table, which does not change meanwhile.
  const bool in_page = sub_key.bytes.size() <= CellHeap::kCellBytesMax;
  stored_rows_.push_back(in_page ? sub_key.bytes : long_rows_.emplace_back(sub_key.bytes));
  paired_.input_rows.push_back(row);
  pairs_.push_back({record, copies, copies == left});
  position_.copies_done = copies == left ? 0 : position_.copies_done + copies;
  return copies == left;
}

void JoinPairs::apply_residual(OperatorContext& context) {
  if (pairs_.empty()) return;
  const std::vector<int32_t> fitting = fitting_pairs(spec_, port_, input_, *own_, *other_, paired_, context);
  for (Pair& pair : pairs_) pair.fits = false;
  for (const int32_t pair : fitting) pairs_[static_cast<size_t>(pair)].fits = true;
}

void JoinPairs::emit(JoinedRows& joined, Output& output) {
  joined.emit(input_, port_, *own_, *other_, paired_, output);
}

void JoinPairs::release(StateStore& state) {
  state.release();
  if (done()) input_ = {};
}

}  // namespace tidemill
