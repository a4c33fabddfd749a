#include "state/memory_budget.h"

#include <utility>

#include "base/check.h"

namespace tidemill {

std::string_view memory_kind_name(MemoryKind kind) {
  switch (kind) {
    case MemoryKind::kStatePages:
      return "state_pages";
    case MemoryKind::kStateIndexes:
      return "state_indexes";
    case MemoryKind::kChannels:
      return "channels";
    case MemoryKind::kFormats:
      return "formats";
    case MemoryKind::kSinks:
      return "sinks";
    case MemoryKind::kOperators:
      return "operators";
  }
  CHECK_MSG(false, "memory kind {}", static_cast<int>(kind));
}

int64_t MemoryUse::total() const {
  int64_t sum = 0;
  for (const int64_t of_kind : bytes) sum += of_kind;
  return sum;
}

MemoryUse MemoryBudget::use() const {
  MemoryUse use;
  use.limit = limit_bytes_;
  for (size_t kind = 0; kind < kMemoryKinds; ++kind) use.bytes[kind] = by_kind_[kind].load();
  return use;
}

bool MemoryBudget::must_wait() const {
  const int64_t used = used_bytes_.load();
  if (used <= limit_bytes_) return false;
  return used - used_bytes(MemoryKind::kStatePages) > limit_bytes_ && used_bytes(MemoryKind::kChannels) > 0;
}

size_t MemoryBudget::add_source(Executor& executor, TaskletId tasklet) {
  sources_.emplace_back(executor, tasklet);
  return sources_.size() - 1;
}

bool MemoryBudget::hold_back(size_t source) {
  if (!must_wait()) return false;
  sources_[source].waits.store(true);
  anyone_waits_.store(true);
  // Announce first, look again second: whoever gives back after that look sees the announcement.
  return must_wait();
}

void MemoryBudget::wake_waiting() {
  if (must_wait()) return;
  anyone_waits_.store(false);  // before the look at each: who announces itself meanwhile sets it again
  for (Source& source : sources_)
    if (source.waits.exchange(false)) source.executor.wake(source.tasklet);
}

MemoryCharge::MemoryCharge(MemoryBudget* budget, MemoryKind kind, int64_t bytes) : budget_(budget), kind_(kind) {
  set(bytes);
}

MemoryCharge::MemoryCharge(MemoryCharge&& other) noexcept
    : budget_(other.budget_), kind_(other.kind_), bytes_(std::exchange(other.bytes_, 0)) {}

MemoryCharge& MemoryCharge::operator=(MemoryCharge&& other) noexcept {
  if (this == &other) return *this;
  set(0);
  budget_ = other.budget_;
  kind_ = other.kind_;
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

}  // namespace tidemill
