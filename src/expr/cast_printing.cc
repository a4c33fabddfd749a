// expr/cast_printing.cc - casts to CHAR, VARCHAR, BINARY, VARBINARY. Rule: CHAR(n) and BINARY(n) are cut and padded to
// exactly n code points or bytes, VARCHAR(n) and VARBINARY(n) cut to at most n.
#include "data/utf8.h"
#include "data/value_text.h"
#include "expr/cast_kernel.h"
#include "expr/typed_function.h"

namespace tidemill {
namespace {

// Cuts to `length` code points; pads with spaces where `pad`.
class TextFitter {
 public:
  explicit TextFitter(const Type& to) : length_(to.precision), pad_(to.kind == TypeKind::kChar) {}
  // Returns `text` cut to the length.
  std::string_view cut(std::string_view text) const {
    if (text.size() <= static_cast<size_t>(length_)) return text;  // no more code points than bytes
    return text.substr(0, utf8_prefix(text, length_));
  }
  // Returns how many spaces the (cut) text lacks.
  size_t missing(std::string_view text) const { return pad_ ? static_cast<size_t>(length_ - utf8_length(text)) : 0; }

 private:
  int32_t length_;
  bool pad_;
};

class PrintingCast final : public ScalarFunction {
 public:
  explicit PrintingCast(const Type& to) : fit_(to) {}
  ColumnPtr evaluate(const CallInput& call) const override {
    const Column& input = *call.arguments[0];
    ResultColumn<Text> out(call.result_type, call.num_rows());
    std::string text;
    call.selection.for_each([&](int32_t row) {
      if (input.is_null(row)) return out.set_null(row);
      text.clear();
      append_cast_text(text, input, row, call.input.context.time_zone);
      text.resize(fit_.cut(text).size());
      text.append(fit_.missing(text), ' ');
      out[row] = out.copy(text);
    });
    return out.finish();
  }

 private:
  TextFitter fit_;
};

// Text to text, where the length may not fit: pieces of the argument, copied only where padded.
class RefittingCast final : public ScalarFunction {
 public:
  explicit RefittingCast(const Type& to) : fit_(to) {}
  ColumnPtr evaluate(const CallInput& call) const override {
    const Column& input = *call.arguments[0];
    const Decoded<Text> values = input.decode<Text>();
    ResultColumn<Text> out(call.result_type, call.num_rows());
    out.keep_alive(input.text_buffers());
    std::string padded;
    call.selection.for_each([&](int32_t row) {
      if (values.is_null(row)) return out.set_null(row);
      const std::string_view cut = fit_.cut(values[row].view());
      const size_t missing = fit_.missing(cut);
      if (missing == 0) {
        out[row] = Text(cut);
      } else {
        padded.assign(cut).append(missing, ' ');
        out[row] = out.copy(padded);
      }
    });
    return out.finish();
  }

 private:
  TextFitter fit_;
};

class BytesCast final : public ScalarFunction {
 public:
  explicit BytesCast(const Type& to) : length_(static_cast<size_t>(to.precision)), pad_(to.kind == TypeKind::kBinary) {}
  ColumnPtr evaluate(const CallInput& call) const override {
    const Column& input = *call.arguments[0];
    const Decoded<Text> values = input.decode<Text>();
    ResultColumn<Text> out(call.result_type, call.num_rows());
    out.keep_alive(input.text_buffers());
    std::string padded;
    call.selection.for_each([&](int32_t row) {
      if (values.is_null(row)) return out.set_null(row);
      const std::string_view bytes = values[row].view();
      if (pad_ && bytes.size() < length_) {
        padded.assign(bytes).append(length_ - bytes.size(), '\0');
        out[row] = out.copy(padded);
      } else {
        out[row] = Text(bytes.substr(0, length_));
      }
    });
    return out.finish();
  }

 private:
  size_t length_;
  bool pad_;
};

class Relabel final : public ScalarFunction {
 public:
  ColumnPtr evaluate(const CallInput& call) const override { return call.arguments[0]->with_type(call.result_type); }
};

}  // namespace

CastKernel make_printing_cast(const Type& from, const Type& to) {
  if (to.is_binary()) {
    if (!from.is_binary() && !from.is_character()) return {};
    const bool fits = to.kind == TypeKind::kVarbinary &&
                      (to.precision == kLengthMax || (from.is_binary() && from.precision <= to.precision));
    if (fits) return {std::make_shared<Relabel>()};
    return {std::make_shared<BytesCast>(to)};
  }
  if (!to.is_character()) return {};
  if (from.is_character()) {
    const bool fits = to.kind == TypeKind::kVarchar && from.precision <= to.precision;
    if (fits) return {std::make_shared<Relabel>()};
    return {std::make_shared<RefittingCast>(to)};
  }
  const bool has_instants = from.any([](const Type& part) { return part.kind == TypeKind::kTimestampLtz; });
  return {std::make_shared<PrintingCast>(to), false, has_instants};
}

}  // namespace tidemill
