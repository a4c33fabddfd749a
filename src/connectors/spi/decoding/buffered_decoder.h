// connectors/spi/decoding/buffered_decoder.h - what decoders of bytes as they stand in a split have in common: a buffer
// of what is not decoded yet.
#pragma once
#include "connectors/spi/decoding/record_buffer.h"
#include "connectors/spi/format.h"

namespace tidemill {

class BufferedDecoder : public Decoder {
 public:
  std::span<char> room(size_t bytes) final { return buffer_.room(bytes); }
  void filled(size_t bytes) final { buffer_.filled(bytes); }
  void end_input() final { buffer_.end_input(); }

 protected:
  RecordBuffer buffer_;
};

}  // namespace tidemill
