// expr/row_position.h - RANK, NTILE and their kin: results that follow from where a row stands in its partition, of
// OVER only. Rule: they stand among aggregate functions in plans; operators that see whole partitions compute them from
// positions, and RANK and DENSE_RANK can also be added up row by row where rows come in the order of time.
#pragma once
#include <optional>
#include <string_view>

#include "expr/aggregate.h"

namespace tidemill {

enum class PositionKind : uint8_t { kRowNumber, kRank, kDenseRank, kPercentRank, kCumeDist, kNtile };

class PositionFunction final : public AggregateFunction {
 public:
  // `time`: where rows come in the order of a time, its column's type: TIMESTAMP(3) or TIMESTAMP_LTZ(3); otherwise
  // NULL, and the function takes no argument. `buckets`: of kNtile, positive.
  PositionFunction(PositionKind kind, const Type& time, int64_t buckets = 0);

  PositionKind position() const { return kind_; }
  int64_t buckets() const { return buckets_; }
  // True where rows can be added in the order of time.
  bool adds_by_time() const;

  AccumulatorLayout layout() const override;
  bool order_sensitive() const override { return true; }
  void add(AggregateContext& context, Accumulators into, const Column* argument, const Selection& rows) const override;
  void merge(AggregateContext&, Accumulators, ReadAccumulators, const AccumulatorTexts*) const override;
  void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const override;

 private:
  PositionKind kind_;
  int64_t buckets_;
};

// Returns the function as one of positions, nullptr where it is another one.
inline const PositionFunction* as_position(const AggregateFunction& function) {
  return dynamic_cast<const PositionFunction*>(&function);
}

// Returns the kind of a function of this name in upper case, nullopt where it is none of them.
std::optional<PositionKind> position_kind(std::string_view name);
std::string_view position_name(PositionKind kind);

}  // namespace tidemill
