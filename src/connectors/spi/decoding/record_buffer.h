// connectors/spi/decoding/record_buffer.h - the bytes of a split that are not decoded yet. Rule: bytes never move once
// a column may point at them; then what is left over goes to new memory.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include "data/buffer.h"

namespace tidemill {

class RecordBuffer {
 public:
  // Returns room for at least `bytes` bytes behind what is left.
  std::span<char> room(size_t bytes);
  void filled(size_t bytes) { end_ += bytes; }
  void end_input() { ended_ = true; }
  bool ended() const { return ended_; }

  // Returns what is left. Valid until the next room().
  const char* data() const { return reinterpret_cast<const char*>(memory_->data()) + begin_; }
  size_t size() const { return end_ - begin_; }
  void consume(size_t bytes) { begin_ += bytes; }
  // Forgets what is left, and that the input has ended.
  void clear() {
    begin_ = end_ = 0;
    ended_ = false;
  }
  size_t memory_bytes() const { return memory_->size(); }
  // Returns the memory that data() lies in, for columns that point at it. Requires: size() > 0.
  const std::shared_ptr<Buffer>& memory() const { return memory_; }

 private:
  std::shared_ptr<Buffer> memory_ = Buffer::allocate(0);
  size_t begin_ = 0;
  size_t end_ = 0;
  bool ended_ = false;
};

}  // namespace tidemill
