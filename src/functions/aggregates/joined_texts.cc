#include "functions/aggregates/joined_texts.h"

#include "functions/aggregates/column_loops.h"

namespace tidemill {

void JoinedTexts::append(State& state, std::string& text, std::string_view value) const {
  if (state.present != 0) text += separator_;
  text += value;
  state.present = 1;
}

void JoinedTexts::add(AggregateContext& context, Accumulators into, const Column* argument,
                      const Selection& rows) const {
  // Values of one accumulator that follow each other are joined before they are stored.
  State* state = nullptr;
  std::string text;
  for_each_value<Text>(*argument, rows, [&](int32_t row, const Text& value) {
    State* const next = &into.at<State>(row);
    if (next != state) {
      if (state != nullptr) context.texts->assign(state->slot, text);
      state = next;
      text = context.texts->load(state->slot);
    }
    append(*state, text, value.view());
  });
  if (state != nullptr) context.texts->assign(state->slot, text);
}

void JoinedTexts::merge(AggregateContext& context, Accumulators into, ReadAccumulators from,
                        const AccumulatorTexts* from_texts) const {
  for (int32_t i = 0; i < into.size(); ++i) {
    const State& other = from.at<State>(i);
    if (other.present == 0) continue;
    State& state = into.at<State>(i);
    std::string text(context.texts->load(state.slot));
    append(state, text, from_texts->load(other.slot));
    context.texts->assign(state.slot, text);
  }
}

void JoinedTexts::result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const {
  for (int32_t i = 0; i < from.size(); ++i) {
    const State& state = from.at<State>(i);
    append_result(context.texts->load(state.slot), state.present != 0, out);
  }
}

}  // namespace tidemill
