// formats/json/debezium_encoder.h - rows with kinds to Debezium messages. Rule: the bytes that Flink's
// debezium-json writes: +I and +U are op c with "after", -U and -D are op d with "before".
#pragma once
#include <string>

#include "connectors/spi/format.h"
#include "formats/json/json_encoder.h"

namespace tidemill {

class DebeziumEncoder final : public Encoder {
 public:
  explicit DebeziumEncoder(const JsonEncoderSettings& settings)
      : rows_(settings), ignore_null_fields_(settings.style.ignore_null_fields) {}
  void encode(const Batch& batch, std::string& out) override;

 private:
  JsonRowWriter rows_;
  bool ignore_null_fields_;
};

}  // namespace tidemill
