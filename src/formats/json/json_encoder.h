// formats/json/json_encoder.h - rows to JSON lines. Rule: the bytes that Flink's json format writes for the same rows.
#pragma once
#include <string>
#include <vector>

#include "connectors/spi/format.h"
#include "formats/json/json_value_writer.h"

namespace tidemill {

struct JsonEncoderSettings {
  std::vector<std::string> names;
  JsonStyle style;
};

class JsonEncoder final : public Encoder {
 public:
  explicit JsonEncoder(const JsonEncoderSettings& settings);
  void encode(const Batch& batch, std::string& out) override;

 private:
  std::vector<std::string> keys_;  // "name":, escaped
  const JsonStyle style_;
  std::vector<JsonValueWriter> values_;
};

}  // namespace tidemill
