#include "expr/single_value.h"

#include "data/dispatch.h"

namespace tidemill {
namespace {

// How a value of physical type T is kept in an accumulator.
template <class T>
struct KeptValue {
  T value;

  void set(AggregateContext&, const T& other) { value = other; }
  void take(AggregateContext&, const KeptValue& other, const AccumulatorTexts*) { value = other.value; }
  void append(AggregateContext&, ColumnBuilder& out) const { out.append(value); }
  static std::vector<int32_t> text_slots() { return {}; }
};

template <>
struct KeptValue<Text> {
  alignas(8) std::byte slot[AccumulatorTexts::kSlotBytes];

  void set(AggregateContext& context, const Text& other) { context.texts->assign(slot, other.view()); }
  void take(AggregateContext& context, const KeptValue& other, const AccumulatorTexts* texts) {
    context.texts->assign(slot, texts->load(other.slot));
  }
  void append(AggregateContext& context, ColumnBuilder& out) const { out.append_text(context.texts->load(slot)); }
  static std::vector<int32_t> text_slots() { return {0}; }
};

template <class T>
class SingleValue final : public AggregateFunction {
 public:
  SingleValue(const Type& type, SourceLocation subquery)
      : AggregateFunction("SINGLE_VALUE", type, type.with_nullable(true)), subquery_(subquery) {}

  AccumulatorLayout layout() const override {
    return {sizeof(State), static_cast<int32_t>(alignof(State)), KeptValue<T>::text_slots()};
  }
  bool retractable() const override { return true; }
  // An update takes the old row back before the new one comes.
  bool order_sensitive() const override { return true; }

  void add(AggregateContext& context, Accumulators into, const Column* argument, const Selection& rows) const override {
    const Decoded<T> values = argument->decode<T>();
    rows.for_each([&](int32_t row) {
      State& state = into.at<State>(row);
      count_row(state);
      state.present = !values.is_null(row);
      if (state.present != 0) state.kept.set(context, values[row]);
    });
  }

  void retract(AggregateContext& context, Accumulators into, const Column*, const Selection& rows) const override {
    rows.for_each([&](int32_t row) { forget(context, into.at<State>(row)); });
  }

  void merge(AggregateContext& context, Accumulators into, ReadAccumulators from,
             const AccumulatorTexts* from_texts) const override {
    for (int32_t i = 0; i < into.size(); ++i) {
      const State& other = from.at<State>(i);
      if (other.rows == 0) continue;
      State& state = into.at<State>(i);
      count_row(state);
      state.present = other.present;
      if (state.present != 0) state.kept.take(context, other.kept, from_texts);
    }
  }

  void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const override {
    for (int32_t i = 0; i < from.size(); ++i) {
      const State& state = from.at<State>(i);
      state.present != 0 ? state.kept.append(context, out) : out.append_null();
    }
  }

 private:
  struct State {
    KeptValue<T> kept;
    uint8_t present;  // it is not NULL
    uint8_t rows;     // 0 or 1
  };

  void count_row(State& state) const {
    if (state.rows != 0) {
      throw UserError(subquery_, "A sub-query as a value gives more than one row",
                      "Aggregate it (MAX(…), COUNT(*)), keep one row with LIMIT 1, or let its WHERE fix a key.");
    }
    state.rows = 1;
  }
  static void forget(AggregateContext& context, State& state) {
    if constexpr (std::is_same_v<T, Text>)
      if (state.present != 0) context.texts->assign(state.kept.slot, {});
    state.present = 0;
    state.rows = 0;
  }

  SourceLocation subquery_;
};

}  // namespace

AggregateFunctionPtr make_single_value(const Type& type, SourceLocation subquery) {
  return dispatch_physical(type.physical(), [&]<class T>() -> AggregateFunctionPtr {
    return std::make_shared<SingleValue<T>>(type, subquery);
  });
}

}  // namespace tidemill
