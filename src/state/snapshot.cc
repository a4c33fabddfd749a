#include "state/snapshot.h"

#include <algorithm>

#include "base/check.h"
#include "state/snapshot_part.h"

namespace tidemill {

void SnapshotBuffer::read(uint64_t offset, std::span<std::byte> out) const {
  CHECK_MSG(offset <= bytes_.size() && out.size() <= bytes_.size() - offset, "{} bytes at {} of {}", out.size(), offset,
            bytes_.size());
  std::copy_n(bytes_.begin() + static_cast<ptrdiff_t>(offset), out.size(), out.begin());
}

PendingSnapshot::PendingSnapshot(int64_t checkpoint, std::unique_ptr<const FrozenState> state)
    : checkpoint_(checkpoint), state_(std::move(state)) {}

PendingSnapshot::~PendingSnapshot() = default;

KeyGroupRange PendingSnapshot::key_groups() const { return state_->image().key_groups; }

void PendingSnapshot::write(SnapshotWriter& writer) const { write_part(checkpoint_, *state_, writer); }

}  // namespace tidemill
