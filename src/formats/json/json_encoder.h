// formats/json/json_encoder.h - rows to JSON lines. Rule: the bytes that Flink's json format writes for the same rows.
#pragma once
#include <string>
#include <vector>

#include "connectors/spi/encoding/column_texts.h"
#include "connectors/spi/format.h"

namespace tidemill {

struct JsonEncoderSettings {
  std::vector<std::string> names;
  TextStyle style;
  bool ignore_null_fields = false;  // leave NULLs out
};

class JsonEncoder final : public Encoder {
 public:
  explicit JsonEncoder(const JsonEncoderSettings& settings);
  void encode(const Batch& batch, std::string& out) override;

 private:
  std::vector<std::string> keys_;  // "name":, escaped
  TextStyle style_;
  bool ignore_null_fields_;
  std::vector<ColumnTexts> texts_;
};

}  // namespace tidemill
