// formats/json/json_encoder.h - rows to JSON objects. Rule: the bytes that Flink's json format writes for the same
// rows.
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

// Writes rows as JSON objects.
class JsonEncoder final : public RecordEncoder {
 public:
  explicit JsonEncoder(const JsonEncoderSettings& settings);
  JsonEncoder(const JsonEncoder&) = delete;
  JsonEncoder& operator=(const JsonEncoder&) = delete;

  void begin(const Batch& batch) override;
  void append(int32_t row, std::string& out) override;

 private:
  std::vector<std::string> keys_;  // "name":, escaped
  const JsonStyle style_;
  std::vector<JsonValueWriter> values_;
};

}  // namespace tidemill
