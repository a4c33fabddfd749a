// formats/json/changelog_encoder.h - rows with kinds to messages. Rule: the bytes that Flink writes: a message a row,
// +I and +U inserts, -U and -D deletions.
#pragma once
#include <string>

#include "connectors/spi/format.h"
#include "formats/json/changelog_dialect.h"
#include "formats/json/json_encoder.h"

namespace tidemill {

class ChangelogEncoder final : public Encoder {
 public:
  ChangelogEncoder(const JsonEncoderSettings& settings, const MessageEnvelope& envelope)
      : rows_(settings), envelope_(envelope) {}
  void encode(const Batch& batch, std::string& out) override;

 private:
  JsonRowWriter rows_;
  MessageEnvelope envelope_;
};

}  // namespace tidemill
