#include "operators/row_positions_over.h"

#include <algorithm>

#include "expr/lag.h"

namespace tidemill {
namespace {

// Rows go to buckets of the same size as far as they can, the larger ones first (SQL:2016, 6.10).
int64_t bucket_of(int64_t index, int64_t rows, int64_t buckets) {
  const int64_t size = rows / buckets;
  const int64_t larger = rows % buckets;  // buckets with one row more
  const int64_t in_larger = larger * (size + 1);
  return index < in_larger ? index / (size + 1) + 1 : larger + (index - in_larger) / size + 1;
}

}  // namespace

RowPositionsOver::RowPositionsOver(const std::vector<AggregateSpec>& calls, const PartitionRows& rows) : rows_(&rows) {
  for (const AggregateSpec& spec : calls) {
    const LagFunction* lag = as_lag(*spec.function);
    Call call{as_position(*spec.function), 0, nullptr, std::nullopt};
    if (lag == nullptr && call.position == nullptr) continue;
    if (lag != nullptr) {
      ColumnBuilder otherwise(lag->result_type());
      otherwise.append_from(*Literal(lag->otherwise()).column(), 0);
      call.offset = lag->offset();
      call.otherwise = otherwise.finish();
      call.other.emplace(rows, std::vector<int32_t>{spec.argument->as<ColumnReference>().index()});
    } else if (call.position->position() == PositionKind::kCumeDist && !behind_peers_) {
      behind_peers_.emplace(rows, std::vector<int32_t>());
    }
    calls_.push_back(std::move(call));
    results_.emplace_back(spec.function->result_type());
  }
}

bool RowPositionsOver::looks_ahead() const {
  return std::ranges::any_of(calls_, [](const Call& call) {
    if (call.position == nullptr) return call.offset < 0;
    const PositionKind kind = call.position->position();
    return kind != PositionKind::kRowNumber && kind != PositionKind::kRank && kind != PositionKind::kDenseRank;
  });
}

std::optional<int64_t> RowPositionsOver::reach(bool ahead) const {
  int64_t rows = 0;
  for (const Call& call : calls_) {
    if (call.position != nullptr) return std::nullopt;
    rows = std::max(rows, ahead ? -call.offset : call.offset);
  }
  return rows;
}

void RowPositionsOver::begin(KeyRef key, std::string_view place, int64_t index, Peers before) {
  key_ = key;
  size_ = rows_->table->size(key);
  peers_ = std::move(before);
  if (behind_peers_) behind_peers_->begin(key, place, index);
  for (Call& call : calls_)
    if (call.other) begin_lag(call, place, index);
}

void RowPositionsOver::expect_rows(int64_t rows) {
  for (Call& call : calls_)
    if (call.other) call.other->expect_rows(rows);
}

void RowPositionsOver::begin_lag(Call& call, std::string_view place, int64_t index) {
  std::string from(place);
  int64_t before = 0;
  if (call.offset > 0 && !place.empty()) before = rows_before(*rows_, key_, call.offset, from);
  call.other->begin(key_, from, index - before);
}

void RowPositionsOver::take(const PartitionCursor& row) {
  if (peers_.number == 0 || row.values() != peers_.values) {
    peers_ = {peers_.number + 1, row.index() + 1, std::string(row.values())};
    while (behind_peers_ && !behind_peers_->at_end() && behind_peers_->values() <= row.values())
      behind_peers_->advance();
    if (behind_peers_) peers_end_ = behind_peers_->index();
  }
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (calls_[i].position != nullptr) {
      append_position(*calls_[i].position, row.index(), results_[i]);
    } else {
      append_lag(calls_[i], row.index(), results_[i]);
    }
  }
}

void RowPositionsOver::append_position(const PositionFunction& function, int64_t index, ColumnBuilder& out) const {
  switch (function.position()) {
    case PositionKind::kRowNumber:
      return out.append(index + 1);
    case PositionKind::kRank:
      return out.append(peers_.rank);
    case PositionKind::kDenseRank:
      return out.append(peers_.number);
    case PositionKind::kPercentRank:
      return out.append(size_ <= 1 ? 0.0 : static_cast<double>(peers_.rank - 1) / static_cast<double>(size_ - 1));
    case PositionKind::kCumeDist:
      return out.append(static_cast<double>(peers_end_) / static_cast<double>(size_));
    case PositionKind::kNtile:
      return out.append(bucket_of(index, size_, function.buckets()));
  }
  CHECK(false);
}

void RowPositionsOver::append_lag(Call& call, int64_t index, ColumnBuilder& out) {
  PartitionCursor& other = *call.other;
  const int64_t wanted = index - call.offset;
  bool ended = other.at_end();
  while (!ended && other.index() < wanted) {
    other.advance();
    ended = other.at_end();
  }
  if (!ended && other.index() == wanted) {
    out.append_from(*other.columns()[0], other.row());
  } else {
    out.append_from(*call.otherwise, 0);
  }
}

std::vector<ColumnPtr> RowPositionsOver::finish() {
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : results_) columns.push_back(builder.finish());
  return columns;
}

}  // namespace tidemill
