// MIN, MAX, FIRST_VALUE and LAST_VALUE: each keeps one of the values it has seen; they differ in which.
#include "data/dispatch.h"
#include "data/value_order.h"
#include "functions/aggregates/aggregates.h"
#include "functions/aggregates/column_loops.h"

namespace tidemill {
namespace {

enum class Choice : uint8_t { kMin, kMax, kFirst, kLast };

template <Choice choice, class T>
bool replaces(const T& candidate, const T& kept) {
  if constexpr (choice == Choice::kMin) return is_less(candidate, kept);
  if constexpr (choice == Choice::kMax) return is_less(kept, candidate);
  return choice == Choice::kLast;
}

RetractionRule rule_of(Choice choice) {
  switch (choice) {
    case Choice::kMin:
      return {RetractionStore::kOrderedValues, RetractionReplay::kFirst};
    case Choice::kMax:
      return {RetractionStore::kOrderedValues, RetractionReplay::kLast};
    case Choice::kFirst:
      return {RetractionStore::kOrderedSequence, RetractionReplay::kFirst};
    case Choice::kLast:
      return {RetractionStore::kOrderedSequence, RetractionReplay::kLast};
  }
  CHECK_MSG(false, "choice {}", static_cast<int>(choice));
}

template <Choice choice>
class SelectedValue : public AggregateFunction {
 public:
  SelectedValue(std::string name, const Type& type)
      : AggregateFunction(std::move(name), type, type.with_nullable(true)) {}
  RetractionRule retraction_rule() const override { return rule_of(choice); }
  bool ignores_distinct() const override { return choice == Choice::kMin || choice == Choice::kMax; }
  bool order_sensitive() const override { return choice == Choice::kFirst || choice == Choice::kLast; }
};

template <Choice choice, class T>
class SelectedNumber final : public SelectedValue<choice> {
 public:
  using SelectedValue<choice>::SelectedValue;

  AccumulatorLayout layout() const override { return {sizeof(State), alignof(State), {}}; }
  void add(AggregateContext&, Accumulators into, const Column* argument, const Selection& rows) const override {
    for_each_value<T>(*argument, rows, [&](int32_t row, const T& value) { offer(into.at<State>(row), value); });
  }
  void merge(AggregateContext&, Accumulators into, ReadAccumulators from, const AccumulatorTexts*) const override {
    for (int32_t i = 0; i < into.size(); ++i) {
      const State& other = from.at<State>(i);
      if (other.present != 0) offer(into.at<State>(i), other.value);
    }
  }
  void result(AggregateContext&, ReadAccumulators from, ColumnBuilder& out) const override {
    for (int32_t i = 0; i < from.size(); ++i) {
      const State& state = from.at<State>(i);
      state.present != 0 ? out.append(state.value) : out.append_null();
    }
  }

 private:
  struct State {
    T value;
    uint8_t present;
  };
  static void offer(State& state, const T& value) {
    if (state.present == 0 || replaces<choice>(value, state.value)) state.value = value;
    state.present = 1;
  }
};

template <Choice choice>
class SelectedText final : public SelectedValue<choice> {
 public:
  using SelectedValue<choice>::SelectedValue;

  AccumulatorLayout layout() const override { return {sizeof(State), alignof(State), {0}}; }
  void add(AggregateContext& context, Accumulators into, const Column* argument, const Selection& rows) const override {
    for_each_value<Text>(*argument, rows,
                         [&](int32_t row, const Text& value) { offer(context, into.at<State>(row), value.view()); });
  }
  void merge(AggregateContext& context, Accumulators into, ReadAccumulators from,
             const AccumulatorTexts* from_texts) const override {
    for (int32_t i = 0; i < into.size(); ++i) {
      const State& other = from.at<State>(i);
      if (other.present != 0) offer(context, into.at<State>(i), from_texts->load(other.slot));
    }
  }
  void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const override {
    for (int32_t i = 0; i < from.size(); ++i) {
      const State& state = from.at<State>(i);
      state.present != 0 ? out.append_text(context.texts->load(state.slot)) : out.append_null();
    }
  }

 private:
  struct State {
    alignas(8) std::byte slot[AccumulatorTexts::kSlotBytes];
    uint8_t present;
  };
  static void offer(AggregateContext& context, State& state, std::string_view value) {
    if (state.present == 0 || replaces<choice>(value, context.texts->load(state.slot)))
      context.texts->assign(state.slot, value);
    state.present = 1;
  }
};

template <Choice choice>
AggregateFunctionPtr make_selected(const std::string& name, const Type& type) {
  if (type.kind == TypeKind::kNull) return nullptr;
  return dispatch_physical(type.physical(), [&]<class T>() -> AggregateFunctionPtr {
    if constexpr (std::is_same_v<T, Text>) {
      return std::make_shared<SelectedText<choice>>(name, type);
    } else {
      return std::make_shared<SelectedNumber<choice, T>>(name, type);
    }
  });
}

template <Choice choice>
void register_choice(FunctionRegistry& registry, const char* name, FunctionDoc doc) {
  registry.aggregate(name, doc, [name](const CallSite& call) -> AggregateCall {
    if (call.size() != 1) return {};
    const bool orders = choice == Choice::kMin || choice == Choice::kMax;
    if (orders && !call.type(0).is_ordered()) {
      throw UserError(
          call.location,
          fmt::format("{} has no order: {} cannot compare it", call.type(0).with_nullable(true).to_string(), name),
          "Aggregate what is inside.");
    }
    return {make_selected<choice>(name, call.type(0)), call.arguments[0]};
  });
}

}  // namespace

void register_selected(FunctionRegistry& registry) {
  register_choice<Choice::kMin>(registry, "MIN",
                                {"MIN(value)", "Least value that is not NULL.", "MIN(x) = 1 for x in 4, NULL, 1"});
  register_choice<Choice::kMax>(registry, "MAX",
                                {"MAX(value)", "Greatest value that is not NULL.", "MAX(x) = 4 for x in 4, NULL, 1"});
  register_choice<Choice::kFirst>(registry, "FIRST_VALUE",
                                  {"FIRST_VALUE(value)", "The first value that is not NULL, in the order of rows.",
                                   "FIRST_VALUE(x) = 4 for x in NULL, 4, 1"});
  register_choice<Choice::kLast>(registry, "LAST_VALUE",
                                 {"LAST_VALUE(value)", "The last value that is not NULL, in the order of rows.",
                                  "LAST_VALUE(x) = 1 for x in 4, 1, NULL"});
}

}  // namespace tidemill
