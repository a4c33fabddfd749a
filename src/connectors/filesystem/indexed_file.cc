#include "connectors/filesystem/indexed_file.h"

namespace tidemill {

IndexedFile::~IndexedFile() {
  if (pending_) ++allowance_.left;
}

bool IndexedFile::settle() {
  if (!pending_) return true;
  if (!pending_->done.load(std::memory_order_acquire)) return false;
  pending_ = nullptr;
  ++allowance_.left;
  return true;
}

void IndexedFile::read_ahead(int32_t max_rows) {
  if (!settle() || allowance_.left == 0) return;
  std::function<void()> work = decoder_->read_ahead(max_rows);
  if (!work) return;
  --allowance_.left;
  pending_ = std::make_shared<Pending>();
  executor_.block(std::move(work), [pending = pending_, wake = allowance_.wake](std::exception_ptr) {
    pending->done.store(true);
    if (pending->awaited.load()) wake();
  });
}

FileRows::Step IndexedFile::next(int32_t max_rows) {
  for (;;) {
    if (std::optional<DecodedRows> rows = decoder_->next(max_rows)) {
      read_ahead(max_rows);
      return {Next::kRows, std::move(rows)};
    }
    if (decoder_->ended()) return {Next::kEnd};
    read_ahead(max_rows);
    if (pending_) {
      // Announce first, look again second: whoever is done after that look sees the announcement.
      pending_->awaited.store(true);
      if (!settle()) return {Next::kPending};
    } else if (const std::function<void()> work = decoder_->read_ahead(max_rows)) {
      work();
    }
  }
}

}  // namespace tidemill
