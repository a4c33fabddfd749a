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

// Writes rows as JSON objects.
class JsonRowWriter {
 public:
  explicit JsonRowWriter(const JsonEncoderSettings& settings);
  JsonRowWriter(const JsonRowWriter&) = delete;
  JsonRowWriter& operator=(const JsonRowWriter&) = delete;

  // Takes the rows of a batch.
  void begin(const Batch& batch);
  // Appends a row of the batch at hand as an object.
  void append(int32_t row, std::string& out) const;

 private:
  std::vector<std::string> keys_;  // "name":, escaped
  const JsonStyle style_;
  std::vector<JsonValueWriter> values_;
};

class JsonEncoder final : public Encoder {
 public:
  explicit JsonEncoder(const JsonEncoderSettings& settings) : rows_(settings) {}
  void encode(const Batch& batch, std::string& out) override;

 private:
  JsonRowWriter rows_;
};

}  // namespace tidemill
