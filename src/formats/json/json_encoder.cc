#include "formats/json/json_encoder.h"

#include "base/check.h"
#include "data/json_text.h"

namespace tidemill {

JsonEncoder::JsonEncoder(const JsonEncoderSettings& settings)
    : style_(settings.style), values_(settings.names.size(), JsonValueWriter(style_)) {
  for (const std::string& name : settings.names) {
    std::string key;
    append_json_string(name, key);
    keys_.push_back(key + ":");
  }
}

void JsonEncoder::begin(const Batch& batch) {
  CHECK_EQ(static_cast<size_t>(batch.num_columns()), keys_.size());
  for (size_t i = 0; i < keys_.size(); ++i) values_[i].write(*batch.column(static_cast<int32_t>(i)));
}

void JsonEncoder::append(int32_t row, std::string& out) {
  char separator = '{';
  for (size_t i = 0; i < keys_.size(); ++i) {
    const bool null = values_[i].is_null(row);
    if (null && style_.ignore_null_fields) continue;
    out += separator;
    separator = ',';
    out += keys_[i];
    null ? void(out += "null") : values_[i].append(row, out);
  }
  if (separator == '{') out += '{';
  out += '}';
}

}  // namespace tidemill
