#include "functions/split_index.h"

#include "base/byte_search.h"
#include "expr/typed_function.h"

namespace tidemill {
namespace {

// A delimiter of one byte and an index that are the same for all rows are looked at once.
class SplitIndex final : public ScalarFunction {
 public:
  ColumnPtr evaluate(const CallInput& call) const override {
    const Column& delimiter = *call.arguments[1];
    const Column& index = *call.arguments[2];
    const bool constant =
        delimiter.encoding() == ColumnEncoding::kConstant && index.encoding() == ColumnEncoding::kConstant;
    if (!constant || delimiter.is_null(0) || index.is_null(0)) return each_->evaluate(call);
    const std::string_view cut_at = delimiter.text(0);
    const int32_t number = index.decode<int32_t>()[0];
    if (cut_at.size() != 1 || number < 0) return each_->evaluate(call);
    return parts(call, cut_at.front(), number);
  }

 private:
  static ColumnPtr parts(const CallInput& call, char delimiter, int32_t index) {
    bool all_null = false;
    const BufferPtr validity = combine_validity(call.arguments.first(1), call.num_rows(), all_null);
    if (all_null) return Column::all_null(call.result_type, call.num_rows());
    ResultColumn<Text> out(call.result_type, call.num_rows());
    out.set_validity(validity);
    out.keep_alive(call.arguments[0]->text_buffers());
    const Decoded<Text> texts = call.arguments[0]->decode<Text>();
    for_each_valid(call.selection, validity.get(), [&](int32_t row) {
      const std::string_view text = texts[row].view();
      const std::string_view part = nth_part(text, delimiter, index);
      if (part.data() == nullptr || text.empty()) return out.set_null(row);
      out[row] = Text(part);
    });
    return out.finish();
  }

  ScalarFunctionPtr each_ = make_kernel([](std::string_view text, std::string_view delimiter, int32_t index) {
    return split_part(text, delimiter, index);
  });
};

}  // namespace

std::optional<std::string_view> split_part(std::string_view text, std::string_view delimiter, int32_t index) {
  if (index < 0 || text.empty()) return std::nullopt;
  if (delimiter.empty()) return index == 0 ? std::optional(text) : std::nullopt;
  for (; index > 0; --index) {
    const size_t at = find_bytes(text, delimiter);
    if (at == std::string_view::npos) return std::nullopt;
    text.remove_prefix(at + delimiter.size());
  }
  return text.substr(0, find_bytes(text, delimiter));
}

ScalarFunctionPtr make_split_index_kernel() { return std::make_shared<SplitIndex>(); }

}  // namespace tidemill
