#include "formats/json/json_encoder.h"

#include "base/check.h"
#include "data/json_text.h"

namespace tidemill {
namespace {

enum class Quoting : uint8_t {
  kNone,     // numbers and booleans
  kQuoted,   // dates, times and base64: nothing in them needs an escape
  kEscaped,  // text
};

Quoting quoting_of(const Type& type) {
  if (type.is_character()) return Quoting::kEscaped;
  const bool bare = type.is_numeric() || type.kind == TypeKind::kBoolean || type.kind == TypeKind::kNull;
  return bare ? Quoting::kNone : Quoting::kQuoted;
}

void append_value(std::string_view text, Quoting quoting, std::string& out) {
  // NaN and the infinities are no JSON numbers: Jackson writes them as strings.
  const bool finite = quoting != Quoting::kNone || text.find_first_of("NI") == std::string_view::npos;
  if (quoting == Quoting::kEscaped) return append_json_string(text, out);
  const bool quoted = quoting == Quoting::kQuoted || !finite;
  if (quoted) out += '"';
  out += text;
  if (quoted) out += '"';
}

}  // namespace

JsonEncoder::JsonEncoder(const JsonEncoderSettings& settings)
    : style_(settings.style), ignore_null_fields_(settings.ignore_null_fields), texts_(settings.names.size()) {
  for (const std::string& name : settings.names) {
    std::string key;
    append_json_string(name, key);
    keys_.push_back(key + ":");
  }
}

void JsonEncoder::encode(const Batch& batch, std::string& out) {
  CHECK_EQ(static_cast<size_t>(batch.num_columns()), keys_.size());
  std::vector<Quoting> quotings;
  for (size_t i = 0; i < keys_.size(); ++i) {
    const Column& column = *batch.column(static_cast<int32_t>(i));
    texts_[i].write(column, style_);
    quotings.push_back(quoting_of(column.type()));
  }
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    char separator = '{';
    for (size_t i = 0; i < keys_.size(); ++i) {
      const bool null = texts_[i].is_null(row);
      if (null && ignore_null_fields_) continue;
      out += separator;
      separator = ',';
      out += keys_[i];
      null ? void(out += "null") : append_value(texts_[i].at(row), quotings[i], out);
    }
    if (separator == '{') out += '{';
    out += "}\n";
  }
}

}  // namespace tidemill
