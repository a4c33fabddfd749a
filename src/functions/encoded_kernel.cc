#include "functions/encoded_kernel.h"

namespace tidemill {
namespace {

class EncodedKernel final : public ScalarFunction {
 public:
  EncodedKernel(std::function<EncodedBody()> make_body, uint32_t sees_null)
      : make_body_(std::move(make_body)), sees_null_(sees_null) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    ColumnBuilder results(call.result_type);
    std::vector<int32_t> places(static_cast<size_t>(call.num_rows()), -1);  // of rows in `results`; -1: NULL
    const EncodedBody body = make_body_();
    EncodedRow arguments(call);
    std::string out;
    call.selection.for_each([&](int32_t row) {
      arguments.go_to(row);
      if (is_null(arguments)) return;
      out.clear();
      body(arguments, out);
      if (arguments.take_failure()) return;
      places[static_cast<size_t>(row)] = results.num_rows();
      append_decoded(results, out);
    });
    ColumnPtr column = results.finish();
    return column->num_rows() == call.num_rows() ? column : column->take(places);
  }

 private:
  static constexpr size_t kMaskBits = 32;  // later arguments are as the last of these
  bool is_null(const EncodedRow& arguments) const {
    for (size_t i = 0; i < arguments.size(); ++i) {
      const bool sees = (sees_null_ >> std::min(i, kMaskBits - 1) & 1) != 0;
      if (!sees && arguments.is_null(i)) return true;
    }
    return false;
  }

  std::function<EncodedBody()> make_body_;
  uint32_t sees_null_;
};

}  // namespace

std::string_view EncodedRow::encoded(size_t i) {
  encoded_[i].clear();
  append_encoded(encoded_[i], column(i), row_);
  return encoded_[i];
}

void EncodedRow::fail(std::string message) {
  call_.errors.add(row_, std::move(message));
  failed_ = true;
}

void MapEntries::put(std::string_view key, std::string_view value) {
  const auto [entry, is_new] = places_.emplace(key, parts_.size() + 1);
  if (is_new) {
    parts_.insert(parts_.end(), {key, value});
  } else {
    parts_[entry->second] = value;
  }
}

void require_nested_depth(const Type& type, SourceLocation location) {
  if (type.depth() <= kNestedDepthMax) return;
  throw UserError(location, fmt::format("Types are nested too deeply: more than {} levels", kNestedDepthMax));
}

ScalarFunctionPtr make_encoded_kernel(EncodedBody body, uint32_t sees_null) {
  return make_encoded_kernel_of([body = std::move(body)] { return body; }, sees_null);
}

ScalarFunctionPtr make_encoded_kernel_of(std::function<EncodedBody()> make_body, uint32_t sees_null) {
  return std::make_shared<EncodedKernel>(std::move(make_body), sees_null);
}

}  // namespace tidemill
