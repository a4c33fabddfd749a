// data/event.h - everything that may travel on a channel, in order. Rule: control never overtakes data.
#pragma once
#include <cstdint>
#include <variant>

#include "base/time.h"
#include "data/batch.h"

namespace tidemill {

// No row with a time at or below `time` will follow, except late ones. kMaxWatermark: all input of the channel has been
// seen.
struct Watermark {
  EpochMillis time = kNoWatermark;
  bool operator==(const Watermark&) const = default;
};

// The sender has nothing for now (idle) or has again; an idle channel does not hold the merged watermark back.
struct Idleness {
  bool idle = false;
  bool operator==(const Idleness&) const = default;
};

// An epoch mark (Chandy, Lamport 1985; Carbone et al. 2015): what came before it belongs to epoch `id`.
enum class BarrierKind : uint8_t {
  kPublish,     // views are consistent here, nothing is made durable
  kCheckpoint,  // state becomes durable
  kSavepoint,   // state becomes durable and is the user's to keep
  kFinal,       // the last one of a bounded input or a stopped job
};
struct Barrier {
  int64_t id = 0;  // increases by one an epoch
  BarrierKind kind = BarrierKind::kCheckpoint;
  bool operator==(const Barrier&) const = default;
};

struct EndOfInput {
  bool operator==(const EndOfInput&) const = default;
};

using Event = std::variant<Batch, Watermark, Idleness, Barrier, EndOfInput>;

}  // namespace tidemill
