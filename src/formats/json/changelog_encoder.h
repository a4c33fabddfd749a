// formats/json/changelog_encoder.h - rows with kinds to messages. Rule: the bytes that Flink writes: a message a row,
// +I and +U inserts, -U and -D deletions.
#pragma once
#include <string>

#include "connectors/spi/format.h"
#include "formats/json/changelog_dialect.h"
#include "formats/json/json_encoder.h"

namespace tidemill {

class ChangelogEncoder final : public RecordEncoder {
 public:
  ChangelogEncoder(const JsonEncoderSettings& settings, const MessageEnvelope& envelope)
      : rows_(settings), envelope_(envelope) {}
  void begin(const Batch& batch) override;
  void append(int32_t row, std::string& out) override;

 private:
  JsonEncoder rows_;
  MessageEnvelope envelope_;
  const Batch* batch_ = nullptr;  // at hand
};

}  // namespace tidemill
