// functions/aggregates/joined_texts.h - aggregates that are texts joined in the order of rows. Rule: one text a group,
// in the state's pages; what is taken back is replayed.
#pragma once
#include <string>
#include <string_view>

#include "expr/aggregate.h"

namespace tidemill {

class JoinedTexts : public AggregateFunction {
 public:
  AccumulatorLayout layout() const final { return {sizeof(State), alignof(State), {0}}; }
  RetractionRule retraction_rule() const final { return {RetractionStore::kOrderedSequence, RetractionReplay::kAll}; }
  bool order_sensitive() const final { return true; }
  void add(AggregateContext& context, Accumulators into, const Column* argument, const Selection& rows) const final;
  void merge(AggregateContext& context, Accumulators into, ReadAccumulators from,
             const AccumulatorTexts* from_texts) const final;
  void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const final;

 protected:
  JoinedTexts(std::string name, const Type& argument, const Type& result, std::string separator)
      : AggregateFunction(std::move(name), argument, result), separator_(std::move(separator)) {}
  // Appends the result of a group whose texts are joined in `joined`; `any`: there was a text.
  virtual void append_result(std::string_view joined, bool any, ColumnBuilder& out) const = 0;

 private:
  struct State {
    alignas(8) std::byte slot[AccumulatorTexts::kSlotBytes];
    uint8_t present;
  };
  void append(State& state, std::string& text, std::string_view value) const;

  std::string separator_;
};

}  // namespace tidemill
