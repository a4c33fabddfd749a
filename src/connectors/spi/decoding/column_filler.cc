#include "connectors/spi/decoding/column_filler.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace tidemill {
namespace {

constexpr size_t kArenaBytesMin = 4096;
constexpr size_t kArenaBytesMax = size_t{1} << 20;

}  // namespace

void ColumnFiller::begin(int32_t rows) {
  capacity_ = rows;
  values_ = Buffer::allocate(static_cast<size_t>(rows) * static_cast<size_t>(physical_size(type_.physical())));
  data_ = values_->mutable_data();
  validity_ = nullptr;
  arena_ = nullptr;
  arena_used_ = 0;
  arenas_.clear();
}

void ColumnFiller::set_null(int32_t row) {
  if (!validity_) {
    validity_ = Buffer::allocate(bitmap_bytes(capacity_));
    std::memset(validity_->mutable_data(), 0xFF, bitmap_bytes(capacity_));
  }
  const auto bytes = static_cast<size_t>(physical_size(type_.physical()));
  std::memset(data_ + static_cast<size_t>(row) * bytes, 0, bytes);  // readable, as Decoded promises
  clear_bit(validity_bits(), row);
}

void ColumnFiller::copy_text(int32_t row, std::string_view bytes) {
  if (bytes.size() <= Text::kInlineBytesMax) return set_text(row, bytes);
  if (!arena_ || arena_used_ + bytes.size() > arena_->size()) {
    const size_t doubled = arena_ ? std::min(arena_->size() * 2, kArenaBytesMax) : kArenaBytesMin;
    arena_ = Buffer::allocate(std::max(doubled, bytes.size()));
    arenas_.push_back(arena_);
    arena_used_ = 0;
  }
  char* to = reinterpret_cast<char*>(arena_->mutable_data()) + arena_used_;
  std::memcpy(to, bytes.data(), bytes.size());
  arena_used_ += bytes.size();
  set_text(row, {to, bytes.size()});
}

size_t ColumnFiller::memory_bytes() const {
  size_t bytes = (values_ ? values_->size() : 0) + (validity_ ? validity_->size() : 0);
  for (const BufferPtr& arena : arenas_) bytes += arena->size();
  return bytes;
}

ColumnPtr ColumnFiller::take(int32_t rows, const std::vector<BufferPtr>& kept) {
  CHECK(rows <= capacity_);
  if (type_.physical() == PhysicalType::kText) arenas_.insert(arenas_.end(), kept.begin(), kept.end());
  return Column::flat(type_, rows, std::move(values_), std::move(validity_), std::move(arenas_));
}

}  // namespace tidemill
