// LISTAGG: texts joined by a separator, in the order in which they are added.
#include "functions/aggregates/aggregates.h"
#include "functions/aggregates/column_loops.h"

namespace tidemill {
namespace {

struct ListaggState {
  alignas(8) std::byte slot[AccumulatorTexts::kSlotBytes];
  uint8_t present;
};

class Listagg final : public AggregateFunction {
 public:
  Listagg(const Type& type, std::string separator)
      : AggregateFunction("LISTAGG", type, Type::string()), separator_(std::move(separator)) {}

  AccumulatorLayout layout() const override { return {sizeof(ListaggState), alignof(ListaggState), {0}}; }
  RetractionRule retraction_rule() const override {
    return {RetractionStore::kOrderedSequence, RetractionReplay::kAll};
  }
  bool order_sensitive() const override { return true; }
  void add(AggregateContext& context, Accumulators into, const Column* argument, const Selection& rows) const override {
    // Values of one accumulator that follow each other are joined before they are stored.
    ListaggState* state = nullptr;
    std::string text;
    for_each_value<Text>(*argument, rows, [&](int32_t row, const Text& value) {
      ListaggState* const next = &into.at<ListaggState>(row);
      if (next != state) {
        if (state != nullptr) context.texts->assign(state->slot, text);
        state = next;
        text = context.texts->load(state->slot);
      }
      append(*state, text, value.view());
    });
    if (state != nullptr) context.texts->assign(state->slot, text);
  }
  void merge(AggregateContext& context, Accumulators into, ReadAccumulators from,
             const AccumulatorTexts* from_texts) const override {
    for (int32_t i = 0; i < into.size(); ++i) {
      const ListaggState& other = from.at<ListaggState>(i);
      if (other.present == 0) continue;
      ListaggState& state = into.at<ListaggState>(i);
      std::string text(context.texts->load(state.slot));
      append(state, text, from_texts->load(other.slot));
      context.texts->assign(state.slot, text);
    }
  }
  void result(AggregateContext& context, ReadAccumulators from, ColumnBuilder& out) const override {
    for (int32_t i = 0; i < from.size(); ++i) {
      const ListaggState& state = from.at<ListaggState>(i);
      state.present != 0 ? out.append_text(context.texts->load(state.slot)) : out.append_null();
    }
  }

 private:
  void append(ListaggState& state, std::string& text, std::string_view value) const {
    if (state.present != 0) text += separator_;
    text += value;
    state.present = 1;
  }

  std::string separator_;
};

}  // namespace

void register_listagg(FunctionRegistry& registry) {
  registry.aggregate("LISTAGG",
                     {"LISTAGG(text [, separator])",
                      "The texts that are not NULL, joined in the order of rows; the separator is ',' unless given.",
                      "LISTAGG(x, '-') = 'a-b' for x in 'a', NULL, 'b'"},
                     [](const CallSite& call) -> AggregateCall {
                       if (call.size() < 1 || call.size() > 2 || !call.type(0).is_character()) return {};
                       const std::string* separator = call.size() == 2 ? call.literal_text(1) : nullptr;
                       if (call.size() == 2 && separator == nullptr) {
                         throw UserError(call.location, "The separator of LISTAGG must be a text literal");
                       }
                       return {std::make_shared<Listagg>(call.type(0), separator ? *separator : ","),
                               call.arguments[0]};
                     });
}

}  // namespace tidemill
