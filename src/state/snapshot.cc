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

int64_t PendingSnapshot::base() const { return state_->base(); }
uint64_t PendingSnapshot::whole_bytes() const { return whole_page_bytes(*state_); }
uint64_t PendingSnapshot::changed_bytes() const { return changed_page_bytes(*state_); }

void PendingSnapshot::write(SnapshotWriter& writer, SectionContent content) const {
  CHECK_MSG(content == SectionContent::kWhole || base() != 0, "checkpoint {} has no base", checkpoint_);
  write_section(checkpoint_, *state_, content, writer);
}

}  // namespace tidemill
