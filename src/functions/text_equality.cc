#include "functions/text_equality.h"

#include "expr/result_column.h"

namespace tidemill {
namespace {

class TextEquality final : public ScalarFunction {
 public:
  explicit TextEquality(bool negated) : negated_(negated) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    bool all_null = false;
    const BufferPtr validity = combine_validity(call.arguments, call.num_rows(), all_null);
    if (all_null) return Column::all_null(call.result_type, call.num_rows());
    ResultColumn<uint8_t> out(call.result_type, call.num_rows());
    out.set_validity(validity);
    Decoded<Text> left = call.arguments[0]->decode<Text>();
    Decoded<Text> right = call.arguments[1]->decode<Text>();
    if (left.is_constant()) std::swap(left, right);
    if (right.is_constant() && right[0].is_inline()) {
      compare_to(ShortText(right[0]), left, call.selection, out);
    } else {
      for_each_valid(call.selection, validity.get(),
                     [&](int32_t row) { out[row] = static_cast<uint8_t>((left[row] == right[row]) != negated_); });
    }
    return out.finish();
  }

 private:
  // Rows that are NULL too: nothing is read but the value itself.
  void compare_to(const ShortText& constant, const Decoded<Text>& texts, const Selection& selection,
                  ResultColumn<uint8_t>& out) const {
    uint8_t* const results = out.values();
    const bool negated = negated_;
    if (texts.is_flat() && selection.is_all()) {
      const Text* const values = texts.values();
      for (int32_t row = 0; row < selection.size(); ++row)
        results[row] = static_cast<uint8_t>((constant == values[row]) != negated);
    } else {
      selection.for_each(
          [&](int32_t row) { results[row] = static_cast<uint8_t>((constant == texts[row]) != negated); });
    }
  }

  bool negated_;
};

}  // namespace

ScalarFunctionPtr make_text_equality(bool negated) { return std::make_shared<TextEquality>(negated); }

}  // namespace tidemill
