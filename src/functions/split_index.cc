#include "functions/split_index.h"

#include "base/byte_search.h"
#include "expr/typed_function.h"
#include "functions/text_pieces.h"

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
    return text_pieces(call, [c = cut_at.front(), number](std::string_view text) {
      return text.empty() ? std::string_view() : nth_part(text, c, number);
    });
  }

 private:
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
