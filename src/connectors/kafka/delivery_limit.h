// connectors/kafka/delivery_limit.h - how many bytes may be sent and not be delivered yet. Rule: about what the brokers
// take in a second, since a checkpoint waits for all of them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tidemill {

// Where the limit is reached, the writer waits until half of it is delivered; how long that takes says whether the
// limit was too high or too low.
class DeliveryLimit {
 public:
  static constexpr size_t kBytesMin = size_t{128} << 10;
  static constexpr size_t kBytesFirst = size_t{4} << 20;
  static constexpr size_t kBytesMax = size_t{32} << 20;

  // Returns whether more may be sent, when so many bytes are not delivered at `now_ns` (Clock::monotonic_ns()).
  bool allows(size_t undelivered_bytes, int64_t now_ns);
  // Returns the limit, in bytes.
  size_t bytes() const { return bytes_; }

 private:
  size_t bytes_ = kBytesFirst;
  std::optional<int64_t> reached_ns_;  // since when the writer waits
};

}  // namespace tidemill
