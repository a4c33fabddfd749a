// expr/aggregate.h - what an aggregate function is: fixed-size accumulators updated in place by column loops. Rule: all
// bytes zero is the empty accumulator; nothing outside the accumulator and its texts is kept.
//
// The operator owns keys, DISTINCT, FILTER, row kinds and companions; an aggregate sees only the rows that count.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "data/column.h"
#include "data/column_builder.h"
#include "data/type.h"
#include "expr/selection.h"

namespace tidemill {

// Where accumulators keep texts: 16 bytes of the accumulator are a slot, long bytes lie in the pages of the table that
// holds the record. Implemented over state. A slot of zeros is the empty text.
class AccumulatorTexts {
 public:
  virtual ~AccumulatorTexts() = default;
  // Frees what the slot held and stores `text` there. `text` must not come from load() of the same slot.
  virtual void assign(std::byte* slot, std::string_view text) = 0;
  // The view is valid until the next call.
  virtual std::string_view load(const std::byte* slot) const = 0;

  static constexpr int32_t kSlotBytes = 16;
};

// Accumulators of one aggregate within records: the i-th is at records[i] + offset. In add and retract, records are by
// row of the batch; those of rows outside the selection may be nullptr. The same record may appear many times.
struct Accumulators {
  std::span<std::byte* const> records;
  int32_t offset = 0;

  template <class State>
  State& at(int32_t i) const {
    return *reinterpret_cast<State*>(records[static_cast<size_t>(i)] + offset);
  }
  int32_t size() const { return static_cast<int32_t>(records.size()); }
};

// The same, only to be read.
struct ReadAccumulators {
  std::span<const std::byte* const> records;
  int32_t offset = 0;

  ReadAccumulators(std::span<const std::byte* const> records_read, int32_t offset_read)
      : records(records_read), offset(offset_read) {}
  ReadAccumulators(const Accumulators& other) : records(other.records), offset(other.offset) {}

  template <class State>
  const State& at(int32_t i) const {
    return *reinterpret_cast<const State*>(records[static_cast<size_t>(i)] + offset);
  }
  int32_t size() const { return static_cast<int32_t>(records.size()); }
};

struct AccumulatorLayout {
  int32_t size = 0;                 // bytes, a multiple of alignment
  int32_t alignment = 8;            // at most 16
  std::vector<int32_t> text_slots;  // offsets of the slots of AccumulatorTexts inside it, each a multiple of 8
};

// What an operator keeps beside the accumulators, in companion tables of state, so that rows can be taken back. (For
// DISTINCT it keeps (key, value) ▸ count besides; the aggregate sees a value when its count leaves or reaches 0.)
enum class RetractionStore : uint8_t {
  kNone,
  kOrderedValues,    // (key, value) ▸ count, ordered by value: MIN and MAX
  kValueCounts,      // (key, value) ▸ count: retract() is called for a value when its last row goes; BITMAP_BUILD_AGG
  kOrderedSequence,  // (key, number of arrival) ▸ value: FIRST_VALUE, LAST_VALUE, LISTAGG
};

// After a retraction that touches it, the operator clears the accumulator and adds these stored entries again.
enum class RetractionReplay : uint8_t { kNone, kFirst, kLast, kAll };

struct RetractionRule {
  RetractionStore store = RetractionStore::kNone;
  RetractionReplay replay = RetractionReplay::kNone;
};

struct AggregateContext {
  AccumulatorTexts* texts = nullptr;  // required where layout().text_slots is not empty
  int64_t overflows = 0;              // results that wrapped or became NULL, counted here
};

class AggregateFunction {
 public:
  virtual ~AggregateFunction() = default;

  // "COUNT", "SUM", …: with the argument's text and the flags this names the record field in state.
  const std::string& name() const { return name_; }
  // The type its argument column must have (the resolver has put a cast there); type NULL where there is none
  // (COUNT(*)).
  const Type& argument_type() const { return argument_type_; }
  const Type& result_type() const { return result_type_; }
  virtual AccumulatorLayout layout() const = 0;
  // True where retract() undoes add() without a companion.
  virtual bool retractable() const { return false; }
  // What must be kept where rows can be retracted and retractable() is false, or its store is kValueCounts.
  virtual RetractionRule retraction_rule() const { return {}; }
  // True where DISTINCT changes nothing (MIN, MAX): the operator drops it.
  virtual bool ignores_distinct() const { return false; }
  // True where the result depends on the order of add() calls (FIRST_VALUE, LISTAGG, floating-point sums).
  virtual bool order_sensitive() const { return false; }
  // True where SQL gives the order of rows a meaning (FIRST_VALUE, LAST_VALUE, LISTAGG): an AggregateSpec says which.
  bool lists_rows() const { return retraction_rule().store == RetractionStore::kOrderedSequence; }

  // Adds argument[row] to the accumulator of each selected row. `argument` is nullptr for COUNT(*). NULLs are skipped
  // here, as SQL says.
  virtual void add(AggregateContext& context, Accumulators into, const Column* argument,
                   const Selection& rows) const = 0;
  // Takes back what add() did for the same values. Requires: retractable().
  virtual void retract(AggregateContext& context, Accumulators into, const Column* argument,
                       const Selection& rows) const;
  // Adds from[i] to into[i]; `from` and its texts are not changed. Requires: as many of each; where order_sensitive(),
  // `from` is the later one.
  virtual void merge(AggregateContext& context, Accumulators into, ReadAccumulators from,
                     const AccumulatorTexts* from_texts) const = 0;
  // Appends the result of each accumulator to `out` (of result_type()).
  virtual void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const = 0;
  // Makes each accumulator empty and frees its texts.
  virtual void clear(AggregateContext& context, Accumulators of) const;

 protected:
  AggregateFunction(std::string name, const Type& argument_type, const Type& result_type)
      : name_(std::move(name)), argument_type_(argument_type), result_type_(result_type) {}

 private:
  std::string name_;
  Type argument_type_;
  Type result_type_;
};
using AggregateFunctionPtr = std::shared_ptr<const AggregateFunction>;

}  // namespace tidemill
