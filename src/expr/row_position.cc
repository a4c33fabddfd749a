#include "expr/row_position.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tidemill {
namespace {

constexpr std::array<std::pair<PositionKind, std::string_view>, 6> kNames = {
    {{PositionKind::kRowNumber, "ROW_NUMBER"},
     {PositionKind::kRank, "RANK"},
     {PositionKind::kDenseRank, "DENSE_RANK"},
     {PositionKind::kPercentRank, "PERCENT_RANK"},
     {PositionKind::kCumeDist, "CUME_DIST"},
     {PositionKind::kNtile, "NTILE"}}};

Type result_type_of(PositionKind kind) {
  const bool share = kind == PositionKind::kPercentRank || kind == PositionKind::kCumeDist;
  return (share ? Type::float64() : Type::big_int()).not_null();
}

// Rows up to and with the last one that was added; all zeros: none.
struct RankState {
  int64_t rows;
  int64_t rank;
  int64_t dense_rank;
  int64_t time;
};

}  // namespace

PositionFunction::PositionFunction(PositionKind kind, const Type& time, int64_t buckets)
    : AggregateFunction(std::string(position_name(kind)), time, result_type_of(kind)), kind_(kind), buckets_(buckets) {
  CHECK((kind == PositionKind::kNtile) == (buckets > 0));
}

bool PositionFunction::adds_by_time() const {
  return (kind_ == PositionKind::kRank || kind_ == PositionKind::kDenseRank) && argument_type().kind != TypeKind::kNull;
}

AccumulatorLayout PositionFunction::layout() const {
  return {.size = static_cast<int32_t>(sizeof(RankState)), .alignment = 8, .text_slots = {}};
}

void PositionFunction::add(AggregateContext&, Accumulators into, const Column* argument, const Selection& rows) const {
  CHECK(adds_by_time() && argument != nullptr);
  const auto times = argument->decode<int64_t>();
  rows.for_each([&](int32_t row) {
    RankState& state = into.at<RankState>(row);
    const int64_t time = times[row];
    const bool is_peer = state.rows > 0 && state.time == time;
    ++state.rows;
    if (is_peer) return;
    state.rank = state.rows;
    ++state.dense_rank;
    state.time = time;
  });
}

void PositionFunction::merge(AggregateContext&, Accumulators, ReadAccumulators, const AccumulatorTexts*) const {
  CHECK_MSG(false, "ranks are never merged");
}

void PositionFunction::result(AggregateContext&, ReadAccumulators from, ColumnBuilder& out) const {
  for (int32_t i = 0; i < from.size(); ++i) {
    const auto& state = from.at<RankState>(i);
    out.append(kind_ == PositionKind::kRank ? state.rank : state.dense_rank);
  }
}

std::optional<PositionKind> position_kind(std::string_view name) {
  const auto* found = std::ranges::find(kNames, name, &std::pair<PositionKind, std::string_view>::second);
  if (found == kNames.end()) return std::nullopt;
  return found->first;
}

std::string_view position_name(PositionKind kind) {
  return std::ranges::find(kNames, kind, &std::pair<PositionKind, std::string_view>::first)->second;
}

}  // namespace tidemill
